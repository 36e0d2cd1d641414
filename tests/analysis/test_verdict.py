"""Verdicts and periods, against cycles whose period is known."""

import numpy as np
import pytest

from dynsim.algebra import functions as f
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.topology import Topology
from dynsim.analysis import tables
from dynsim.analysis.reading.study import Study
from dynsim.compiler.program import Slot
from tests.analysis.closed_forms import recording
from tests.analysis.games import CONTINUOUS, Player, bilinear, build, record


def verdicts(program, *args, **options):
    return tables(Study(program, record(program, *args, **options))).summary


def flow(**flows):
    """A system without agents: {slot: function of the symbols}."""
    graph = Graph()
    symbols = {v: graph.symbol(v) for v in flows}
    return build(graph, list(flows), {}, flows={v: rule(**symbols) for v, rule in flows.items()}, clock=CONTINUOUS)


@pytest.mark.parametrize(("every", "error"), [(1, 1e-5), (4, 1e-4), (16, 3e-3)])
def test_harmonic_period(every, error):
    """2π, from records of 125, 31 and 8 ticks a period."""
    program = bilinear(1.0, clock=CONTINUOUS)
    start = {"x": [1.0, 0.0, 1e-5], "y": [0.0, 2.0, 1e-5]}
    found = verdicts(program, start, 2400 // every, 0.05, every=every)
    assert found.verdict.tolist() == ["cycling"] * 3
    assert found.period.tolist() == pytest.approx([2 * np.pi] * 3, rel=error)


def test_limit_cycle_of_the_zero_sum_game_in_continuous_time():
    """L = xy − x²/2 + y²/2 + x⁴/4 − y⁴/4, player 1 descends, player 2 ascends: period 6.85135, amplitude 1.146969."""
    program = flow(
        x=lambda x, y: -(y - x + x**3),
        y=lambda x, y: x + y - y**3,
    )
    found = verdicts(program, {"x": [0.1, 1.0, 2.0], "y": [0.1, -1.0, 0.5]}, 1200, 0.1)
    assert found.verdict.tolist() == ["cycling"] * 3
    assert found.period.tolist() == pytest.approx([6.85135] * 3, rel=1e-4)


def test_limit_cycle_of_the_zero_sum_game_under_gradient_steps():
    """The same with simultaneous gradient steps of 0.01: 685.78 steps, recorded every 10th."""
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    loss = x * y - x**2 / 2 + y**2 / 2 + x**4 / 4 - y**4 / 4
    program = build(graph, ["x", "y"], {"min": Player(["x"], loss, 0.01), "max": Player(["y"], -loss, 0.01)})
    found = verdicts(program, {"x": [1.0], "y": [-0.5]}, 560, every=10)
    assert found.verdict.tolist() == ["cycling"]
    assert found.period.item() == pytest.approx(685.78, rel=1e-4)


def test_matching_pennies_replicator():
    """x' = x(1−x)·2(2y−1)·…: the closed orbits' period against a quadrature of the conserved log x(1−x)y(1−y)."""
    program = flow(x=lambda x, y: x * (1 - x) * (4 * y - 2), y=lambda x, y: -y * (1 - y) * (4 * x - 2))
    small, large = 1e-3, 0.4
    found = verdicts(program, {"x": [0.5 + small, 0.5 + large], "y": [0.5, 0.5]}, 1500, 0.1)
    assert found.verdict.tolist() == ["cycling"] * 2
    assert found.period[0] == pytest.approx(2 * np.pi, rel=1e-4)
    assert found.period[1] == pytest.approx(_period(0.9), rel=1e-3)


def _period(x):
    """Of the orbit through (x, ½): with p = log(x/(1−x)), q likewise, p' = 2 tanh(q/2), q' = −2 tanh(p/2), and
    ln cosh(p/2) + ln cosh(q/2) = h conserved; a quarter is ∫ dp/(2 tanh(q/2)) with tanh(q/2) = √(1 − 1/cosh²(q/2)),
    substituted p = P sin θ."""
    from scipy.integrate import quad

    largest = np.log(x / (1 - x))
    top = np.cosh(largest / 2)

    def speed(theta):
        p = largest * np.sin(theta)
        return largest * np.cos(theta) / (2 * np.sqrt(max(1 - (np.cosh(p / 2) / top) ** 2, 1e-300)))

    return 4 * quad(speed, 0, np.pi / 2 - 1e-9)[0]


def test_two_humps_in_one_period():
    """x = cos θ + cos 2θ/… crosses its section twice a turn: a period is one turn of the clock φ, 2π/ω."""
    program = flow(
        c=lambda c, s, x: -s, s=lambda c, s, x: c, x=lambda c, s, x: 4.0 * (2.0 * c * c - 1.0 + 0.35 * c - x)
    )
    found = verdicts(program, {"c": [1.0], "s": [0.0], "x": [0.0]}, 1000, 0.1)
    assert found.verdict.tolist() == ["cycling"]
    assert found.period.item() == pytest.approx(2 * np.pi, rel=1e-3)


SPIRALS = [(0.3, "converged"), (0.01, "spiralling in"), (0.003, "spiralling in")]


@pytest.mark.parametrize(("damping", "verdict"), SPIRALS)
def test_a_spiral_converged_only_if_it_stopped(damping, verdict):
    program = flow(x=lambda x, y: -damping * x - y, y=lambda x, y: x - damping * y)
    (row,) = verdicts(program, {"x": [1.0], "y": [0.0]}, 1500, 0.1).to_dict("records")
    assert row["verdict"] == verdict
    if verdict != "converged":
        assert row["verdict.rate"] == pytest.approx(-damping, rel=1e-2)
        assert row["period"] == pytest.approx(2 * np.pi, rel=1e-3)
        assert row["verdict.variables"] == "x, y"


def test_growing_spirals_run_away_by_the_modulus_of_their_eigenvalue():
    """The bilinear game under simultaneous gradient steps: |1 + iη|, at the angle arctan η; a flow: its real part."""
    (row,) = verdicts(bilinear(0.1), {"x": [1.0], "y": [0.0]}, 600).to_dict("records")
    assert row["verdict"] == "running away"
    assert row["verdict.rate"] == pytest.approx(np.sqrt(1.01) - 1, rel=1e-3)
    assert row["verdict.doubling_time"] == pytest.approx(2 * np.log(2) / np.log(1.01), rel=1e-3)
    assert row["period"] == pytest.approx(2 * np.pi / np.arctan(0.1), rel=1e-3)
    program = flow(x=lambda x, y: 0.2 * x - y, y=lambda x, y: x + 0.2 * y)
    (row,) = verdicts(program, {"x": [1.0], "y": [0.0]}, 600, 0.1).to_dict("records")
    assert row["verdict.rate"] == pytest.approx(0.2, rel=1e-3)


def noisy(*pulls):
    """dx = −pull·x + noise for each, so one coordinate each."""
    graph = Graph()
    names = [f"x{k}" for k in range(len(pulls))]
    flows = {name: -pull * graph.symbol(name) for name, pull in zip(names, pulls, strict=True)}
    return build(graph, names, {}, flows=flows, noises={name: graph.constant(1.0) for name in names})


def test_noise_with_a_mean_is_told_from_a_random_walk_and_from_chaos():
    """Of 100 replicas each, seed 2. The limit lets one random walk in 100 pass."""
    rng = np.random.default_rng(2)
    start = np.zeros(100)
    counts = [
        verdicts(noisy(pull), {"x0": start}, 1000, rng=rng).verdict.value_counts().to_dict() for pull in (0.2, 0.0)
    ]
    assert counts[0] == {"moved by noise": 100}
    assert counts[1].get("moved by noise", 0) <= 4  # 1 ± 1
    assert set(counts[1]) <= {"unsettled", "moved by noise"}
    both = verdicts(noisy(0.2, 0.0), {"x0": start, "x1": start}, 1000, rng=rng)
    assert (both.verdict != "unsettled").sum() <= 4, "one of two wanders"
    graph = Graph()
    x = graph.symbol("x")
    logistic = build(graph, ["x"], {"a": Player(["x"], x, moves={"x": 3.99 * x * (1 - x) - x})})
    assert set(verdicts(logistic, {"x": np.linspace(0.1, 0.4, 100)}, 500).verdict) == {"unsettled"}


def test_chaos_beside_noise_that_does_not_touch_it_is_not_moved_by_noise():
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    program = build(graph, ["x", "y"], {"a": Player(["x"], x, moves={"x": 3.99 * x * (1 - x) - x})},
                    flows={"y": -0.5 * y}, noises={"y": graph.constant(1.0)})
    start = {"x": np.linspace(0.1, 0.4, 20), "y": np.zeros(20)}
    assert set(verdicts(program, start, 500, rng=np.random.default_rng(3)).verdict) == {"unsettled"}


def test_noise_of_amplitude_zero_is_no_noise():
    graph = Graph()
    x, level = graph.symbol("x"), graph.symbol("level")
    program = build(graph, ["x"], {"a": Player(["x"], x, moves={"x": 3.99 * x * (1 - x) - x})},
                    noises={"x": level}, parameters=["level"])
    found = verdicts(program, {"x": [0.2, 0.3]}, 500, parameters={"level": [0.0, 0.0]}, rng=np.random.default_rng(3))
    assert set(found.verdict) == {"unsettled"}


def test_periods_of_a_map():
    """The logistic map at 3.2 and 3.5 has periods 2 and 4."""
    graph = Graph()
    x, r = graph.symbol("x"), graph.symbol("r")
    program = build(graph, ["x"], {"a": Player(["x"], x, moves={"x": r * x * (1 - x) - x})}, parameters=["r"])
    found = verdicts(program, {"x": [0.3] * 3}, 400, parameters={"r": [2.8, 3.2, 3.5]})
    assert found.verdict.tolist() == ["converged", "cycling", "cycling"]
    assert found.period.tolist()[1:] == pytest.approx([2.0, 4.0], rel=1e-9)


def test_a_cycle_recorded_once_a_period_is_not_taken_for_rest():
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], x * x, 1.0)})  # x → −x
    assert verdicts(program, {"x": [1.0]}, 50, every=2).verdict.tolist() == ["unsettled"]
    assert verdicts(program, {"x": [1.0]}, 50).verdict.tolist() == ["cycling"]


@pytest.mark.parametrize("every", [9.4, 2 * np.pi, 8, 4, 3.3])
def test_an_aliased_period_is_not_told_on_a_continuous_clock(every):
    """A rotation of period 2π, recorded less than twice a turn, or once."""
    times = every * np.arange(80)
    study = Study(bilinear(1.0, clock=CONTINUOUS), recording({"x": np.cos(times), "y": np.sin(times)}, times))
    (row,) = tables(study).summary.to_dict("records")
    assert row["verdict"] == "unsettled"
    assert np.isnan(row["period"])
    assert set(row["verdict.variables"].split(", ")) <= {"x", "y"}


@pytest.mark.parametrize(("every", "verdict", "told"), [(0.5, "cycling", True), (3.3, "unsettled", False),
                                                        (8.0, "unsettled", False)])
def test_oscillations_are_episodes_only_where_the_record_shows_them(every, verdict, told):
    times = every * np.arange(120)
    program = bilinear(1.0, clock=CONTINUOUS)
    log = tables(Study(program, recording({"x": np.cos(times), "y": np.sin(times)}, times)))
    assert log.summary.verdict.tolist() == [verdict]
    assert ("oscillation" in set(log.episodes.kind)) == told


@pytest.mark.parametrize("every", [765, 1000, 400])
def test_an_aliased_period_is_not_told_on_a_discrete_clock(every):
    """A turn in 765 steps, recorded less often than twice a turn."""
    angle = 2 * np.pi / 765
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    c, s = np.cos(angle), np.sin(angle)
    moves = {"x": (c - 1) * x - s * y, "y": s * x + (c - 1) * y}
    program = build(graph, ["x", "y"], {"a": Player(["x", "y"], x, moves=moves)})
    times = every * np.arange(60.0)
    log = tables(Study(program, recording({"x": np.cos(angle * times), "y": np.sin(angle * times)}, times)))
    assert log.summary.verdict.tolist() == ["unsettled"]
    assert "oscillation" not in set(log.episodes.kind)


def test_divergence_is_named():
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    program = build(graph, ["y", "x"], {"a": Player(["x"], x * x, 1.5), "b": Player(["y"], y * y, 0.5)})
    found = verdicts(program, {"x": [1.0, 0.0], "y": [0.0, 0.5]}, 1100)
    assert found.verdict.tolist() == ["diverged", "converged"]
    assert found.diverged_variable[0] == "x"
    assert found.diverged_at[0] == 1024.0


def test_populations():
    """Nodes that relax, and nodes that rotate together, half of them by other amplitudes."""
    ring = Topology.build(6, np.arange(6), np.roll(np.arange(6), 1), np.ones(6))
    graph = Graph()
    p, q = graph.symbol("p", node("net")), graph.symbol("q", node("net"))
    slots = [Slot("p", node("net")), Slot("q", node("net"))]
    relax = build(graph, slots, {}, flows={"p": f.mean_neighbors(f.neighbor(p)) - p, "q": -q},
                  clock=CONTINUOUS, topologies={"net": ring})
    turn = build(graph, slots, {}, flows={"p": -2.0 * q, "q": 2.0 * p}, clock=CONTINUOUS, topologies={"net": ring})
    start = {"p": np.random.default_rng(0).normal(size=(6, 2)), "q": np.zeros((6, 2))}
    assert verdicts(relax, start, 600, 0.1).verdict.tolist() == ["converged"] * 2
    found = verdicts(turn, start, 600, 0.05)
    assert found.verdict.tolist() == ["cycling"] * 2
    assert found.period.tolist() == pytest.approx([np.pi] * 2, rel=1e-3)


def test_a_variable_that_never_moves_does_not_hide_a_cycle():
    program = flow(x=lambda x, y, z: -y, y=lambda x, y, z: x, z=lambda x, y, z: 0.0 * z)
    found = verdicts(program, {"x": [1.0], "y": [0.0], "z": [5.0]}, 1000, 0.1)
    assert found.verdict.tolist() == ["cycling"]
    assert found.period.item() == pytest.approx(2 * np.pi, rel=1e-4)
