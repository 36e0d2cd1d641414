"""What a row of the atlas is: a setting whose outcome is known, how it is run here, and checks of one number each.

    @ROWS.register
    class SimultaneousGradient(Row):
        \"\"\"What is played, and the theory.\"\"\"

        name = "simultaneous_gradient"
        heading = "How fast does simultaneous gradient descent spiral out?"
        section = BILINEAR
        order = 10
        source = "Mescheder et al. 2018, lemma 2.3"

        def checks(self) -> Iterator[Check]:
            yield Check("growth in 100 steps of .1", 1.01**50, measured)

A row is made anew for every use, so what `checks` and `figure` share may be kept in a `cached_property`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ...registry import Registry

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Origin = Literal["published", "derived", "exact"]
Relation = Literal["=", "≤", "≥"]

# The sections in the order in which they are shown.
BILINEAR = "Bilinear and linear games"
SHAPING = "Opponent shaping"
CYCLES = "Cycles, chaos, averages"
POPULATIONS = "Populations and stochastic dynamics"
WELFARE = "Welfare, graphs, feedback"
SECTIONS = (BILINEAR, SHAPING, CYCLES, POPULATIONS, WELFARE)

EXACT = 1e-10  # relative; what a number without noise is held to
ERRORS = 3  # combined standard errors; what a number with noise is held to


@dataclass(frozen=True)
class Check:
    """One measured number held against the one that is expected.

    what: what the number is, in the reader's words. origin: "published" as printed in the row's source, "derived" from
    a closed form or an independent computation, "exact" an identity or a whole number. relation: "≤" and "≥" where a
    bound is expected. error, expected_error: standard errors of measured and expected, 0 where nothing is random.

    tolerance: what is allowed on top of ERRORS combined standard errors, for a reason that the row's docstring or
    `what` states (the digits that were printed, the length of a run). Where it is not given, EXACT · max(1, |expected|)
    without standard errors, and 0 with them.

    missed: where independent attempts, this one among them, do not reach the expected number, what was tried. Such a
    check is not reproduced either, but that is no failure.
    """

    what: str
    expected: float
    measured: float
    origin: Origin = "derived"
    relation: Relation = "="
    error: float = 0.0
    expected_error: float = 0.0
    tolerance: float | None = None
    missed: str = ""

    @property
    def allowed(self) -> float:
        """How far `measured` may be from `expected`, or on the wrong side of it."""
        noise = ERRORS * hypot(self.error, self.expected_error)
        if self.tolerance is not None:
            return noise + self.tolerance
        return noise or EXACT * max(1.0, abs(self.expected))

    @property
    def reproduced(self) -> bool:
        """Never where `measured` is not a number."""
        excess = self.measured - self.expected
        off = {"=": abs(excess), "≤": excess, "≥": -excess}[self.relation]
        return off <= self.allowed

    @property
    def failed(self) -> bool:
        """Whether it should be reproduced and is not."""
        return not self.reproduced and not self.missed


class Row:
    """Base of all rows. The docstring says what is played and what theory says of it, with seeds where there are any.

    name: what the command line calls it. heading: a question or a title. section: one of SECTIONS. order: its place in
    the section, ascending. source: author, year, and where in it. quick: whether it takes less than about a second
    without compiling anything, so that the fast tests run it.
    """

    name: ClassVar[str]
    heading: ClassVar[str]
    section: ClassVar[str]
    order: ClassVar[float]
    source: ClassVar[str]
    quick: ClassVar[bool] = False

    def checks(self) -> Iterable[Check]:
        """Run it, and hold every number against what is expected."""
        raise NotImplementedError

    def figure(self) -> Figure | None:
        """What a reader should see of it; None where the numbers say all."""
        return None


ROWS: Registry[Any] = Registry("row of the atlas", "dynsim.atlas.rows")


def rows() -> list[type[Row]]:
    """All rows, section by section."""
    found: list[type[Row]] = [ROWS.get(name) for name in ROWS.names()]
    return sorted(found, key=lambda row: (SECTIONS.index(row.section), row.order, row.name))


def chosen(names: Sequence[str]) -> list[type[Row]]:
    """Those of these names, in the atlas's order; all where there are none. InputError for a name that no row has."""
    wanted = {ROWS.get(name) for name in names}
    return [row for row in rows() if row in wanted or not wanted]
