"""What agents have done: against runs without them that a plain loop computes, and the axioms of the Shapley value."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics import influence
from dynsim.analysis.requested_metrics.influence import BASE, STATE, Influence
from dynsim.errors import InputError
from tests.analysis.requested_metrics.cases import simulated

STEPS = 15


def cell(table: pd.DataFrame, quantity: str, a: str, b: str) -> pd.Series:
    (row,) = table[(table["quantity"] == quantity) & (table["a"] == a) & (table["b"] == b)].iloc
    return row


class Pulls:
    """n agents pull one x at random: x ← x + Σ_i a_i (μ_i − x) + s z, E_i = (x − μ_i)² a_i/2/rate; the base wants 1."""

    def __init__(self, seed: int, n: int, noise: float = 0.0, replicas: int = 3) -> None:
        rng = np.random.default_rng(seed)
        self.n, self.noise = n, noise
        self.a, self.mu = rng.uniform(0.02, 0.9 / n, n), rng.normal(size=n)
        s = ds.System("pulls")
        x = s.state("x", init=ds.normal(0, 1), noise=noise)
        for i in range(n):
            s.agent(f"p{i}", controls=x, declared=self.a[i] * (x - self.mu[i]) ** 2 / 2, rule={"gradient": {"rate": 1}})
        s.base(objective=(x - 1) ** 2)
        s.clock(steps=STEPS)
        s.ensemble(replicas=replicas, seed=seed)
        self.study = simulated(s)
        (whole,) = self.study.recording.blocks(1 << 30)
        self.start, self.x = whole.values["x"][0], whole.values["x"]

    def path(self, moving: set[int]) -> np.ndarray:
        """x over all steps, (steps + 1, R), without noise."""
        x = [self.start]
        for _ in range(STEPS):
            x.append(x[-1] + sum(self.a[i] * (self.mu[i] - x[-1]) for i in moving))
        return np.array(x)

    def outcomes(self, moving: set[int]) -> dict[str, np.ndarray]:
        end = self.path(moving)[-1]
        full, rest = self.path(set(range(self.n)))[-1], self.path(set(range(self.n)) - moving)[-1]
        found = {f"p{i}": self.a[i] * (end - self.mu[i]) ** 2 / 2 for i in range(self.n)}
        return found | {BASE: (end - 1) ** 2, STATE: np.abs(full - rest)}

    def shapley(self, i: int, outcome: str) -> np.ndarray:
        """The mean over all orders of what i adds to those before it."""
        parts = []
        for order in permutations(range(self.n)):
            before = set(order[: order.index(i)])
            parts.append(self.outcomes(before | {i})[outcome] - self.outcomes(before)[outcome])
        return np.mean(parts, axis=0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ablation_and_shapley_values_against_a_plain_loop(seed: int) -> None:
    pulls = Pulls(seed, 4)
    table = Influence().table(pulls.study)
    everyone = set(range(4))
    for i in range(4):
        distance = np.abs(pulls.path(everyone) - pulls.path(everyone - {i}))
        last = cell(table, "ablation at the end", STATE, f"p{i}")["mean"]
        assert last == pytest.approx(distance[-1].mean(), rel=1e-9)
        assert cell(table, "ablation over time", STATE, f"p{i}")["mean"] == pytest.approx(distance.mean(), rel=1e-9)
        for outcome in (STATE, BASE, "p0", "p3"):
            row, expected = cell(table, "Shapley value", outcome, f"p{i}"), pulls.shapley(i, outcome)
            assert row["mean"] == pytest.approx(expected.mean(), rel=1e-9, abs=1e-13)
            assert row["median"] == pytest.approx(np.median(expected), rel=1e-9, abs=1e-13)
    assert "standard error of sampling" not in set(table["quantity"])


def in_one_replica(study: Study, outcome: str) -> np.ndarray:
    table = Influence().table(study)
    rows = table[(table["quantity"] == "Shapley value") & (table["a"] == outcome)]
    assert (rows["n"] == 1).all()
    return rows["mean"].to_numpy()


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_the_values_of_all_agents_add_up_to_what_they_did_together(noise: float) -> None:
    """Σ_i φ_i = v(N) − v(∅) to 1e-10, also with noise, which every run meets alike (efficiency; Shapley 1953)."""
    pulls = Pulls(5, 5, noise, replicas=1)
    nobody = pulls.start + (0.0 if not noise else silent_walk(pulls))
    for outcome, value in (
        (BASE, lambda x: (x - 1) ** 2), ("p2", lambda x: pulls.a[2] * (x - pulls.mu[2]) ** 2 / 2),
        (STATE, lambda x: np.abs(pulls.x[-1] - x)),
    ):
        together = value(pulls.x[-1]) - value(nobody) if outcome != STATE else value(nobody)
        assert in_one_replica(pulls.study, outcome).sum() == pytest.approx(together.item(), abs=1e-10)


def silent_walk(pulls: Pulls) -> np.ndarray:
    """The sum of the noise: what x_n − x_0 would be without any pull, from the run with all of them."""
    steps = np.diff(pulls.x, axis=0)
    moved = [sum(pulls.a[i] * (pulls.mu[i] - x) for i in range(pulls.n)) for x in pulls.x[:-1]]
    return (steps - np.array(moved)).sum(axis=0)


def test_equal_agents_have_equal_values_and_one_that_does_nothing_has_none() -> None:
    s = ds.System("twins and a dummy")
    x, y = s.state("x", init=1, noise=0.2), s.state("y", init=2)
    for name in ("one", "twin"):
        s.agent(name, controls=x, declared=(x - 3) ** 2, rule={"gradient": {"rate": 0.05}})
    s.agent("dummy", controls=y, declared=x**2, rule={"gradient": {"rate": 0.5}})
    s.clock(steps=10)
    s.ensemble(replicas=4)
    table = Influence().table(simulated(s))
    for outcome in (STATE, "one", "dummy"):
        one, twin = (cell(table, "Shapley value", outcome, name) for name in ("one", "twin"))
        assert one["mean"] == pytest.approx(twin["mean"], abs=1e-12)
        assert one["mean"] != 0
        dummy = cell(table, "Shapley value", outcome, "dummy")
        assert (dummy["mean"], dummy["q05"], dummy["q95"]) == (0, 0, 0), "to the last bit: the noise is the same"
    assert cell(table, "ablation over time", STATE, "dummy")["mean"] == 0


def test_sampled_values_are_within_their_standard_error_of_the_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    pulls = Pulls(7, 6, replicas=1)
    exact = Influence().table(pulls.study)
    monkeypatch.setattr(influence, "EXACT", 2)
    sampled = Influence(samples=200).table(pulls.study)
    together = 0
    for i in range(6):
        for outcome in (BASE, "p1", STATE):
            error = cell(sampled, "standard error of sampling", outcome, f"p{i}")["mean"]
            difference = cell(sampled, "Shapley value", outcome, f"p{i}")["mean"] - cell(
                exact, "Shapley value", outcome, f"p{i}")["mean"]
            assert abs(difference) < 4 * error
            assert 0 < error < 0.1 * abs(exact["mean"]).max()
        together += cell(sampled, "Shapley value", BASE, f"p{i}")["mean"]
    whole = (pulls.x[-1] - 1) ** 2 - (pulls.start - 1) ** 2
    assert together == pytest.approx(whole.item(), abs=1e-10), "every order adds up by itself"


def test_a_replica_that_diverges_without_an_agent_is_left_out() -> None:
    """x ← x + x² grows out of all bounds where nobody holds it."""
    s = ds.System("one holds what runs away")
    x = s.state("x", init=0.5, flow="x**2")
    s.agent("holder", controls=x, declared=x**2 / 2, rule={"gradient": {"rate": 0.9}})
    s.clock(steps=40)
    table = Influence().table(simulated(s))
    assert cell(table, "ablation at the end", STATE, "holder")["n"] == 0


def test_a_model_is_needed() -> None:
    pulls = Pulls(1, 2)
    with pytest.raises(InputError, match="needs the model"):
        Influence().table(Study(pulls.study.program, pulls.study.recording))
