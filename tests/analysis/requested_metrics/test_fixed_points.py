"""Fixed points against polynomials, linear algebra and support enumeration."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.fixed_points import FixedPoints
from dynsim.errors import InputError
from tests.analysis.games import record

from .cases import quadratics, simulated
from .test_evolution import population
from .test_exploitability import matrix_game


def points(study, **settings):
    """{position: (stability, nash, smallest real part, starts)}, positions rounded."""
    table = FixedPoints(**settings).table(study)
    found = {}
    for _, rows in table.groupby("point", sort=False):
        value = rows.set_index("quantity")["mean"]
        place = rows[rows["quantity"] == "position"]["mean"]
        kind = rows[["stability", "nash"]].iloc[0].tolist()
        found[tuple(np.round(place, 6) + 0.0)] = (*kind, value["smallest real part"], value["starts"])
    return found


def agree(found, expected):
    """As sets of points."""
    np.testing.assert_allclose(np.array(sorted(found)), np.array(sorted(expected)), atol=2e-6)


def two(loss_a, loss_b, **space):
    s = ds.System("two")
    x, y = s.state("x", init="normal(0, 1)", **space), s.state("y", init="normal(0, 1)", **space)
    s.agent("a", controls=x, declared=loss_a(x, y), rule=ds.rules.gradient(rate=0.01))
    s.agent("b", controls=y, declared=loss_b(x, y), rule=ds.rules.gradient(rate=0.01))
    s.ensemble(replicas=4)
    s.clock(steps=2)
    return simulated(s)


@pytest.mark.parametrize("seed", range(4))
def test_random_quadratics_have_the_one_that_linear_algebra_finds(seed):
    rng = np.random.default_rng(seed)
    program, h, b = quadratics(rng, (1, 3, 2))
    study = Study(program, record(program, {f"z{k}": rng.normal(size=4) for k in range(6)}, 3))
    j = np.concatenate([h[0, :1], h[1, 1:4], h[2, 4:]])
    slope = np.concatenate([b[0, :1], b[1, 1:4], b[2, 4:]])
    ((place, (stability, nash, smallest, starts)),) = points(study).items()
    real = np.linalg.eigvals(j).real
    np.testing.assert_allclose(place, -np.linalg.solve(j, slope), atol=2e-6)
    assert stability == ("stable" if (real > 0).all() else "saddle")
    assert nash == "strict local Nash"
    assert smallest == pytest.approx(real.min(), rel=1e-9)
    assert starts == 64


def test_the_valleys_and_the_ridge_of_a_double_well_and_who_ended_where():
    """x⁴ − x² − tilt·x at a random tilt (seed 5): roots of 4x³ − 2x − tilt, at curvature 12x² − 2."""
    tilt = np.random.default_rng(5).uniform(0.05, 0.3)
    s = ds.System("double well")
    x = s.state("x", init="uniform(-1, 1)")
    s.agent("a", controls=x, declared=x**4 - x**2 - tilt * x, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=300)
    s.ensemble(replicas=8, seed=1)
    study = simulated(s)
    found = points(study)
    roots = np.sort(np.roots([4.0, 0.0, -2.0, -tilt]).real)
    agree(found, [(r,) for r in roots])
    for (place,), (stability, nash, smallest, _) in found.items():
        curvature = 12 * place**2 - 2
        assert smallest == pytest.approx(curvature, abs=1e-4)
        assert (stability, nash) == (("stable", "strict local Nash") if curvature > 0 else ("unstable", "no Nash"))
    table = FixedPoints().table(study)
    ended = table[table["quantity"] == "ended there"].set_index("point")["mean"]
    (block,) = study.recording.blocks()
    last = block.values["x"][-1]
    place = table[table["quantity"] == "position"].set_index("point")["mean"]
    for point in place.index:
        assert ended[point] == (np.abs(last - place[point]) < 1e-3).mean()
    assert ended.sum() == 1.0


@pytest.mark.parametrize(("a", "b", "expected"), [
    (lambda x, y: x**2 / 2 + 2 * x * y, lambda x, y: y**2 / 2 + 2 * x * y, ("saddle", "strict local Nash")),
    (lambda x, y: -(x**2) / 2 - 3 * x * y, lambda x, y: y**2 + 3 * x * y, ("stable", "no Nash")),
    (lambda x, y: x * y, lambda x, y: -x * y, ("marginal", "Nash")),
    (lambda x, y: -(x**2) + x * y, lambda x, y: -(y**2) - x * y, ("unstable", "no Nash")),
    (lambda x, y: x**4 + x * y, lambda x, y: y**2 - x * y, ("stable", "undecided")),
    (lambda x, y: x**2 + x * y, lambda x, y: -x * y, ("stable", "local Nash")),
])
def test_stability_and_nash_are_two_things(a, b, expected):
    """Of J = [[1, 2], [2, 1]], [[−1, −3], [3, 2]], [[0, 1], [−1, 0]], [[−2, 1], [−1, −2]], [[0, 1], [−1, 2]] and
    [[2, 1], [−1, 0]] at the origin."""
    found = points(two(a, b))
    (kind,) = [value[:2] for place, value in found.items() if np.abs(place).max() < 1e-3]
    assert kind == expected


def by_supports(a, b):
    """All equilibria of a bimatrix game of payoffs, by supports of equal size (generic games have no others)."""
    n, m = a.shape
    found = []
    for size in range(1, min(n, m) + 1):
        for rows, columns in product(combinations(range(n), size), combinations(range(m), size)):
            y = mixture(a[np.ix_(rows, columns)])
            x = mixture(b[np.ix_(rows, columns)].T)
            if x is None or y is None or (x < 0).any() or (y < 0).any():
                continue
            p, q = np.zeros(n), np.zeros(m)
            p[list(rows)], q[list(columns)] = x, y
            if (a @ q).max() <= (p @ a @ q) + 1e-12 and (p @ b).max() <= (p @ b @ q) + 1e-12:
                found.append((*np.round(p, 6), *np.round(q, 6)))
    return found


def mixture(payoffs):
    """The shares of columns that make all rows equally good."""
    k = len(payoffs)
    system = np.block([[payoffs, -np.ones((k, 1))], [np.ones((1, k)), np.zeros((1, 1))]])
    return np.linalg.solve(system, np.eye(k + 1)[-1])[:k]


@pytest.mark.parametrize("seed", range(6))
def test_random_bimatrix_games_have_all_their_equilibria(seed):
    """2 × 3 and 3 × 3, against support enumeration; an odd number of them (Wilson 1971). What is pure is strict and
    stable; where somebody mixes J has no symmetric part, so that nothing attracts."""
    rng = np.random.default_rng(seed)
    shape = (2, 3) if seed < 4 else (3, 3)
    a, b = rng.normal(size=(2, *shape))
    found = points(matrix_game([a, b]), starts=4)
    expected = by_supports(a, b)
    assert len(expected) % 2 == 1
    agree(found, expected)
    for place, (stability, nash, _, starts) in found.items():
        if set(place) == {0.0, 1.0}:
            assert (stability, nash) == ("stable", "strict local Nash")
            assert np.isnan(starts)
        else:
            assert stability in ("saddle", "marginal")
            assert nash == "Nash"


@pytest.mark.parametrize("seed", range(4))
def test_quadratics_in_a_box_rest_where_all_conditions_hold(seed):
    """Two agents in [−1, 1]², a random J with positive own curvature and b: on each of the nine faces by linear
    algebra."""
    rng = np.random.default_rng(seed)
    j, slope = rng.normal(size=(2, 2)), rng.normal(size=2)
    j[np.diag_indices(2)] = rng.uniform(0.5, 1.0, size=2)
    study = two(
        lambda x, y: j[0, 0] * x**2 / 2 + j[0, 1] * x * y + slope[0] * x,
        lambda x, y: j[1, 1] * y**2 / 2 + j[1, 0] * x * y + slope[1] * y, space=[-1, 1],
    )
    expected = {}
    for sides in product([None, -1.0, 1.0], repeat=2):
        free = [k for k in range(2) if sides[k] is None]
        z = np.array([0.0 if side is None else side for side in sides])
        z[free] = np.linalg.solve(j[np.ix_(free, free)], -(slope + j @ z)[free])
        xi = slope + j @ z
        if (np.abs(z[free]) < 1).all() and all(side is None or -side * xi[k] > 0 for k, side in enumerate(sides)):
            real = np.linalg.eigvals(j[np.ix_(free, free)]).real
            expected[tuple(np.round(z, 6) + 0.0)] = "stable" if (real > 0).all() else "saddle"
    found = points(study)
    agree(found, expected)
    assert sorted(kind[0] for kind in found.values()) == sorted(expected.values())
    assert {kind[1] for kind in found.values()} == {"strict local Nash"}


def test_what_nothing_holds_at_its_bound_is_neither_stable_nor_strict_for_sure():
    """x² in [0, 1], whose slope vanishes at the bound; x there is held by nothing but the bound's curvature."""
    found = points(two(lambda x, y: x**2, lambda x, y: x * y + y, space=[0, 1]))
    assert {place: kind[:2] for place, kind in found.items()} == {(0.0, 0.0): ("marginal", "undecided")}


def test_hawks_and_doves_of_one_population_mix_and_come_back():
    """Value 2, fight 3: two thirds are hawks; each sees the crowd as given and is as well off either way."""
    ((place, (stability, nash, _, _)),) = points(simulated(population([[-0.5, 2.0], [0.0, 1.0]]))).items()
    assert place == pytest.approx((2 / 3, 1 / 3), abs=1e-6)
    assert (stability, nash) == ("stable", "Nash")


def test_angles_go_round():
    """1 − cos of an angle and of its half turn: at 0 and at −π, which is π."""
    s = ds.System("angle")
    x = s.state("x", init="uniform(-3, 3)", space="circle")
    s.agent("a", controls=x, declared="-cos(x)", rule=ds.rules.gradient(rate=0.1))
    s.ensemble(replicas=5)
    s.clock(steps=2)
    found = points(simulated(s))
    assert [(abs(place), kind[0]) for (place,), kind in found.items()] == [
        (pytest.approx(0.0, abs=1e-6), "stable"), (pytest.approx(np.pi, abs=1e-6), "unstable")]


def test_it_says_what_it_cannot_look_at():
    s = ds.System("shared")
    m = s.state("m", init=0.0)
    for name, goal in (("left", -1), ("right", 1)):
        s.agent(name, controls=m, declared=(m - goal) ** 2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    with pytest.raises(InputError, match="several agents move 'm'"):
        FixedPoints().table(simulated(s))
    s = ds.System("many")
    x = s.state("x", init=0.0, size=6, space=[0, 1])
    s.agent("a", controls=x, declared=sum((x[k] ** 2 for k in range(1, 6)), x[0] ** 2),
            rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    with pytest.raises(InputError, match="729 faces"):
        FixedPoints().table(simulated(s))
    with pytest.raises(InputError, match="no replica 4"):
        FixedPoints(replica=4).table(two(lambda x, y: x**2, lambda x, y: y**2))


def test_every_value_of_what_varies_has_its_own_points_and_its_own_starts() -> None:
    """(x² − k)²: ±√k attract, 0 repels. States of the record are starts, those with the same k alone."""
    s = ds.System("wells")
    k = s.parameter("k", 1.0)
    x = s.state("x", init="normal(0, 3)")
    s.agent("one", controls=x, declared=(x**2 - k) ** 2 / 4, rule=ds.rules.gradient(rate=0.01))
    s.clock(steps=4)
    s.ensemble(replicas=16, seed=2, vary={k: [4.0, 1.0]})
    table = FixedPoints().table(simulated(s))
    assert table["vary.k"].unique().tolist() == [1.0, 4.0]
    s.ensemble(replicas=8, seed=2, vary={k: [4.0]})
    alone = FixedPoints().table(simulated(s))
    rows = table[table["vary.k"] == 4.0].drop(columns="vary.k").reset_index(drop=True)
    pd.testing.assert_frame_equal(rows, alone, rtol=1e-9)
    positions = rows[rows["quantity"] == "position"]["mean"]
    assert sorted(positions) == pytest.approx([-2, 0, 2], abs=1e-9)
    s.ensemble(replicas=16, seed=2, vary={k: [4.0, 1.0]})
    one = FixedPoints(replica=12).table(simulated(s))
    assert one["vary.k"].unique().tolist() == [1.0]
