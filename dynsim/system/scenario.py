"""Scenario files: YAML in, YAML out, and the JSON Schema that editors check them with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .builder import System
from .overrides import apply_overrides
from .problems import Source
from .yaml_loader import load, load_file


def load_scenario(scenario: Path | str, overrides: Sequence[str] = (), file: str | None = None) -> System:
    """The system that a scenario file, or the text of one (it has more than one line), states.

    overrides: `PATH=VALUE` each, applied before anything is checked. file: what messages call a text.
    Raises InputError when it cannot be read or an override fits nowhere; `System.resolve` finds all other mistakes.
    """
    if isinstance(scenario, str) and "\n" in scenario:
        text, folder = scenario, None
        document = load(text, file)
    else:
        path = Path(scenario)
        document = load_file(path)
        text, folder = path.read_text("utf-8"), path.parent
        if file is not None:
            document = load(text, file)
    data, changed = apply_overrides(document.data, overrides)
    return System.from_data(data, Source(document, tuple(text.split("\n")), changed), folder)
