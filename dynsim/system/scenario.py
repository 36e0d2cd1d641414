"""Scenario files: YAML in, YAML out, and the JSON Schema that editors check them with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .builder import System
from .dump import resolved_yaml, to_yaml
from .problems import Source
from .schema import schema
from .yaml_loader import load, load_file

__all__ = ["load_scenario", "resolved_yaml", "schema", "to_yaml"]


def load_scenario(
    scenario: Path | str, overrides: Sequence[str] = (), file: str | None = None, room: int = 1
) -> System:
    """The system that a scenario file, or the text of one (it has more than one line), states.

    overrides: `PATH=VALUE` each, applied before anything is checked. file: what messages call a text.
    room: how many times the bounds of size it may take. Raises InputError when it cannot be read or an override fits nowhere; `System.resolve` finds all other mistakes.
    """
    if isinstance(scenario, str) and "\n" in scenario:
        text, folder = scenario, None
        document = load(text, file, room)
    else:
        document = load_file(scenario, room)
        text, folder = Path(scenario).read_text("utf-8"), Path(scenario).parent
    return System.from_data(document.data, Source(document, tuple(text.split("\n"))), folder).overridden(overrides)
