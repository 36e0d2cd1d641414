import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.regret import Regret

from .cases import quadratics, recording, simulated
from .test_exploitability import matrix_game


def regrets(table, quantity):
    rows = table[table["quantity"] == quantity]
    return dict(zip(rows["agent"], rows["mean"], strict=True))


def played(payoffs, x, y, times=None):
    """The study of two who mix and played x (T, n), y (T, m)."""
    study = matrix_game(payoffs)
    states = {f"{v}[{k}]": z[:, k, None] for v, z in (("x", x), ("y", y)) for k in range(z.shape[1])}
    parameters = {name: values[0] for name, values in study.recording.parameters.items()}
    return Study(study.program, recording(states, times, parameters), study.model)


@pytest.mark.parametrize("seed", range(4))
def test_of_random_play_against_all_that_could_have_been_played(seed):
    """3 × 4 options, 50 steps: the best option, the best exchange of one option, and all 27 ways to exchange them."""
    rng = np.random.default_rng(seed)
    u = rng.normal(size=(2, 3, 4))
    x, y = rng.dirichlet(np.full(3, 0.3), size=50), rng.dirichlet(np.full(4, 0.3), size=50)
    table = Regret().table(played(u, x, y))
    assert (table["known"] == "exactly").all()
    paid = y @ u[0].T  # what every option would have got, step by step
    had = (x * paid).sum(axis=1).mean()
    assert regrets(table, "external")["row"] == pytest.approx(paid.mean(axis=0).max() - had, rel=1e-12)
    exchanges = np.stack(np.meshgrid(*[np.arange(3)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    gained = {tuple(e): (x * paid[:, e]).sum(axis=1).mean() - had for e in exchanges}
    single = [gain for e, gain in gained.items() if sum(e[k] != k for k in range(3)) <= 1]
    assert regrets(table, "swap")["row"] == pytest.approx(max(gained.values()), rel=1e-12)
    assert regrets(table, "internal")["row"] == pytest.approx(max(single), rel=1e-12)
    for agent, options in (("row", 3), ("column", 4)):
        external, internal, swap = (regrets(table, q)[agent] for q in ("external", "internal", "swap"))
        assert external <= swap + 1e-12
        assert internal <= swap + 1e-12 <= options * internal + 1e-11


@pytest.mark.parametrize("seed", range(3))
def test_hedge_keeps_its_bound(seed):
    """Losses in [0, 1]: Σ_t regret ≤ ln n/η + ηT/8 (Cesa-Bianchi & Lugosi 2006, theorem 2.2); and at the rate that
    makes it least, √(T ln n/2), both players of a random game are below it."""
    rng = np.random.default_rng(seed)
    u = rng.uniform(0, 1, size=(2, 3, 3))
    steps = 400
    s = ds.System("hedge")
    x, y = (s.state(name, init=[1 / 3] * 3, size=3, space="simplex") for name in "xy")
    game = s.game("g", "matrix_game", actions=[x, y], payoffs=u.tolist())
    for k, (name, z) in enumerate({"a": x, "b": y}.items()):
        s.agent(name, controls=z, declared=game[k],
                rule=ds.rules.multiplicative_weights(rate=float(np.sqrt(8 * np.log(3) / (steps + 1)))))
    s.clock(steps=steps)
    found = regrets(Regret().table(simulated(s)), "external")
    assert max(found.values()) * (steps + 1) <= np.sqrt((steps + 1) * np.log(3) / 2)


@pytest.mark.parametrize("seed", range(3))
def test_quadratics_are_searched_and_agree_with_linear_algebra(seed):
    """Against random moves of the others, 30 steps: the best fixed a has the mean gradient 0."""
    rng = np.random.default_rng(seed)
    program, h, b = quadratics(rng, (1, 3, 2))
    z = rng.normal(size=(30, 6, 2))
    study = Study(program, recording({f"z{k}": z[:, k] for k in range(6)}))
    table = Regret().table(study)
    assert table["quantity"].tolist() == ["external"] * 3
    assert (table["known"] == "at least").all()
    found = regrets(table, "external")
    for i, own in enumerate((slice(0, 1), slice(1, 4), slice(4, 6))):
        expected = []
        for r in range(2):
            had = np.mean([0.5 * w @ h[i] @ w + b[i] @ w for w in z[:, :, r]])
            others = z[:, :, r].copy()
            others[:, own] = 0.0
            slope = (others @ h[i] + b[i])[:, own].mean(axis=0)
            rest = np.mean([0.5 * w @ h[i] @ w + b[i] @ w for w in others])
            expected.append(had - (rest - 0.5 * slope @ np.linalg.solve(h[i][own, own], slope)))
        assert found[f"a{i}"] == pytest.approx(np.mean(expected), rel=1e-8)


def test_a_coarse_record_gives_an_estimate():
    rng = np.random.default_rng(0)
    u = rng.normal(size=(2, 2, 2))
    x, y = rng.dirichlet(np.ones(2), size=5), rng.dirichlet(np.ones(2), size=5)
    coarse = Regret().table(played(u, x, y, times=[0, 2, 4, 6, 8]))
    assert (coarse["known"] == "estimate").all()
    program, _, _ = quadratics(rng, (1, 1))
    study = Study(program, recording({f"z{k}": rng.normal(size=(30, 1)) for k in range(2)}))
    assert (Regret(ticks=10).table(study)["known"] == "estimate").all()


def test_one_that_answered_its_best_all_along_may_have_less_than_no_regret():
    """Pennies against 0101…: who matched every time has the regret −½."""
    u = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], dtype=float)
    y = np.eye(2)[np.arange(10) % 2]
    found = regrets(Regret().table(played(u, y, y)), "external")
    assert found["row"] == pytest.approx(-0.5)
    assert found["column"] == pytest.approx(0.5)
