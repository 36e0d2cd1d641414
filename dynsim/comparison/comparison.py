"""`ds.compare`: runs or experiments side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..session.results import Dashboard
from .given import Given, sides_of
from .tables import ComparisonTables


@dataclass(frozen=True)
class Comparison(ComparisonTables):
    """Runs or experiments side by side, as tables, as sentences and as a page. The first is the reference of all
    differences."""

    def dashboard(self) -> Dashboard:
        """The comparison as one HTML page that works offline."""
        # Importing Plotly takes its time.
        from .page import page

        return Dashboard(page(self))


def compare(runs: Sequence[Given] | Mapping[str, Given]) -> Comparison:
    """Compare finished runs and experiments.

    runs: at least two of them, or their directories; a mapping gives them names. The first is the reference. Where
    another one has the same seed, its replica r has the random numbers of replica r of the reference, and their
    differences are paired; else they are those of independent samples. All have 95 % intervals.

    Raises InputError for a directory that holds neither, for one that is given twice, and for fewer than two.
    """
    return Comparison(sides_of(runs))
