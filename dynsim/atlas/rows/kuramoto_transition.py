"""Kuramoto's transition."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import dynsim as ds

from .base import ROWS, WELFARE, Check, Row

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COUPLINGS = (0.5, 1.0, 1.5, 1.75, 1.9, 2.1, 2.25, 2.5, 3.0, 3.5, 4.0, 5.0)


@ROWS.register
class KuramotoTransition(Row):
    """Oscillators with Lorentzian frequencies of width 1 each descend −K r cos(ψ − θ). This is the scenario `kuramoto`
    with 2,000 oscillators, whose frequencies are the quantiles of the distribution. In the limit of infinitely many,
    the coherence r is 0 up to K = 2, and √(1 − 2/K) above. The measured value is the mean over the last third of time
    60, from random phases (seed 5). With 2,000 oscillators r fluctuates by about 10⁻³: .005 is allowed at K ≥ 3, and
    .05 below the transition. Near the transition deviations are larger, as the figure shows.
    """

    name = "kuramoto_transition"
    heading = "From which coupling on do oscillators keep one rhythm?"
    section = WELFARE
    order = 110
    source = "Kuramoto 1975; Strogatz 2000"

    def checks(self) -> Iterator[Check]:
        for k in (1.0, 1.5):
            yield Check(f"coherence at K = {k:g}", 0.05, float(self._coherence[k]), relation="≤", tolerance=0.0)
        for k in (3.0, 4.0, 5.0):
            yield Check(f"coherence at K = {k:g}", np.sqrt(1 - 2 / k), float(self._coherence[k]), tolerance=5e-3)

    @cached_property
    def _coherence(self) -> pd.Series[float]:
        vary = f"ensemble.vary={{K: {list(COUPLINGS)}}}"
        states = ds.simulate("kuramoto", set=[vary], replicas=len(COUPLINGS)).states
        return states[states.t > 40].groupby("K").coherence.mean()

    def figure(self) -> Figure:
        from ...plots.drawing.comparison import Series, comparison

        fine = np.linspace(0.5, 5, 500)
        return comparison(
            [Series("2,000 oscillators", COUPLINGS, self._coherence)],
            [Series("√(1 − 2/K), 0 below K = 2", fine, np.sqrt(np.maximum(0, 1 - 2 / fine)))],
            "K, the coupling", "coherence r", marks={"K = 2": 2},
        )  # fmt: skip
