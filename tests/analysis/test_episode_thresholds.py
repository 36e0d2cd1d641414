"""The thresholds of episodes from both sides, as in test_thresholds.py."""

from __future__ import annotations

import numpy as np
import pytest

from dynsim.algebra.graph import Graph
from dynsim.analysis import tables
from dynsim.analysis.conflict_log.tracker import Tracker
from dynsim.analysis.reading.study import Study
from tests.analysis.closed_forms import log_of, recording
from tests.analysis.games import Player, build


def oscillations(x, t=None):
    log = log_of({"x": x}, t)
    return [row for row in log.episodes.itertuples() if row.kind == "oscillation"]


def wave(swings, lengths=20):
    """Straight lines from turn to turn, with these sizes and durations in ticks."""
    lengths = np.broadcast_to(lengths, len(swings))
    turns = np.append(0, np.cumsum(lengths))
    heights = np.append(0.0, np.cumsum(np.asarray(swings, float) * (-1.0) ** np.arange(len(swings))))
    return np.interp(np.arange(turns[-1] + 1), turns, heights)


@pytest.mark.parametrize(("swings", "found"), [(10, 1), (9, 0)])
def test_six_regular_swings_in_a_row(swings, found):
    """The period of a swing is compared from the fourth turn on; the last turn shows one tick later."""
    assert len(oscillations(wave(np.ones(swings)))) == found


def test_six_swings_before_a_rest_are_over():
    """It ends with the last turn that is seen; a rest of two periods tells it from one that lasts."""
    (row,) = oscillations(np.append(wave(np.ones(10)), np.full(100, wave(np.ones(10))[-1])))
    assert (row.open, row.end) == (False, 180.0)
    (row,) = oscillations(np.append(wave(np.ones(10)), np.full(19, wave(np.ones(10))[-1])))
    assert (row.open, row.end) == (True, 180.0)


@pytest.mark.parametrize(("ratio", "found"), [(0.81, 1), (0.79, 0)])
def test_swings_like_the_last(ratio, found):
    assert len(oscillations(wave(ratio ** np.arange(12)))) == found


@pytest.mark.parametrize(("ratio", "found"), [(0.82, 1), (0.78, 0)])
def test_periods_like_the_last(ratio, found):
    lengths = np.round(1000 * ratio ** np.arange(12)).astype(int)
    assert len(oscillations(wave(np.ones(12), lengths))) == found


@pytest.mark.parametrize(("size", "found"), [(1.05e-3, 1), (0.95e-3, 0)])
def test_the_least_size_of_a_swing(size, found):
    """Of the range so far, which is 1."""
    assert len(oscillations(np.concatenate([[1.0], wave(np.full(14, size))]))) == found


@pytest.mark.parametrize(("growth", "outcome"), [
    (1.24, "steady"), (1.26, "grew"), (1 / 1.24, "steady"), (1 / 1.26, "faded"),
])  # fmt: skip
def test_growth_over_an_oscillation(growth, outcome):
    """From the first regular swing to the last one, that is turned from."""
    (row,) = oscillations(wave(np.ones(14)))
    between = (row.end - row.onset) / 20 - 1
    (row,) = oscillations(wave(growth ** (np.arange(14) / between)))
    assert row.outcome == outcome


@pytest.mark.parametrize(("pause", "episodes"), [(26, 1), (27, 2)])
def test_patience(pause, episodes):
    """An episode that lasted 100 steps goes on if it is back before more than 25 steps without it were seen."""
    signal = np.concatenate([np.ones(101), np.zeros(pause - 1), np.ones(20)])
    tracker = Tracker(1, 1, 0.5, 0.3, False)
    cell = np.zeros(1, np.int64)
    rates = np.ones((len(signal), 1, 1))
    tracker.feed(np.arange(float(len(signal))), cell, cell, signal[:, None], rates, rates)
    found = tracker.finish()
    assert found is not None
    assert len(found.onset) == episodes


def pulls(directions, moves):
    """Two agents with objectives linear in x and y, whose moves are constant: {(agent, variable): …}."""
    graph = Graph()
    symbols = {v: graph.symbol(v) for v in "xy"}
    players = {}
    for agent in "ab":
        objective = sum((directions[agent, v] * symbols[v] for v in "xy"), graph.constant(0.0))
        players[agent] = Player(
            [v for v in "xy" if (agent, v) in moves], objective,
            moves={v: graph.constant(moves[agent, v]) for v in "xy" if (agent, v) in moves},
        )
    return build(graph, ["x", "y"], players)


def kinds(program, values):
    return set(tables(Study(program, recording(values))).episodes.kind)


def angles(harm_a, harm_b):
    """a moves x, b moves y; b does this normalised harm to a, and a to b."""
    directions = {("a", "x"): -np.sqrt(1 - harm_a**2), ("a", "y"): harm_a, ("b", "y"): -np.sqrt(1 - harm_b**2),
                  ("b", "x"): harm_b}  # fmt: skip
    return pulls(directions, {("a", "x"): 0.1, ("b", "y"): 0.1})


STILL = {"x": np.zeros(20), "y": np.zeros(20)}


@pytest.mark.parametrize(("harm", "found"), [(0.105, True), (0.095, False)])
def test_conflict_and_exploitation_open_at_a_tenth(harm, found):
    assert ("conflict" in kinds(angles(0.5, harm), STILL)) == found
    assert ("exploitation" in kinds(angles(-0.5, harm), STILL)) == found
    assert ("exploitation" in kinds(angles(-harm, 0.5), STILL)) == found


@pytest.mark.parametrize(("last", "end"), [(0.053, 40.0), (0.047, 20.0)])
@pytest.mark.parametrize(("kind", "sign"), [("conflict", 1), ("exploitation", -1)])
def test_they_go_on_down_to_half_of_that(last, end, kind, sign):
    """b's objective turns with z: a's move is 0.2 of straight against it at first, then `last`."""
    graph = Graph()
    x, y, z = (graph.symbol(v) for v in "xyz")
    players = {
        "a": Player(["x"], sign * 0.5 * y - x, moves={"x": graph.constant(0.1)}),
        "b": Player(["y"], z * x - (1.0 - z * z) ** 0.5 * y, moves={"y": graph.constant(0.1)}),
    }
    program = build(graph, ["x", "y", "z"], players)
    turn = np.where(np.arange(41) <= 20, 0.2, last)
    flat = np.zeros(41)
    (row,) = (r for r in tables(Study(program, recording({"x": flat, "y": flat, "z": turn}))).episodes.itertuples()
              if r.kind == kind)
    assert row.end == end


def pushing(*efforts):
    """Agents that move m by these functions of z."""
    graph = Graph()
    m, z = graph.symbol("m"), graph.symbol("z")
    players = {f"a{k}": Player(["m"], m, moves={"m": effort(z)}) for k, effort in enumerate(efforts)}
    return build(graph, ["m", "z"], players)


@pytest.mark.parametrize(("cancelling", "end"), [(0.61, 40.0), (0.59, 20.0)])
@pytest.mark.parametrize("opens", [0.905, 0.895])
def test_deadlock(cancelling, end, opens):
    """1 − |u₁ + u₂|/(|u₁| + |u₂|) of the moves 1 and −w is 2w/(1 + w) for w < 1."""
    program = pushing(lambda z: 0.0 * z + 1.0, lambda z: -z / (2.0 - z))
    signal = np.where(np.arange(41) <= 20, opens, cancelling)
    found = [r for r in tables(Study(program, recording({"m": np.zeros(41), "z": signal}))).episodes.itertuples()
             if r.kind == "deadlock"]
    assert [r.end for r in found] == ([end] if opens > 0.9 else [])


@pytest.mark.parametrize(("share", "end"), [(0.51, 400.0), (0.49, 250.0)])
@pytest.mark.parametrize("opens", [0.91, 0.89])
def test_takeover(share, end, opens):
    """a's share of the effort: small, then `opens`, then `share`; the average follows within a few dozen ticks."""
    program = pushing(lambda z: z, lambda z: 1.0 - z)
    z = np.repeat([0.2, opens, share], [100, 100, 201])
    found = [r for r in tables(Study(program, recording({"m": np.zeros(401), "z": z}))).episodes.itertuples()
             if r.kind == "takeover"]
    assert len(found) == (opens > 0.9)
    for row in found:
        assert row.end == 400.0 if share > 0.5 else row.end < 300


@pytest.mark.parametrize(("change", "outcome"), [(0.95e-3, "even"), (1.05e-3, "b ahead")])
def test_indifference(change, outcome):
    """E_a = x − m changes by so much of its range, 1, in a deadlock in which nothing moves: from the second tick on,
    when b pushes as well."""
    graph = Graph()
    x, m, z = (graph.symbol(v) for v in "xmz")
    players = {"a": Player(["m"], x - m, moves={"m": graph.constant(1e-9)}),
               "b": Player(["m"], m, moves={"m": -1e-9 * z})}
    course = np.concatenate([[1.0], np.linspace(0.0, change, 40)])
    values = {"x": course, "m": np.zeros(41), "z": np.append(0.0, np.ones(40))}
    rows = tables(Study(build(graph, ["x", "m", "z"], players), recording(values))).episodes
    (row,) = rows[rows.kind == "deadlock"].itertuples()
    assert (row.onset, row.outcome) == (1.0, outcome)


@pytest.mark.parametrize(("weight", "named"), [(0.105, True), (0.095, False)])
def test_what_is_worth_naming(weight, named):
    """a harms b through x and, by a tenth as much, through y."""
    graph = Graph()
    x, y, z = (graph.symbol(v) for v in "xyz")
    c = graph.constant
    players = {"a": Player(["x", "y"], -x + 0.5 * z, moves={"x": c(1.0), "y": c(1.0)}),
               "b": Player(["z"], x + weight * y - z, moves={"z": c(1.0)})}
    flat = np.zeros(10)
    rows = tables(Study(build(graph, ["x", "y", "z"], players), recording({"x": flat, "y": flat, "z": flat}))).episodes
    (row,) = rows[rows.kind == "conflict"].itertuples()
    assert ("y" in row.variables.split(", ")) == named


@pytest.mark.parametrize(("left", "open_"), [(1.1e-6, True), (0.9e-6, False)])
def test_rest(left, open_):
    """Moves that fall to a millionth of their largest are rest, and a conflict ends there."""
    graph = Graph()
    x, y, z = (graph.symbol(v) for v in "xyz")
    players = {"a": Player(["x"], y - x, moves={"x": z}), "b": Player(["y"], x - y, moves={"y": z})}
    size = np.where(np.arange(41) <= 20, 1.0, left)
    rows = tables(Study(build(graph, ["x", "y", "z"], players),
                  recording({"x": np.zeros(41), "y": np.zeros(41), "z": size}))).episodes
    (row,) = rows[rows.kind == "conflict"].itertuples()
    assert row.open == open_


@pytest.mark.parametrize(("move", "found"), [(1.1e-14, True), (0.9e-14, False)])
def test_resolution(move, found):
    """A move of a hundredth of a billionth of a thousandth of the largest variable changes its last digits alone."""
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    c = graph.constant
    players = {"a": Player(["x"], y - x, moves={"x": c(move)}), "b": Player(["y"], x - y, moves={"y": c(move)})}
    one = np.ones(20)
    assert ("conflict" in kinds(build(graph, ["x", "y"], players), {"x": one, "y": 0 * one})) == found


@pytest.mark.parametrize(("factor", "onset"), [(9.9, 2.0), (10.1, 1.0)])
def test_the_onset_of_a_divergence(factor, onset):
    """The last tick at which the largest variable had not exceeded ten times its first value."""
    graph = Graph()
    program = build(graph, ["x"], {"a": Player(["x"], graph.symbol("x"))})
    x = np.array([1.0, 2.0, factor, 1e3, 1e6, np.nan, np.nan])
    made = recording({"x": x})
    made.diverged_at[:], made.diverged_slot[:] = 5.0, 0
    (row,) = (r for r in tables(Study(program, made)).episodes.itertuples() if r.kind == "divergence")
    assert row.onset == onset


@pytest.mark.parametrize(("harm", "state"), [(1.05e-3, "conflict"), (0.95e-3, "none")])
def test_the_tolerance_of_pair_states(harm, state):
    states = tables(Study(angles(harm, harm), recording(STILL))).pair_states.iloc[0]
    assert states[state] == 1.0
