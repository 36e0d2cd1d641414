"""What differs between resolved scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ..system.overrides import written
from ..system.text.yaml_dumper import on_one_line
from ..system.text.yaml_loader import Location

ABSENT = object()
NOTHING = "—"


def scenario_differences(scenarios: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """A row per place in which the scenarios differ: column path, as `--set` writes it, and a column per scenario with
    the value there as YAML, or "—" where it has none. A section that only some have is one row, and so is a rule, game
    or scheme by another name.

    scenarios: name → resolved data. The order of keys does not count, that of lists does.
    """
    rows = list(_differing((), list(scenarios.values())))
    columns = {name: [_text(values[k]) for _, values in rows] for k, name in enumerate(scenarios)}
    return pd.DataFrame({"path": [written(location) for location, _ in rows], **columns}, dtype=object)


def _differing(location: Location, values: Sequence[Any]) -> Iterator[tuple[Location, Sequence[Any]]]:
    if all(_same(value, values[0]) for value in values[1:]):
        return
    if all(isinstance(value, Mapping) for value in values) and not _is_choice(values):
        for key in dict.fromkeys(key for value in values for key in value):
            yield from _differing((*location, key), [value.get(key, ABSENT) for value in values])
    elif all(isinstance(value, list) and len(value) == len(values[0]) for value in values):
        for k, items in enumerate(zip(*values, strict=True)):
            yield from _differing((*location, k), items)
    else:
        yield location, values


def _same(a: Any, b: Any) -> bool:
    """Whether two values mean the same: 1 and 1.0 do, 1 and true do not."""
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b)


def _is_choice(values: Sequence[Mapping[str, Any]]) -> bool:
    """Whether they are {name: {settings}} with different names."""
    return all(len(value) == 1 for value in values) and len({key for value in values for key in value}) > 1


def _text(value: Any) -> str:
    """The value as a scenario file has it, on one line."""
    if value is ABSENT:
        return NOTHING
    return on_one_line(value)
