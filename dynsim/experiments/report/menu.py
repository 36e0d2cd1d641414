"""What a reader can choose to see of the cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...answers.wording.verdicts import verb
from ...plots.drawing.style import label
from ...plots.drawing.verdict_colours import COLOURS, PALE, UNKNOWN
from .quantities import VERDICT, WORDS
from .tables import Tables

ALL = "all verdicts"


def single_columns(tables: Tables, packed: Iterable[str]) -> list[dict[str, Any]]:
    """One column at a time, for colours: the most common verdict, the share of each, every statistic."""
    there, found = set(packed), []
    if tables.verdicts:
        found.append({"group": "How replicas ended", "label": "most common verdict", "column": "commonest"})
    found += [_share(name) for name in tables.verdicts if VERDICT + name in there]
    for one in tables.quantities:
        for statistic in one.statistics:
            if one.column(statistic) in there:
                words = f"{one.words}: {WORDS[statistic]}"
                found.append({"group": one.words, "label": words, "column": one.column(statistic)})
    return _boundary_first(found, tables)


def with_bands(tables: Tables, packed: Iterable[str]) -> list[dict[str, Any]]:
    """A value with its bands, for curves: the shares of all verdicts, the share of each, every median."""
    there, found = set(packed), []
    if len(tables.verdicts) > 1:
        found.append({"group": "How replicas ended", "label": ALL, "each": [
            _share(name) for name in tables.verdicts if VERDICT + name in there
        ]})
    found += [_share(name) for name in tables.verdicts if VERDICT + name in there]
    for one in tables.quantities:
        if one.column("median") in there:
            bands = [[one.column(a), one.column(b)] for a, b in (("q05", "q95"), ("q25", "q75"))]
            found.append({
                "group": "What was collected", "label": f"{one.words}: median", "column": one.column("median"),
                "bands": [band for band in bands if there.issuperset(band)],
            })
    return _boundary_first(found, tables)


def _boundary_first(found: list[dict[str, Any]], tables: Tables) -> list[dict[str, Any]]:
    """Where a boundary of something was looked for, that is shown first."""
    looked_for = set() if tables.boundary is None or not len(tables.boundary) else set(tables.boundary["quantity"])

    def is_other(choice: dict[str, Any]) -> bool:
        column = str(choice.get("column"))
        return column not in looked_for and column.rpartition(".")[0] not in looked_for

    return sorted(found, key=is_other)


def verdict_looks(tables: Tables) -> list[dict[str, Any]]:
    """The verdicts that occur, with their colours."""
    colours = [COLOURS.get(name, UNKNOWN) for name in tables.verdicts]
    pairs = zip(tables.verdicts, colours, strict=True)
    return [{"name": label(name), "colour": one, "pale": one in (*PALE, UNKNOWN)} for name, one in pairs]


def _share(name: str) -> dict[str, Any]:
    column = VERDICT + name
    return {
        "group": "How replicas ended", "label": f"share of replicas that {verb(name)}", "column": column, "share": True,
        "bands": [[f"{column}.low", f"{column}.high"]], "name": label(name), "colour": COLOURS.get(name, UNKNOWN),
    }
