"""The result of a row, and how it is stored: its checks and its figure, the version and the time that it took."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ..errors import Advice
from ..record.files import write_text
from ..version import __version__
from .rows.base import Check, Row

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class Result:
    """The result of a row. version: of dynsim. seconds: the time for all of it, with compilation. figure: Plotly's
    JSON, if the row has a figure.
    """

    name: str
    version: str
    seconds: float
    checks: tuple[Check, ...]
    figure: dict[str, Any] | None = None

    @property
    def reproduced(self) -> bool:
        return all(check.reproduced for check in self.checks)

    @property
    def failed(self) -> bool:
        return any(check.failed for check in self.checks)

    def drawn(self) -> Figure | None:
        """The figure; None if the row has none."""
        from plotly.graph_objects import Figure

        return None if self.figure is None else Figure(self.figure)

    def write(self, folder: Path) -> None:
        """Write NAME.json into the folder, with one line for each value and one for the figure."""
        found = asdict(self)
        figure = json.dumps(found.pop("figure"), ensure_ascii=False)
        text = json.dumps(found, indent=1, ensure_ascii=False).removesuffix("\n}")
        write_text(folder / f"{self.name}.json", f'{text},\n "figure": {figure}\n}}\n')


def measured(row: Row, clock: Callable[[], float] = perf_counter) -> Result:
    """Run a row. Advice is silenced: a row may diverge because that is what it shows."""
    start = clock()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Advice)
        checks = tuple(row.checks())
        figure = row.figure()
    drawn = None if figure is None else json.loads(figure.to_json())
    return Result(row.name, __version__, round(clock() - start, 2), checks, drawn)


def read(path: Path) -> Result:
    """Read a stored result."""
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Result(**{**found, "checks": tuple(Check(**check) for check in found["checks"])})
