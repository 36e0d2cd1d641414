"""The warning about a foresight that is too long, against the eigenvalues of linear games worked out with NumPy."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import dynsim as ds

Floats = NDArray[np.float64]
TANDEM = """
dynsim: 1
title: Tandem
variables: {x: {init: 1}, y: {init: 0}}
agents:
  one: {controls: x, declared: "(x + y)**2 - 2*x", rule: {lola: {rate: 0.01, foresight: 0.3}}}
  two:
    controls: y
    declared: "(x + y)**2 - 2*y"
    rule: {lola: {rate: 0.01, foresight: 0.3}}
clock: {steps: 2}
"""


def advice(system: Any, overrides: Sequence[str] = ()) -> list[ds.Problem]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ds.Advice)
        ds.simulate(system, set=overrides, compiled=False)
    return [w.message.problem for w in caught if isinstance(w.message, ds.Advice)]


def told_bound(problem: ds.Problem) -> float:
    return float(problem.message.split("below ")[1].split(",")[0])


def lola_matrix(a: Floats, rate: float, foresight: float) -> Floats:
    """z ← z − rate·(ξ − αH_oξ − αχ) for two scalar players with L_i = ½ zᵀ a_i z, a_i symmetric: ξ = Jz."""
    jacobian = np.array([a[0, 0], a[1, 1]])
    off = jacobian * (1 - np.eye(2))
    chi = np.array([jacobian[1, 0] * a[0, 1], jacobian[0, 1] * a[1, 0]])
    return np.eye(2) - rate * (jacobian - foresight * off @ jacobian - foresight * chi)


def random_game(rng: np.random.Generator) -> Floats:
    """Two players whose own curvatures are positive, coupled at random: (2, 2, 2)."""
    a = rng.normal(size=(2, 2, 2))
    a = a + a.transpose(0, 2, 1)
    a[0, 0, 0], a[1, 1, 1] = rng.uniform(2.0, 4.0, 2)
    return a


def two_players(a: Floats, rate: float, foresight: float, rule: str = "lola") -> ds.System:
    system = ds.System("a linear game")
    z = [system.state("x", init=1), system.state("y", init=-1)]
    for i, name in enumerate(("one", "two")):
        loss = sum(0.5 * a[i, j, k] * z[j] * z[k] for j in range(2) for k in range(2))
        system.agent(name, controls=z[i], declared=loss, rule={rule: {"rate": rate, "foresight": foresight}})
    system.clock(steps=2)
    return system


def test_tandem_bound_is_a_quarter() -> None:
    """Letcher et al. 2019: with LOLA, x + y has the multiplier 1 − rate(4 − 16α)."""
    first, second = advice(ds.load_scenario(TANDEM))
    assert (first.path, second.path) == ("agents.one.rule.foresight", "agents.two.rule.foresight")
    assert (first.line, second.line) == (6, 10)
    assert first.message == (
        "with a foresight of 0.3 this linear system runs away: deviations are multiplied by up to 1.008 a step; "
        "below 0.25, all foresights reduced alike, they do not grow"
    )
    assert not advice(ds.load_scenario(TANDEM), [f"agents.{n}.rule.foresight=0.2499" for n in ("one", "two")])


def test_tandem_bound_is_the_same_in_continuous_time() -> None:
    problems = advice(ds.load_scenario(TANDEM.replace("steps: 2", "time: 1, dt: 0.1")))
    assert [told_bound(p) for p in problems] == [0.25, 0.25]
    assert "grow at a rate of 0.008" in problems[0].message


@pytest.mark.slow
def test_random_linear_games_are_told_apart() -> None:
    """Seed 0: with a foresight of 1 about half of these games run away, and the bound is where NumPy's eigenvalues say.
    """
    rng = np.random.default_rng(0)
    warned = 0
    for _ in range(40):
        a, rate = random_game(rng), rng.uniform(0.01, 0.1)
        shares = np.linspace(0.0, 1.0, 20001)
        radius = np.abs(np.linalg.eigvals([lola_matrix(a, rate, s) for s in shares])).max(axis=1)
        problems = advice(two_players(a, rate, 1.0))
        calm = np.flatnonzero((radius[:-1] <= 1.0) & (shares[:-1] >= 2.0**-12))
        if radius[-1] <= 1.0 or not len(calm):
            assert not problems
            continue
        warned += 1
        bound = told_bound(problems[0])
        crossings = shares[1:][(radius[:-1] <= 1.0) & (radius[1:] > 1.0)]
        assert np.abs(crossings - bound).min() < 1e-3 * bound + 1e-4
    assert 10 <= warned <= 30


def test_bound_is_given_for_the_worst_replica_of_a_sweep() -> None:
    swept = ds.load_scenario(TANDEM)
    swept.parameter("alpha", 0.1)
    swept.ensemble(replicas=4, vary={"alpha": [0.1, 0.2, 0.4, 0.3]})
    problems = advice(swept, [f"agents.{n}.rule.foresight=alpha" for n in ("one", "two")])
    assert [p.message.split()[4] for p in problems] == ["0.4", "0.4"]
    assert [told_bound(p) for p in problems] == [0.25, 0.25]


@pytest.mark.parametrize("change", [
    "variables.x.space=[-2, 2]",  # the bound holds it
    "agents.one.declared=(x + y)**4 - 2*x",  # not linear: nothing is known
    "agents.two.rule={sos: {rate: 0.01, foresight: 0.3}}",  # nor with a rule that is not
])
def test_nothing_is_said_where_nothing_is_known(change: str) -> None:
    assert not advice(ds.load_scenario(TANDEM), [change])


def test_noise_changes_nothing_and_beside_a_rule_that_draws_nothing_is_known() -> None:
    """The deviations of a linear system grow as they do without its noise."""
    plain, noisy = (advice(ds.load_scenario(TANDEM), change) for change in ([], ["variables.x.noise=0.1"]))
    assert plain
    assert [str(p) for p in noisy] == [str(p) for p in plain]
    assert not advice(ds.load_scenario(TANDEM), ["agents.two.rule={random_walk: {scale: 0.1}}"])


def test_nothing_is_said_where_the_foresight_is_not_to_blame() -> None:
    """Simultaneous gradient play of a bilinear game grows with any rate; a short foresight mends no large one."""
    a = np.array([[[0.0, 1.0], [1.0, 0.0]], [[0.0, -1.0], [-1.0, 0.0]]])
    assert not advice(two_players(a, 3.0, 2.0, "lookahead"))


def test_foresight_inside_a_blend_has_its_path() -> None:
    rule = "{blend: {share: 1, target: 0, rule: {lola: {rate: 0.01, foresight: 0.3}}}}"
    problems = advice(ds.load_scenario(TANDEM), [f"agents.one.rule={rule}"])
    assert [p.path for p in problems] == ["agents.one.rule.rule.foresight", "agents.two.rule.foresight"]


def test_run_with_a_memory_is_linear_too() -> None:
    """Momentum beside LOLA: the bound is that of the joint matrix in x, y and v (NumPy)."""
    beta, rate = 0.5, 0.02
    a = np.array([[[2.0, 2.0], [2.0, 2.0]]] * 2)

    def radius(foresight: float) -> float:
        lola, plain = lola_matrix(a, rate, foresight)[0] - [1.0, 0.0], -rate * a[1, 1]
        joint = np.array([[1 + lola[0], lola[1], 0], [plain[0], 1 + plain[1], beta], [plain[0], plain[1], beta]])
        return float(np.abs(np.linalg.eigvals(joint)).max())

    low, high = 0.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if radius(middle) <= 1 + 1e-9 else (low, middle)
    system = two_players(a, rate, 2.0)
    (problem,) = advice(system, [f"agents.two.rule={{momentum: {{rate: {rate}, beta: {beta}}}}}"])
    assert told_bound(problem) == pytest.approx(low, rel=2e-3)
