"""The contract of a row of the atlas: a setting whose outcome is known, and checks that compare one number each.

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

Every use makes a new instance of a row, so a `cached_property` may hold what `checks` and `figure` share. SECTIONS is
the table of contents: rows follow its sections and, within one, their `order`. A new row names its section, and no
other file changes. playing/ has the games and measurements that several rows share.
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

BILINEAR = "Bilinear and linear games"
SHAPING = "Opponent shaping"
CYCLES = "Cycles, chaos, averages"
POPULATIONS = "Populations and stochastic dynamics"
WELFARE = "Welfare, graphs, feedback"
SECTIONS = (BILINEAR, SHAPING, CYCLES, POPULATIONS, WELFARE)

EXACT = 1e-10  # the relative tolerance of a number without noise
ERRORS = 3  # the tolerance of a number with noise, in combined standard errors


@dataclass(frozen=True)
class Check:
    """One measured number compared with the expected one.

    what: what the number is, in the reader's words. origin: "published" if the row's source prints it, "derived" if it
    follows from a closed form or an independent computation, "exact" if it is an identity or a whole number. relation:
    "≤" or "≥" if a bound is expected. error, expected_error: the standard errors of both numbers, 0 without noise.

    tolerance: the deviation that is allowed on top of ERRORS combined standard errors, for a reason that the row's
    docstring or `what` states, such as the number of printed digits or the length of a run. The default is
    EXACT · max(1, |expected|) without standard errors, and 0 with them.

    missed: a list of the attempts, if several independent ones including this check fail to reach the expected number.
    Such a check is not reproduced, but it does not count as a failure.
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
        """The largest deviation of `measured` from `expected`, or beyond the bound, that counts as reproduced."""
        noise = ERRORS * hypot(self.error, self.expected_error)
        if self.tolerance is not None:
            return noise + self.tolerance
        return noise or EXACT * max(1.0, abs(self.expected))

    @property
    def reproduced(self) -> bool:
        """Whether the deviation is allowed; False if `measured` is NaN."""
        excess = self.measured - self.expected
        off = {"=": abs(excess), "≤": excess, "≥": -excess}[self.relation]
        return off <= self.allowed

    @property
    def failed(self) -> bool:
        """Whether the number should be reproduced and is not."""
        return not self.reproduced and not self.missed


class Row:
    """Base of all rows. The docstring says what is played and what theory predicts, with the seeds if there are any.

    name: the row's name on the command line. heading: a question or a title. section: one of SECTIONS. order: its place
    within the section, ascending. source: author, year, and the place in the work. quick: whether it takes less than
    about a second without compiling anything, so that the fast tests run it.
    """

    name: ClassVar[str]
    heading: ClassVar[str]
    section: ClassVar[str]
    order: ClassVar[float]
    source: ClassVar[str]
    quick: ClassVar[bool] = False

    def checks(self) -> Iterable[Check]:
        """Run the setting, and compare every number with the expected one."""
        raise NotImplementedError

    def figure(self) -> Figure | None:
        """The figure of the row; None if the numbers suffice."""
        return None


ROWS: Registry[Any] = Registry("row of the atlas", "dynsim.atlas.rows")


def rows() -> list[type[Row]]:
    """All rows, section by section."""
    found: list[type[Row]] = [ROWS.get(name) for name in ROWS.names()]
    return sorted(found, key=lambda row: (SECTIONS.index(row.section), row.order, row.name))


def chosen(names: Sequence[str]) -> list[type[Row]]:
    """The rows with these names in the order of the atlas; all rows without names. InputError for an unknown name."""
    wanted = {ROWS.get(name) for name in names}
    return [row for row in rows() if row in wanted or not wanted]
