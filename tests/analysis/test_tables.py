"""The tables over time: closed forms of small games, and what they must not depend on."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dynsim as ds
from dynsim.algebra import functions as f
from dynsim.algebra.differentiate import own_gradient
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.topology import Topology
from dynsim.analysis import tables
from dynsim.analysis.conflict_log.episodes.base import COLUMNS, KINDS
from dynsim.analysis.conflict_log.metrics.base import LOG_METRICS
from dynsim.analysis.conflict_log.metrics.objectives import BASE
from dynsim.analysis.conflict_log.metrics.pair_states import STATES, pair_states
from dynsim.analysis.numerics.bands import QUANTILES, bands
from dynsim.analysis.reading.moves import NORMALISED
from dynsim.analysis.reading.study import Study
from dynsim.compiler.program import Slot
from tests.analysis.games import CONTINUOUS, Player, bilinear, build, record, tug_of_war
from tests.analysis.test_identity import population_game, random_game


def cells(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def quadratic(goals, rate=0.1):
    """E_i = ½|z − goal_i|² over all slots; agent i moves slot i."""
    graph = Graph()
    z = [graph.symbol(f"z{k}") for k in range(len(goals))]
    players = {}
    for i, goal in enumerate(goals):
        loss = sum((0.5 * (a - g) ** 2 for a, g in zip(z, goal, strict=True)), graph.constant(0.0))
        players[f"a{i}"] = Player([f"z{i}"], loss, rate)
    return build(graph, [f"z{k}" for k in range(len(goals))], players)


def test_tug_of_war_closed_form():
    """E = (m ± 1)², u = −0.2 (m ± 1): ledger[l, l] = −0.4 (m+1)², ledger[l, r] = −0.4 (m+1)(m−1); the pull of each on m
    is −2(m ± 1)."""
    program = tug_of_war()
    m = np.array([0.3, -2.0, 5.0])
    log = tables(Study(program, record(program, {"m": m}, 1)))
    own, other = cells(log.ledger, harmed="left", mover="left"), cells(log.ledger, harmed="left", mover="right")
    assert own["mean"].item() == pytest.approx(np.mean(-0.4 * (m + 1) ** 2))
    assert other["mean"].item() == pytest.approx(np.mean(-0.4 * (m + 1) * (m - 1)))
    assert other["harm_share"].item() == pytest.approx(1 / 3)
    assert other["normalised"].item() == pytest.approx(np.mean([1.0, -1.0, -1.0]))
    pull = np.stack([-2 * (m + 1), -2 * (m - 1)])
    contest = 1 - np.abs(pull.sum(axis=0)) / np.abs(pull).sum(axis=0)
    assert log.contest["mean"].item() == pytest.approx(np.mean(contest))
    assert log.contest["push:right"].item() == pytest.approx(np.mean(pull[1]))
    assert log.alignment["mean"].item() == pytest.approx(1 / 3)
    assert log.alignment["opposed_share"].item() == pytest.approx(1 / 3)
    assert log.pair_states["conflict"].item() == pytest.approx(1 / 3)
    assert log.pair_states["synergy"].item() == pytest.approx(2 / 3)


def test_bilinear_closed_form():
    """E₁ = xy = −E₂, u = (−ηy, ηx): ledger = η [[−y², x²], [y², −x²]], its harms normalised by r: |x|/r and |y|/r."""
    program = bilinear(0.1)
    x, y = 3.0, 4.0
    log = tables(Study(program, record(program, {"x": [x], "y": [y]}, 1)))
    found = log.ledger["mean"].to_numpy().reshape(2, 2)
    np.testing.assert_allclose(found, 0.1 * np.array([[-y * y, x * x], [y * y, -x * x]]), rtol=1e-13)
    np.testing.assert_allclose(log.ledger["normalised"], [-0.8, 0.6, 0.8, -0.6], rtol=1e-13)
    assert log.alignment["mean"].item() == pytest.approx(-1.0)
    assert log.contest["mean"].tolist() == pytest.approx([1.0, 1.0])


def test_identical_goals_never_conflict_and_opposed_goals_always_do():
    rng = np.random.default_rng(4)
    start = {"z0": rng.normal(size=50), "z1": rng.normal(size=50)}
    same, opposed = quadratic([(1.0, 2.0), (1.0, 2.0)]), bilinear()
    log = tables(Study(same, record(same, start, 30)))
    assert (log.pair_states["synergy"] == 1.0).all()
    np.testing.assert_allclose(log.alignment["q05"], 1.0, rtol=1e-12)
    assert (log.contest["q95"] == 0.0).all()
    assert not log.episodes.kind.isin(["conflict", "exploitation", "deadlock", "takeover"]).any()
    log = tables(Study(opposed, record(opposed, {"x": start["z0"], "y": start["z1"]}, 30)))
    assert (log.pair_states["conflict"] > 0.95).all()
    assert set(log.episodes.kind) >= {"conflict"}


def test_contest_counts_all_agents_wishes_whether_or_not_they_may_move_the_variable():
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    players = {"mover": Player(["x"], 3.0 * x), "watcher": Player(["y"], y * y - x)}
    program = build(graph, ["x", "y", "free"], players)
    log = tables(Study(program, record(program, {"x": [1.0], "y": [2.0], "free": [0.0]}, 1)))
    contest = dict(zip(log.contest.variable, log.contest["mean"], strict=True))
    assert contest == pytest.approx({"x": 1 - 2 / 4, "y": 0.0, "free": 0.0})


def test_objectives_show_what_agents_flow_and_noise_do():
    graph = Graph()
    x = graph.symbol("x")
    flows, noises = {"x": graph.constant(0.5)}, {"x": graph.constant(2.0)}
    program = build(graph, ["x"], {"a": Player(["x"], x * x, 0.1)}, flows=flows, noises=noises)
    log = tables(Study(program, record(program, {"x": [3.0, 1.0]}, 1, rng=np.random.default_rng(0))))
    row = log.objectives.iloc[0]
    assert [row["mean"], row.by_agents, row.by_flow, row.by_noise] == pytest.approx([5.0, -2.0, 2.0, 8.0])


def test_the_base_objective_has_rows_of_its_own():
    """B = x²y, moved by an agent, a flow and a noise: ∇B = (2xy, x²)."""
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    flows, noises = {"y": graph.constant(0.5)}, {"x": graph.constant(2.0)}
    program = build(graph, ["x", "y"], {"a": Player(["x"], x * x, 0.1)}, flows=flows, noises=noises)
    states = {"x": [3.0, 1.0], "y": [2.0, -1.0]}
    log = tables(Study(replace(program, base=x * x * y), record(program, states, 1, rng=np.random.default_rng(0))))
    a, base = log.objectives.iloc[0], log.objectives.iloc[1]
    assert list(log.objectives.agent[:2]) == ["a", BASE]
    assert not BASE.isidentifier(), "no agent can have that name"
    assert a["mean"] == pytest.approx(5.0)
    assert base["mean"] == pytest.approx((18.0 - 1.0) / 2)
    assert base.by_agents == pytest.approx((12.0 * -0.6 + -2.0 * -0.2) / 2)
    assert base.by_flow == pytest.approx((9.0 + 1.0) / 2 * 0.5)
    assert base.by_noise == pytest.approx((12.0 + 2.0) / 2 * 2.0)
    without = tables(Study(program, record(program, states, 1, rng=np.random.default_rng(0))))
    assert list(without.objectives.agent) == ["a"] * len(without.objectives)


def test_the_base_objective_is_best_at_its_first_lowest_tick():
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], 0 * x, 0.1)}, flows={"x": graph.constant(1.0)})
    program = replace(program, base=(x * x - 1) * (x * x - 1))
    states = {"x": [-3.0, 0.0, 1.0, 5.0, np.nan]}
    summary = tables(Study(program, record(program, states, 5))).summary
    np.testing.assert_array_equal(summary["base.best"], [0, 0, 0, 576, np.nan])
    np.testing.assert_array_equal(summary["base.best_at"], [2, 1, 0, 0, np.nan])


def test_pair_states_by_sign_with_tolerance():
    harm_a = np.array([0.5, -0.5, 0.5, -0.5, 5e-4, np.nan])
    harm_b = np.array([0.5, 0.5, -0.5, -0.5, 0.5, 0.5])
    expected = ["conflict", "exploitation_by_a", "exploitation_by_b", "synergy", "none"]
    states = pair_states(harm_a, harm_b)
    assert [STATES[k] for k in states[:-1]] == expected
    assert states[-1] == -1


@given(st.lists(st.lists(st.floats(-1e6, 1e6) | st.just(np.nan), min_size=5, max_size=5), min_size=1, max_size=6))
def test_bands_agree_with_numpy(rows):
    values = np.array(rows)
    found = bands(values)
    for row, *_ in zip(range(len(values)), strict=True):
        kept = values[row][np.isfinite(values[row])]
        for name, q in QUANTILES.items():
            expected = np.quantile(kept, q) if kept.size else np.nan
            assert found[name][row] == pytest.approx(expected, rel=1e-12, abs=1e-9, nan_ok=True)
        mean = kept.mean() if kept.size else np.nan
        assert found["mean"][row] == pytest.approx(mean, rel=1e-12, abs=1e-9, nan_ok=True)


def test_agents_at_rest_are_no_ones_enemies():
    """Two agents converge to the same equilibrium on separate variables; what is left there is rounding."""
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    players = {"a": Player(["x"], (x - 0.5 * y - 1.0) ** 2), "b": Player(["y"], (y + 0.5 * x - 1.0) ** 2)}
    program = build(graph, ["x", "y"], players)
    recording = record(program, {"x": np.array([2.0, -1.0]), "y": np.array([0.3, 4.0])}, 600)
    log = tables(Study(program, recording))
    late = log.pair_states[log.pair_states.t > 400]
    assert (late["none"] == 1.0).all()
    assert not log.episodes.open.any()
    assert (log.summary.verdict == "converged").all()


def equal_tables(a, b, **tolerance):
    for field in fields(a):
        first, second = getattr(a, field.name), getattr(b, field.name)
        if isinstance(first, pd.DataFrame):
            pd.testing.assert_frame_equal(first, second, **tolerance)


class Chopped:
    """The same record in blocks of `ticks`, whatever size is asked for."""

    def __init__(self, recording, ticks):
        self._recording, self._ticks = recording, ticks
        self.times, self.replicas, self.parameters = recording.times, recording.replicas, recording.parameters
        self.diverged_at, self.diverged_slot = recording.diverged_at, recording.diverged_slot
        self.seed, self.numbers = recording.seed, recording.numbers

    def blocks(self, max_bytes=0):
        (block,) = self._recording.blocks(1 << 40)
        for start in range(0, block.ticks, self._ticks):
            yield block[start : start + self._ticks]

    def generations(self, max_bytes=0):
        return self._recording.generations()


@pytest.mark.parametrize("ticks", [1, 3, 50])
@pytest.mark.parametrize(
    "case", ["rotation", "three on one", "random", "noisy", "diverging", "population"],
)
def test_results_do_not_depend_on_blocks(case, ticks):
    program, recording = CASES[case]()
    whole = tables(Study(program, Chopped(recording, 10**6)))
    assert len(whole.ledger)
    exact = {"check_exact": True} if case != "population" else {"rtol": 1e-12, "atol": 1e-12}
    equal_tables(tables(Study(program, Chopped(recording, ticks))), whole, **exact)


def three_on_one():
    graph = Graph()
    m, n = graph.symbol("m"), graph.symbol("n")
    t = graph.add("time")
    strength = 1.0 / (1.0 + t * 0.05)
    players = {
        "a": Player(["m"], (m - 1.0) ** 2 + n * n * 0.1), "c": Player(["n"], (n - m) ** 2, 0.02),
        "b": Player(["m"], (m + 1.0) ** 2, moves={"m": -0.1 * strength * 2.0 * (m + 1.0)}),
    }
    return build(graph, ["m", "n"], players)


def _cases():
    rng = np.random.default_rng(12)
    start = {f"x{k}": rng.normal(size=6) for k in range(4)}

    def rotation():
        program = bilinear(1.0, clock=CONTINUOUS)
        return program, record(program, {"x": rng.normal(size=4), "y": rng.normal(size=4)}, 300, 0.1)

    def three():
        program = three_on_one()
        return program, record(program, {"m": rng.normal(size=4), "n": rng.normal(size=4)}, 200)

    def diverging():
        program = bilinear(3.0)
        return program, record(program, {"x": np.array([1e200, 1e-3]), "y": np.array([0.0, 1.0])}, 250)

    def noisy():
        program = random_game(2, 3, 4)
        return program, record(program, start, 150, rng=np.random.default_rng(3))

    def quiet():
        program = random_game(5, 4, 4)
        return program, record(program, start, 150)

    def population():
        program = population_game()
        initial = {"p": rng.normal(size=(12, 3)), "m": rng.normal(size=3)}
        return program, record(program, initial, 60, rng=np.random.default_rng(1))

    return {
        "rotation": rotation, "three on one": three, "diverging": diverging, "noisy": noisy, "random": quiet,
        "population": population,
    }


CASES = _cases()


def test_results_do_not_depend_on_the_replicas_around_a_replica():
    program = random_game(5, 3, 4)
    rng = np.random.default_rng(0)
    start = {f"x{k}": rng.normal(size=8) for k in range(4)}
    together = tables(Study(program, record(program, start, 100)))
    alone = tables(Study(program, record(program, {v: x[3:4] for v, x in start.items()}, 100)))
    episodes = cells(together.episodes, replica=3).reset_index(drop=True).assign(replica=0)
    pd.testing.assert_frame_equal(episodes, alone.episodes, check_dtype=False)
    summary = cells(together.summary, replica=3).reset_index(drop=True).assign(replica=0)
    pd.testing.assert_frame_equal(summary, alone.summary, check_dtype=False)


def test_the_order_of_agents_does_not_matter():
    program = random_game(11, 3, 4)
    turned = replace(program, agents=program.agents[::-1])
    rng = np.random.default_rng(0)
    recording = record(program, {f"x{k}": rng.normal(size=8) for k in range(4)}, 100)
    one, two = tables(Study(program, recording)), tables(Study(turned, recording))
    keys = ["t", "harmed", "mover"]
    ledgers = [log.ledger.astype(dict.fromkeys(keys[1:], str)) for log in (one, two)]
    ledgers = [ledger.sort_values(keys, ignore_index=True) for ledger in ledgers]
    pd.testing.assert_frame_equal(*ledgers)
    kinds = [cells(log.episodes, kind="conflict") for log in (one, two)]
    sides = [kind.agents.map(lambda names: frozenset(names.split(", "))) for kind in kinds]
    columns = ["replica", "onset", "peak", "end", "intensity"]
    found = [
        sorted(
            zip(side, kind[columns].itertuples(index=False), kind.outcome, strict=True),
            key=lambda row: (sorted(row[0]), row[1]),
        )
        for side, kind in zip(sides, kinds, strict=True)
    ]
    assert len(found[0]) == len(found[1]) > 0
    for (pair, row, outcome), (pair2, row2, outcome2) in zip(*found, strict=True):
        assert (pair, outcome) == (pair2, outcome2)
        assert list(row) == pytest.approx(list(row2))


def test_parameters_that_differ_and_final_values_are_in_the_summary():
    graph = Graph()
    x, goal = graph.symbol("x"), graph.symbol("goal")
    program = build(graph, ["x"], {"a": Player(["x"], (x - goal) ** 2)}, parameters=["goal", "same"])
    parameters = {"goal": [0.0, 2.0], "same": [1.0, 1.0]}
    log = tables(Study(program, record(program, {"x": [1.0, 1.0]}, 2, parameters=parameters)))
    assert list(log.summary.columns[:5]) == ["replica", "verdict", "period", "diverged_at", "diverged_variable"]
    assert "same" not in log.summary
    assert log.summary.goal.tolist() == [0.0, 2.0]
    assert log.summary.x.tolist() == pytest.approx([0.8, 1.2])
    assert log.summary["objective.a"].tolist() == pytest.approx([0.64, 0.64])
    assert log.summary["mean_objective.a"].tolist() == pytest.approx([0.82, 0.82])
    assert log.summary["first_objective.a"].tolist() == pytest.approx([1.0, 1.0])


def test_first_and_last_objectives_are_those_at_the_first_and_last_finite_tick():
    """E = x², base = √(x − 1) with x = 3, 3·0.8, …: the base is finite until x < 1, and never where x starts below."""
    graph = Graph()
    x = graph.symbol("x")
    program = replace(build(graph, ["x"], {"a": Player(["x"], x * x)}), base=f.sqrt(x - 1.0))
    recording = record(program, {"x": [3.0, 0.5]}, 12)
    for blocks in (recording, Chopped(recording, 1)):
        summary = tables(Study(program, blocks)).summary
        assert summary["first_objective.a"].tolist() == pytest.approx([9.0, 0.25])
        assert summary["objective.a"].tolist() == pytest.approx([9.0 * 0.8**22, 0.25 * 0.8**22])
        assert summary["base.first"].tolist() == pytest.approx([np.sqrt(2.0), np.nan], nan_ok=True)
        assert summary["base.last"].tolist() == pytest.approx([np.sqrt(3.0 * 0.8**4 - 1.0), np.nan], nan_ok=True)


def test_the_base_objective_is_told_for_every_phase():
    """x = 0.8^t: a phase of 5 ticks, one of 7, and one between two recorded ticks."""
    graph = Graph()
    x = graph.symbol("x")
    phases = {"training": (0.0, 5.0), "deployment": (5.0, 11.5), "nothing": (11.5, 12.0)}
    program = replace(build(graph, ["x"], {"a": Player(["x"], x * x)}), base=x, phases=phases)
    recording = record(program, {"x": [1.0]}, 12)
    for blocks in (recording, Chopped(recording, 1)):
        row = tables(Study(program, blocks)).summary.iloc[0]
        found = [row[f"base.{which}.{phase}"] for phase in phases for which in ("first", "last")]
        assert found == pytest.approx([1.0, 0.8**4, 0.8**5, 0.8**11, np.nan, np.nan], nan_ok=True)


def test_a_population_system_goes_through_everything():
    program, recording = CASES["population"]()
    log = tables(Study(program, recording))
    assert len(log.ledger) == 60 * 9
    assert np.isfinite(log.contest["mean"]).all()
    assert log.contest["mean"].between(0.0, 1.0).all()
    assert log.ledger["normalised"].between(-1.0 - 1e-12, 1.0 + 1e-12).all()


def test_within_a_population_others_are_told_from_oneself():
    """On a directed ring with E_n = d_n²/2, d_n = p_n − p_{n−1} and u = −ηd: own = −ηΣd_n², others = ηΣd_n d_{n−1}."""
    nodes = np.arange(5)
    ring = Topology.build(5, nodes, (nodes + 1) % 5, np.ones(5))
    graph = Graph()
    p = graph.symbol("p", node("net"))
    loss = f.sum_neighbors((p - f.neighbor(p)) ** 2) / 2
    (own,) = own_gradient(loss, [p])
    crowd = Player(["p"], loss, moves={"p": -0.1 * own})
    program = build(graph, [Slot("p", node("net"))], {"crowd": crowd}, topologies={"net": ring})
    x = np.random.default_rng(0).normal(size=5)
    log = tables(Study(program, record(program, {"p": x[:, None]}, 1)))
    d = x - np.roll(x, 1)
    row = log.within.iloc[0]
    assert row.own == pytest.approx(-0.1 * np.sum(d * d))
    assert row["mean"] == pytest.approx(0.1 * np.sum(d * np.roll(d, 1)))
    assert log.ledger["mean"].item() == pytest.approx(row.own + row["mean"])


def test_systems_without_agents_or_ticks_have_empty_tables():
    graph = Graph()
    program = build(graph, ["x"], {}, flows={"x": -0.5 * graph.symbol("x")})
    log = tables(Study(program, record(program, {"x": [1.0, 2.0]}, 100)))
    assert log.ledger.empty
    assert log.episodes.empty
    assert list(log.episodes.columns) == list(COLUMNS)
    assert log.summary.verdict.tolist() == ["converged", "converged"]
    log = tables(Study(program, replace(record(program, {"x": [1.0, 2.0]}, 1), chunks=[])))
    assert log.summary.verdict.tolist() == ["unsettled", "unsettled"]


@pytest.mark.parametrize("registry", [LOG_METRICS, KINDS])
def test_every_plugin_is_documented_and_named(registry):
    for name in registry.names():
        plugin = registry.get(name)
        assert plugin.name == name
        assert plugin.__doc__
        assert plugin.table


def test_samples_give_the_ledger_per_replica():
    program = bilinear(0.1)
    recording = record(program, {"x": [3.0, 1.0], "y": [4.0, 0.0]}, 3)
    (sample,) = Study(program, recording).samples(NORMALISED)
    assert sample.ledger.shape == (2, 2, 3, 2)
    x, y = recording.chunks[0].values["x"], recording.chunks[0].values["y"]
    np.testing.assert_allclose(sample.ledger[0, 1], 0.1 * x * x, rtol=1e-13)
    np.testing.assert_allclose(sample.normalised[1, 0], np.abs(y) / np.hypot(x, y), rtol=1e-12, atol=1e-15)


def test_who_is_helped_without_helping_is_in_no_state_and_no_episode() -> None:
    """b's loss falls as a moves, and nothing that b does reaches a: neither conflict, exploitation nor synergy."""
    text = """
dynsim: 1
title: one-sided
variables: {x: {init: 0}, y: {init: 5}}
agents:
  a: {controls: x, declared: "(x - 3)**2", rule: {gradient: {rate: 0.05}}}
  b: {controls: y, declared: "(y - x)**2", rule: {gradient: {rate: 0.05}}}
clock: {steps: 20}
"""
    run = ds.simulate(ds.load_scenario(text), compiled=False)
    assert (run.ledger[(run.ledger.harmed == "b") & (run.ledger.mover == "a")]["mean"] < 0).any()
    assert (run.tables.pair_states.none == 1).all()
    assert not run.conflicts.kind.isin(["conflict", "exploitation"]).any()
