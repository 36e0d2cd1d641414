"""What a row gave: its checks and its figure, by which version, in what time; and how that is kept."""

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
    """The checks of a row and its figure, as Plotly's JSON, if it has one; the version that measured them, and the
    seconds that all of it took, compiling included.
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
        """The figure itself."""
        from plotly.graph_objects import Figure

        return None if self.figure is None else Figure(self.figure)

    def write(self, folder: Path) -> None:
        """As NAME.json in the folder: a line for every value, the figure on one."""
        found = asdict(self)
        figure = json.dumps(found.pop("figure"), ensure_ascii=False)
        text = json.dumps(found, indent=1, ensure_ascii=False).removesuffix("\n}")
        write_text(folder / f"{self.name}.json", f'{text},\n "figure": {figure}\n}}\n')


def measured(row: Row, clock: Callable[[], float] = perf_counter) -> Result:
    """Run a row, without advice: it may run away because that is what it shows."""
    start = clock()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Advice)
        checks = tuple(row.checks())
        figure = row.figure()
    drawn = None if figure is None else json.loads(figure.to_json())
    return Result(row.name, __version__, round(clock() - start, 2), checks, drawn)


def read(path: Path) -> Result:
    """A result that was kept."""
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Result(**{**found, "checks": tuple(Check(**check) for check in found["checks"])})
