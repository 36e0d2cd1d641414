"""Scenario files: YAML in, YAML out, and the JSON Schema that editors check them with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .builder import System
from .dump import resolved_yaml, to_yaml
from .local_path import local_path, read_file
from .problems import Source
from .schema import schema
from .yaml_loader import MAX_BYTES, load

__all__ = ["load_scenario", "resolved_yaml", "schema", "to_yaml"]


def load_scenario(scenario: Path | str, overrides: Sequence[str] = (), file: str | None = None) -> System:
    """The system that a scenario file, or the text of one (it has more than one line), states.

    overrides: `PATH=VALUE` each, applied before anything is checked. file: what messages call a text.
    Raises InputError when it cannot be read or an override fits nowhere; `System.resolve` finds all other mistakes.
    """
    if isinstance(scenario, str) and "\n" in scenario:
        text, folder = scenario, None
        document = load(text, file)
    else:
        path = scenario if isinstance(scenario, Path) else local_path(scenario)
        content = read_file(path, MAX_BYTES + 1)
        document, folder = load(content, str(path)), path.parent
        text = content.decode().replace("\r\n", "\n")
    return System.from_data(document.data, Source(document, tuple(text.split("\n"))), folder).overridden(overrides)
