"""Every kind of episode, where its answer is known."""

import numpy as np
import pytest

from dynsim.algebra import functions as f
from dynsim.algebra.graph import Graph
from dynsim.analysis import tables
from dynsim.analysis.reading.study import Study
from tests.analysis.games import CONTINUOUS, Player, bilinear, build, record, tug_of_war


def episodes(program, *args, **options):
    found = tables(Study(program, record(program, *args, **options))).episodes
    return {kind: rows.reset_index(drop=True) for kind, rows in found.groupby("kind")}


def test_two_pulls_on_one_memory_end_in_conflict_and_deadlock():
    """u = −2r(m ± 1), dm/dt = −4r m: from m₀ > 1 the conflict begins where |m| < 1, t = ln(m₀)/(4r); each then harms
    the other at the rate 4r(1 − m²), and m² = e^{−8rt}."""
    r = 0.25
    program = tug_of_war(r, clock=CONTINUOUS)
    dt, ticks = 0.01, 501
    found = episodes(program, {"m": [3.0]}, ticks, dt)
    (conflict,) = found["conflict"].itertuples()
    assert (conflict.agents, conflict.variables, conflict.open) == ("left, right", "m", True)
    begin = np.log(3.0) / (4 * r)
    assert conflict.onset == pytest.approx(begin, abs=2 * dt)
    assert conflict.intensity == pytest.approx(1.0)
    lasted = conflict.end - conflict.onset
    m = 3.0 * np.exp(-4 * r * conflict.onset)
    harm = 4 * r * lasted - m * m / 2 * (1 - np.exp(-8 * r * lasted))
    assert conflict.harm_a == pytest.approx(harm, rel=1e-4)
    assert conflict.harm == pytest.approx(2 * harm, rel=1e-4)
    assert conflict.outcome == "left ahead"
    (deadlock,) = found["deadlock"].itertuples()
    assert deadlock.variables == "m"
    assert sorted(deadlock.agents.split(", ")) == ["left", "right"]
    assert deadlock.onset == pytest.approx((np.log(3.0) - np.log(0.1)) / (4 * r), abs=2 * dt)  # 1 − |m| = on
    assert deadlock.harm_a + deadlock.harm_b == pytest.approx(deadlock.harm)


def test_the_definition_is_scale_free():
    """Objectives in other units and a clock in others: the same episodes, intensities and outcomes."""
    def game(units, rate, clock):
        graph = Graph()
        x, y = graph.symbol("x"), graph.symbol("y")
        players = {"a": Player(["x"], units * (x * y + 0.1 * x * x), rate / units), "b": Player(["y"], -x * y, rate)}
        return build(graph, ["x", "y"], players, clock=clock)

    one = episodes(game(1.0, 1.0, CONTINUOUS), {"x": [1.0], "y": [0.2]}, 600, 0.02)["conflict"]
    other = episodes(game(1e6, 1e-3, CONTINUOUS), {"x": [1.0], "y": [0.2]}, 600, 20.0)["conflict"]
    assert len(one) == len(other) >= 1
    np.testing.assert_allclose(other[["onset", "peak", "end"]], 1e3 * one[["onset", "peak", "end"]], rtol=1e-9)
    np.testing.assert_allclose(other.intensity, one.intensity, rtol=1e-9)
    np.testing.assert_allclose(other.harm_a, 1e6 * one.harm_a, rtol=1e-9)
    np.testing.assert_allclose(other.harm_b, one.harm_b, rtol=1e-9)
    assert other.outcome.tolist() == one.outcome.tolist()


def test_a_rotation_is_one_conflict_not_one_per_quarter_turn():
    found = episodes(bilinear(1.0, clock=CONTINUOUS), {"x": [1.0], "y": [1.0]}, 3000, 0.02)
    assert len(found["conflict"]) == 1
    row = found["conflict"].iloc[0]
    assert row.intensity == pytest.approx(np.sqrt(0.5), rel=1e-3)  # min(|x|, |y|)/r at 45°
    assert sorted(row.variables.split(", ")) == ["x", "y"]


def test_exploitation_names_the_exploiter_first():
    """b's moves help a (E_a falls with y as E_b does); a's moves harm b."""
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    players = {"host": Player(["y"], y + 2.0 * x, moves={"y": graph.constant(-0.1)}),
               "parasite": Player(["x"], y - x, moves={"x": graph.constant(0.1)})}
    found = episodes(build(graph, ["x", "y"], players), {"x": [0.0], "y": [0.0]}, 11)
    assert set(found) == {"exploitation"}
    (row,) = found["exploitation"].itertuples()
    assert row.agents == "parasite, host"
    assert (row.onset, row.end, row.open) == (0.0, 10.0, True)
    assert row.harm_a == pytest.approx(-1.0)  # 10 steps of −0.1: helped
    assert row.harm_b == pytest.approx(2.0)  # 10 steps of 2·0.1
    assert row.intensity == pytest.approx(1 / np.sqrt(2))
    assert row.outcome == "parasite ahead"
    assert row.variables == "x"


def handover(slot="m"):
    """b moves m until t = 20 and then fades out; a moves it all the time by less."""
    graph = Graph()
    m, t = graph.symbol(slot), graph.add("time")
    fading = 1.0 / (1.0 + f.exp(t - 20.0))
    players = {"a": Player([slot], m, moves={slot: graph.constant(-0.1)}),
               "b": Player([slot], -m, moves={slot: fading})}
    return build(graph, [slot], players)


def test_takeover():
    found = episodes(handover(), {"m": [0.0]}, 80)
    (row,) = found["takeover"].itertuples()
    assert (row.agents, row.variables, row.open) == ("a, b", "m", True)
    effort = 1 / (1 + np.exp(np.arange(80) - 20.0))
    for t in range(1, 80):  # the average of b's effort; a's is constant
        effort[t] = 7 / 8 * effort[t - 1] + effort[t] / 8
    share = 0.1 / (0.1 + effort)
    assert row.onset == np.argmax(share >= 0.9)
    assert row.intensity == pytest.approx(share[-1])
    assert row.outcome == "a ahead"


def test_who_always_led_takes_nothing_over():
    graph = Graph()
    m = graph.symbol("m")
    players = {"a": Player(["m"], m, moves={"m": graph.constant(-1.0)}),
               "b": Player(["m"], -m, moves={"m": graph.constant(0.01)})}
    assert "takeover" not in episodes(build(graph, ["m"], players), {"m": [0.0]}, 40)


def test_a_deadlock_is_between_the_strongest_of_each_side():
    graph = Graph()
    m, g = graph.symbol("m"), graph.constant
    players = {
        name: Player(["m"], -s * m, moves={"m": g(s)})
        for name, s in {"up": 1.0, "up too": 0.2, "down": -0.9, "down too": -0.3}.items()
    }
    found = episodes(build(graph, ["m"], players), {"m": [0.0]}, 11)
    (row,) = found["deadlock"].itertuples()
    assert row.agents == "up, down"
    assert row.outcome == "even"
    assert row.harm_a == pytest.approx(10 * 1.0 * (0.9 + 0.3 - 0.2))
    assert row.harm_b == pytest.approx(10 * 0.9 * (1.0 + 0.2 - 0.3))


def test_oscillation_onset_end_and_outcome():
    """x = e^{gt} cos t, recorded often: turning points every π."""
    def spiral(g):
        graph = Graph()
        x, y = graph.symbol("x"), graph.symbol("y")
        program = build(graph, ["x", "y"], {"driver": Player(["x"], 0.0 * x, moves={"x": g * x - y})},
                        flows={"y": x + g * y}, clock=CONTINUOUS)
        found = episodes(program, {"x": [1.0], "y": [0.0]}, 1000, 0.04)
        return [row for row in found["oscillation"].itertuples() if row.variables == "x"] if found else []

    (steady,) = spiral(0.0)
    assert (steady.agents, steady.outcome, steady.open) == ("driver", "steady", True)
    assert steady.onset == pytest.approx(3 * np.pi, abs=0.09)  # a period can be compared from the fourth turn on
    assert steady.end == pytest.approx(12 * np.pi, abs=0.09)
    assert steady.intensity == pytest.approx(1.0, rel=1e-3)
    assert [row.outcome for row in spiral(0.03)] == ["grew"]
    assert [row.outcome for row in spiral(-0.03)] == ["faded"]
    assert not spiral(-0.2)  # each swing is half of the one before


def test_noise_is_no_oscillation_and_rest_no_episode():
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], x * x, 0.05)}, noises={"x": graph.constant(1.0)})
    found = episodes(program, {"x": np.zeros(50)}, 1000, rng=np.random.default_rng(0))
    assert len(found.get("oscillation", ())) < 5  # of about 30,000 swings
    still = build(graph, ["x"], {"a": Player(["x"], (x - 1.0) ** 2), "b": Player(["x"], 2.0 * (x - 1.0) ** 2)})
    assert not episodes(still, {"x": [1.0, 1.0 + 1e-16, 1.0 - 1e-15]}, 100)


def test_period_two_is_an_oscillation():
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], x * x, 1.0)})  # x → −x
    (row,) = episodes(program, {"x": [1.0]}, 100)["oscillation"].itertuples()
    assert (row.outcome, row.open) == ("steady", True)


def test_divergence():
    """x → −2x... |x| doubles: past ten times its start after the fourth step; not finite after 1024."""
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    program = build(graph, ["y", "x"], {"a": Player(["x"], x * x, 1.5), "b": Player(["y"], y * y)})
    found = episodes(program, {"x": [1.0, 0.0], "y": [0.5, 0.5]}, 1100)
    (row,) = found["divergence"].itertuples()
    assert (row.replica, row.agents, row.variables, row.outcome) == (0, "a", "x", "diverged")
    assert (row.onset, row.end) == (3.0, 1024.0)
    assert np.isnan(row.harm)


def test_an_episode_cut_off_by_divergence_is_closed():
    program = bilinear(3.0)
    found = episodes(program, {"x": [1.0], "y": [0.7]}, 700)
    assert not found["conflict"].open.any()
    assert found["conflict"].end.max() < found["divergence"].end.item()


def test_outcomes():
    """Both lose in a deadlock of two who also wear themselves out; both gain where third parties do the work."""
    graph = Graph()
    m, w = graph.symbol("m"), graph.symbol("w")
    players = {
        name: Player(["m"], s * m + w, moves={"m": graph.constant(-0.1 * s)})
        for name, s in {"a": 1.0, "b": -1.0}.items()
    }
    for drift, outcome in ((0.1, "both lost"), (-0.1, "both gained"), (0.0, "even")):
        program = build(graph, ["m", "w"], players, flows={"w": graph.constant(drift)})
        assert episodes(program, {"m": [0.0], "w": [0.0]}, 10)["conflict"].outcome.tolist() == [outcome]
