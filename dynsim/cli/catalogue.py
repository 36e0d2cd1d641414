"""`dynsim list`: every scenario, experiment and plug-in, with the first line of its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc
from typing import Any

import click

# The module and the name of each registry.
REGISTRIES = {
    "rules": ("rules.base", "RULES"),
    "games": ("games.base", "GAMES"),
    "schemes": ("selection.base", "SCHEMES"),
    "integrators": ("integrators.base", "INTEGRATORS"),
    "metrics": ("analysis.conflict_log.metrics.base", "LOG_METRICS"),
    "episodes": ("analysis.conflict_log.episodes.base", "KINDS"),
    "designs": ("experiments.design.base", "DESIGNS"),
    "answers": ("answers.base", "ANSWERS"),
    "figures": ("plots.base", "FIGURES"),
    "atlas": ("atlas.rows.base", "ROWS"),
}
SHIPPED = ("scenarios", "experiments")
KINDS = (*SHIPPED, *REGISTRIES)


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS), required=False)
def list_(kind: str | None) -> None:
    """List scenarios, experiments, rules, games, metrics and other parts.

    Without KIND, list everything.
    """
    for number, each in enumerate([kind] if kind else KINDS):
        if kind is None:
            click.echo(f"{'' if number == 0 else chr(10)}{each}")
        entries = list(_shipped(each) if each in SHIPPED else _plugins(each))
        if each == "metrics":
            entries += [(name, f"{text} (requested metric)") for name, text in _requested_metrics()]
        width = max((len(name) for name, _ in entries), default=0)
        for name, text in entries:
            click.echo(f"  {name:<{width}}  {text}".rstrip())
            if each == "rules":
                click.echo(f"  {'':<{width}}  needs {_needs(name)}")


def _plugins(kind: str) -> Iterator[tuple[str, str]]:
    module, name = REGISTRIES[kind]
    registry = getattr(import_module(f"...{module}", __name__), name)
    for plugin in registry.names():
        yield plugin, _first_line(registry.get(plugin))


def _needs(rule: str) -> str:
    from ..rules.base import RULES
    from ..rules.building.information import needs

    return ", ".join(needs(RULES.get(rule))) or "nothing of the game"


def _requested_metrics() -> Iterator[tuple[str, str]]:
    """Name and first line of every requested metric."""
    from ..analysis.requested_metrics.base import REQUESTED_METRICS

    for name in REQUESTED_METRICS.names():
        yield name, (getdoc(REQUESTED_METRICS.get(name)) or "").split("\n")[0]


def _shipped(kind: str) -> Iterator[tuple[str, str]]:
    """Name and title."""
    from ..system.shipped import shipped_experiments, shipped_scenarios
    from ..system.text.yaml_loader import load_file

    for name, path in (shipped_scenarios if kind == "scenarios" else shipped_experiments)().items():
        yield name, str(load_file(path).data.get("title", ""))


def _first_line(plugin: Any) -> str:
    """The heading of a figure or a row of the atlas, the source of an integrator, or the first line of the docstring:
    of `tell` for an answer, of the class for other plug-ins."""
    tell = getattr(plugin, "tell", None)
    text = getdoc(tell) if tell else getattr(plugin, "heading", None) or getattr(plugin, "source", None)
    text = text or getdoc(plugin) or ""
    return text.splitlines()[0] if text else ""
