"""Scenario files: YAML in, YAML out, and the JSON Schema that editors check them with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError
from . import dump
from .builder import System
from .dump import resolved_yaml
from .grammar.problems import Source
from .grammar.schema import schema
from .text.local_path import local_path, read_file
from .text.yaml_loader import MAX_BYTES, MAX_NODES, load

__all__ = ["load_scenario", "resolved_yaml", "schema", "to_yaml"]


def load_scenario(
    scenario: Path | str, overrides: Sequence[str] = (), file: str | None = None, room: int = 1
) -> System:
    """The system that a scenario file, or the text of one (it has more than one line), states.

    overrides: `PATH=VALUE` each, applied before anything is checked. file: what messages call a text.
    room: how many times the bounds of size it may take. Raises InputError when it cannot be read or an override fits
    nowhere; `System.resolve` finds all other mistakes.
    """
    if isinstance(scenario, str) and "\n" in scenario:
        text, folder = scenario, None
        document = load(text, file, room)
    else:
        path = scenario if isinstance(scenario, Path) else local_path(scenario)
        content = read_file(path, room * MAX_BYTES + 1)
        document, folder = load(content, str(path), room), path.parent
        text = content.decode().replace("\r\n", "\n")
    return System.from_data(document.data, Source(document, tuple(text.split("\n"))), folder).overridden(overrides)


def to_yaml(system: System) -> str:
    """The scenario file that states the same as `system`: reading it gives the same model.

    Raises InputError where something cannot be written: an expression whose text is too long for a scenario file, or
    graphs and lists that are too long to stand in one; a run directory has those in files beside it.
    """
    text = dump.to_yaml(system)
    if len(text) > 2 * MAX_NODES:  # every key and value has at least a character, and one between
        try:
            load(text)
        except InputError as error:
            message = f"the scenario is too large for one file ({error.problems[0].message}): "
            raise InputError(message + "a run with `out` has its graphs and lists in files beside it") from error
    return text
