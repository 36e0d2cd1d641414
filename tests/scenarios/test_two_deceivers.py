"""Two deceivers whose training errors read each other: each keeps its hyperbola, the other sets the pace, and gradients
through each other's learning make equals run away beyond a threshold."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from .runs import last, run

NAME = "two_deceivers"
WHO = ("one", "two")


def pairs(replicas, *settings, every=None, vary=None, **params):
    """The run of pairs that differ in what `vary` lists, value by value."""
    texts = (f"{name}: {np.asarray(values).tolist()}" for name, values in (vary or {}).items())
    numbers = ["metrics=[]", *(f"params.{name}={value}" for name, value in params.items())]
    return run(NAME, f"ensemble.vary={{{', '.join(texts)}}}", *numbers, *settings, replicas=replicas, every=every)


def start(found):
    return found.states[found.states.t == 0].set_index("replica")


def conserved(rows, who):
    """φ²/η_φ − u²/η_q of each pair."""
    goal, exposed = rows[f"goal_{who}"], rows[f"exposed_{who}"]
    return (goal**2 / rows["speed_goal"] - exposed**2 / rows["speed_model"]).to_numpy()


def drawn(seed, replicas, wish=1.2, g=0.0):
    """Random pairs, couplings and rates."""
    rng = np.random.default_rng(seed)
    ranges = {"wish_one": (0, wish), "wish_two": (-wish, wish), "doubt": (0.2, 0.6), "reads": (0.2, 0.9),
              "agree": (-0.9, 0.9), "speed_goal": (0.6, 1.6), "speed_model": (0.6, 1.6), "g": (0, g)}
    return {name: rng.uniform(*ends, replicas) for name, ends in ranges.items()}


@pytest.mark.parametrize("g", [0.0, 0.5], ids=["blind to it", "seeing it"])
def test_each_keeps_its_own_hyperbola_whatever_the_other_does(g):
    """All that training sees of a module is x = uφ, so that φ' = −η_φ u R and u' = −η_q φ R with one R for both."""
    found = pairs(200, "clock.time=20", "clock.dt=0.01", vary=drawn(1, 200, g=g), every=100)
    states = found.states
    for who in WHO:
        inside = states.groupby("replica")[f"exposed_{who}"].agg(lambda u: (u > 0).all() and (u < 1).all())
        first, end = conserved(start(found), who), conserved(last(found), who)
        assert inside.sum() > 100
        np.testing.assert_allclose(end[inside], first[inside], atol=1e-6)


@pytest.mark.parametrize("g", [0.0, 0.5], ids=["blind to it", "seeing it"])
def test_whether_a_goal_survives_is_decided_alone(g):
    """|φ_∞| = √(φ₀² − (η_φ/η_q) u₀²) or 0, as without the other; no exception among 300 random pairs."""
    found = pairs(300, "clock.time=1000", vary=drawn(2, 300, g=g), every=1000)
    end, count = last(found), 0
    for who in WHO:
        first = conserved(start(found), who)
        decided = (np.abs(first) > 0.05) & (np.abs(end[f"shown_{who}"]) < 1e-4)
        left = np.sqrt(np.maximum(first * end.speed_goal, 0))[decided]
        np.testing.assert_allclose(np.abs(end[f"goal_{who}"][decided]), left, atol=5e-3)
        count += decided.sum()
    assert count > 450


@pytest.mark.parametrize("seed", [3, 4])
def test_two_equals_are_one_deceiver_at_another_pace(seed):
    """Their state at t is that of a single one (reads = 0) at (1 + reads·agree) t."""
    rng = np.random.default_rng(seed)
    reads, agree = rng.uniform(0.3, 1), rng.uniform(-0.9, 0.9)
    wish, doubt = rng.uniform(0.3, 1.5), rng.uniform(0.3, 0.7)
    equal = {"wish_one": wish, "wish_two": wish, "doubt": doubt, "agree": agree}
    time = ("clock.time=6", "clock.dt=0.005")
    together = last(pairs(1, *time, **equal, reads=reads, every=100))
    alone = last(pairs(1, f"clock.time={6 * (1 + reads * agree)}", f"clock.dt={0.005 * (1 + reads * agree)}", **equal,
                       reads=0, every=100))
    for slot in ("goal_one", "exposed_one", "goal_two", "exposed_two"):
        np.testing.assert_allclose(together[slot], alone[slot], atol=1e-9)


@pytest.mark.parametrize("seed", [15, 16])
def test_how_long_two_equals_show_their_goals(seed):
    """arsinh(|c|s/2x) = arsinh(|c|s/2x₀) + |c|s²(1 + reads·agree) t with s = √(η_φη_q)."""
    rng = np.random.default_rng(seed)
    reads, agree = rng.uniform(0.3, 1), rng.uniform(-0.9, 0.9)
    wish, doubt, rates = rng.uniform(0.3, 1.5), rng.uniform(0.3, 0.7), rng.uniform(0.6, 1.6, 2)
    states = pairs(1, "clock.time=6", "clock.dt=0.005", wish_one=wish, wish_two=wish, doubt=doubt, agree=agree,
                   reads=reads, speed_goal=rates[0], speed_model=rates[1], every=20).states  # fmt: skip
    c, s = abs(wish**2 / rates[0] - doubt**2 / rates[1]), np.sqrt(rates.prod())
    slow = np.arcsinh(c * s / (2 * doubt * wish)) + c * s**2 * (1 + reads * agree) * states.t
    np.testing.assert_allclose(states.shown_one, c * s / 2 / np.sinh(slow), atol=1e-7)


@pytest.mark.parametrize("g", [0.0, 0.15])
@pytest.mark.parametrize("seed", [5, 6])
def test_exact_opposites_that_read_each_other_hide_in_full_view(seed, g):
    """reads = 1, agree = −1: x_one = x_two = x at rest, and Σ_i [arsinh(2x_i/(|c_i|s))/(2s) − g x_i] is what it was,
    s = √(η_φη_q)."""
    rng = np.random.default_rng(seed)
    wishes, doubt, rates = rng.uniform(0.3, 1.5, 2), rng.uniform(0.2, 0.5), rng.uniform(0.6, 1.6, 2)
    c, s = np.abs(wishes**2 / rates[0] - doubt**2 / rates[1]), np.sqrt(rates.prod())

    def total(x):
        return (np.arcsinh(2 * x / c / s) / (2 * s) - g * x).sum()

    shown = brentq(lambda x: total(x) - total(doubt * wishes), *(np.sort(wishes) * doubt))
    end = last(pairs(1, "clock.dt=0.005", reads=1, agree=-1, wish_one=wishes[0], wish_two=wishes[1], doubt=doubt,
                     speed_goal=rates[0], speed_model=rates[1], g=g))  # fmt: skip
    assert shown > 0.05
    np.testing.assert_allclose(end[["shown_one", "shown_two"]], shown, atol=1e-6)


def runs_away(g, reads, agree, wish, doubt, rates):
    vary = {"g": g, "wish_one": [wish], "wish_two": [wish]}
    found = pairs(len(g), "clock.dt=0.005", vary=vary, reads=reads, agree=agree, doubt=doubt, speed_goal=rates[0],
                  speed_model=rates[1], every=1000)  # fmt: skip
    return (found.summary.verdict == "diverged").tolist()


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_equals_that_see_each_other_learn_run_away_beyond_a_threshold(seed):
    """g reads² N > (1 + reads·agree)/(agree² + reads·agree), N = η_φ u₀² + η_q φ₀²: from both sides, at 2 %. Nothing of
    it is left where the goals are opposite and |agree| ≤ reads."""
    rng = np.random.default_rng(seed)
    reads, agree = rng.uniform(0.4, 1), rng.uniform(0.2, 1)
    wish, doubt, rates = rng.uniform(0.2, 1.2), rng.uniform(0.2, 0.6), rng.uniform(0.6, 1.6, 2)
    n = rates @ [doubt**2, wish**2]
    edge = (1 + reads * agree) / (agree**2 + reads * agree) / (reads**2 * n)
    around = edge * np.array([0.5, 0.98, 1.02, 2.0])
    assert runs_away(around, reads, agree, wish, doubt, rates) == [False, False, True, True]
    opposite = -min(agree, 0.95 * reads)
    assert runs_away(around, reads, opposite, wish, doubt, rates) == [False] * 4


@pytest.mark.parametrize("agree", [-0.95, -0.9])
def test_opposites_run_away_where_they_agree_less_than_they_read(agree):
    """|agree| > reads = 0.7: beyond (1 − reads|agree|)/(agree² − reads|agree|), which is later than equals do."""
    cosine, n = abs(agree), 0.5**2 + 1.1**2
    edge = (1 - 0.7 * cosine) / (cosine**2 - 0.7 * cosine) / (0.49 * n)
    assert runs_away(edge * np.array([0.97, 1.03]), 0.7, agree, 1.1, 0.5, (1.0, 1.0)) == [False, True]


def least_wish_that_survives(strong, pull):
    """Of a module with exposed = 1 beside an opposite goal `strong` that it reads: pull = reads·|agree|.

    While the other's error is larger, exposed stays at its bound and the goal grows, φ' = pull·x − φ; then the
    hyperbola of that moment decides: it survives iff φ > 1 by then.
    """

    def at_bound(t, y):
        other, exposed, goal = y
        own, error = pull * other * exposed - goal, other * exposed - pull * goal
        return [-exposed * error, -other * error, own]

    def even(t, y):
        return pull * y[0] * y[1] - y[2]

    even.terminal = True

    def grown(wish):
        return solve_ivp(at_bound, (0, 50), [strong, 1, wish], events=even, rtol=1e-9, atol=1e-12).y[2, -1]

    return brentq(lambda wish: grown(wish) - 1, 0.3, 1)


@pytest.mark.parametrize("seed", [10, 11])
def test_at_the_bound_a_strong_opponent_saves_a_weak_goal(seed):
    """A module that takes everything for training (exposed = 1) cannot take it for less: an opponent's larger error
    makes its goal grow. Beside an agreeing one, or alone, it survives from 1 on."""
    rng = np.random.default_rng(seed)
    strong, reads, agree = rng.uniform(2, 4), rng.uniform(0.7, 1), rng.uniform(0.8, 1)
    for cosine, read in ((-agree, reads), (agree, reads), (agree, 0.0)):
        edge = least_wish_that_survives(strong, reads * agree) if cosine < 0 else 1.0
        wishes = edge * np.array([0.97, 0.99, 1.01, 1.03])
        end = last(pairs(4, "clock.dt=0.005", vary={"wish_two": wishes}, wish_one=strong, doubt=1, reads=read,
                         agree=cosine, every=5000))  # fmt: skip
        assert (end.goal_two > end.exposed_two).tolist() == [False, False, True, True]
    assert least_wish_that_survives(strong, reads * agree) < 0.97
