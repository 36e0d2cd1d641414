"""Scenario files: reading and writing them, and the JSON Schema that editors check them with."""

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
    """Read a scenario.

    scenario: path of a file, or the text of one (a str with more than one line). overrides: `PATH=VALUE` each, applied
    in order before anything is validated. file: name of a text in messages. room: factor on the limits of a file's size
    (1 MiB, 100,000 keys and values).

    Raises InputError if the file cannot be read, is not valid YAML, or an override does not apply. All other mistakes
    are found by `System.resolve`, which `ds.simulate` calls.
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
    """The text of a scenario file with the same model as `system`.

    Raises InputError if an expression's text, or the graphs and lists together, are too long for a scenario file. A run
    directory has no such limit: it keeps them in files beside the scenario.
    """
    text = dump.to_yaml(system)
    if len(text) > 2 * MAX_NODES:  # a key or value takes at least two characters, so a shorter text is within the limit
        try:
            load(text)
        except InputError as error:
            message = f"the scenario is too large for one file ({error.problems[0].message}): "
            raise InputError(message + "a run with `out` has its graphs and lists in files beside it") from error
    return text
