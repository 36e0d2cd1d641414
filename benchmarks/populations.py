"""Populations and learning in matrix games, against EGTtools, Nashpy, OpenSpiel and QuantEcon on the same games.

dynsim's time is that of `ds.simulate` as a user calls it, without compilation, with records in memory. Peers run as
their documentation shows, one start or one repetition after the other, as many as take about a second. Both sides are
compared by their work per second, in the unit that the row names: a round moves every player once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import dynsim as ds
from benchmarks.table import Row, compared
from benchmarks.timing import interleaved

REPEATS = 3
STEPS = 1_000  # rounds, or steps of .01 from 0 to 10
MANY, INDIVIDUALS = 10_000, 20
DOMINANT = np.array([[1.0, 1.2], [1.1, 1.3]])  # the second strategy does better, whatever the others do
Floats = NDArray[np.float64]
Contestants = dict[str, tuple[Callable[[], object], float]]
GAME = """
dynsim: 1
title: Two players
variables:
  x: {{size: 3, space: simplex, init: simplex()}}
  y: {{size: 3, space: simplex, init: simplex()}}
games:
  game: {{matrix_game: {{actions: [x, y], payoffs: {payoffs}}}}}
agents:
  first: {{controls: x, declared: "game[0]", rule: {rule}}}
  second: {{controls: y, declared: "game[1]", rule: {rule}}}
clock: {clock}
ensemble: {{replicas: {replicas}}}
record: {{every: {every}}}
"""
POPULATION = """
dynsim: 1
title: One population
variables:
  x: {{size: {n}, space: simplex, init: {start}}}
  payoff: {{expr: "{field}"}}
agents:
  all: {{controls: x, declared: "-(x @ payoff)", paths: {{payoff: 0}}, rule: {rule}}}
clock: {clock}
ensemble: {{replicas: {replicas}}}
record: {{every: {every}}}
"""


def measure() -> list[Row]:
    """One row per peer."""
    return [row for rows in (replicator, fictitious_play, regret_matching, logit, moran, imitation) for row in rows()]


def replicator() -> list[Row]:
    """Trajectories to T = 10 of one population with four strategies, recorded at 101 times."""
    rng = np.random.default_rng(0)
    a, times = rng.normal(size=(4, 4)), np.linspace(0, 10, 101)
    starts = list(rng.dirichlet(np.ones(4), 20))

    def nashpy() -> None:
        import nashpy

        for start in starts:
            nashpy.Game(a).replicator_dynamics(y0=start, timepoints=times)

    def egttools() -> None:
        from egttools.analytical import replicator_equation
        from scipy.integrate import odeint

        for start in starts:
            odeint(lambda x, t: replicator_equation(x, a), start, times)

    def open_spiel() -> None:
        from open_spiel.python.egt import dynamics

        derivative = dynamics.SinglePopulationDynamics(np.array([a, a.T]), dynamics.replicator)
        for start in starts:
            x = start
            for _ in range(STEPS):
                x = x + 0.01 * derivative(x)

    rule = "{replicator: {}}"
    clock = "{time: 10, method: dopri5, rtol: 1.5e-8, atol: 1.5e-8}"  # as accurate as odeint
    return _rows("replicator", "trajectories", _population(a, rule, clock, 0.1, MANY, "simplex()"), MANY, {
        "Nashpy": (nashpy, 20), "EGTtools": (egttools, 20), "OpenSpiel, Euler": (open_spiel, 20),
    })  # fmt: skip


def fictitious_play() -> list[Row]:
    """1,000 rounds of a 3 × 3 game."""
    a, b = _payoffs()

    def nashpy() -> None:
        import nashpy

        for k in range(5):
            plays = [np.eye(3)[k % 3], np.eye(3)[(k + 1) % 3]]
            list(nashpy.Game(a, b).fictitious_play(iterations=STEPS, play_counts=plays))

    def quantecon() -> None:
        from quantecon.game_theory import FictitiousPlay

        game = FictitiousPlay(_normal_form(a, b))
        for k in range(20):
            game.play(actions=(k % 3, (k + 1) % 3), num_reps=STEPS)

    return _rows("fictitious play", "rounds", _two(a, b, "{fictitious_play: {}}"), MANY * STEPS, {
        "Nashpy": (nashpy, 5 * STEPS), "QuantEcon": (quantecon, 20 * STEPS),
    })  # fmt: skip


def regret_matching() -> list[Row]:
    """1,000 rounds of a 3 × 3 game, with the mean of all plays."""
    a, b = _payoffs()

    def open_spiel() -> None:
        from open_spiel.python.algorithms import regret_matching as module

        for _ in range(20):
            module.regret_matching([a, b], iterations=STEPS)

    ours = _two(a, b, "{regret_matching: {}}")
    return _rows("regret matching", "rounds", ours, MANY * STEPS, {"OpenSpiel": (open_spiel, 20 * STEPS)})


def logit() -> list[Row]:
    """Logit responses of two players in turn, 1,000 rounds of two moves."""
    a, b = _payoffs()

    def quantecon() -> None:
        from quantecon.game_theory import LogitDynamics

        LogitDynamics(_normal_form(a, b), beta=1.0).play(init_actions=(0, 0), player_ind_seq=[0, 1] * STEPS * 10)

    ours = _two(a, b, "{log_linear: {temperature: 1}}", "{steps: 1000, order: sequential}")
    return _rows("logit responses in turn", "rounds", ours, MANY * STEPS, {"QuantEcon": (quantecon, 10 * STEPS)})


def moran() -> list[Row]:
    """Births and deaths among 20 individuals, half of them mutants, until one strategy is left."""
    def nashpy() -> None:
        import nashpy

        population = np.repeat([0, 1], INDIVIDUALS // 2)
        nashpy.Game(DOMINANT).fixation_probabilities(initial_population=population, repetitions=20)

    return _rows("Moran process, N = 20", "runs to the end", births_and_deaths(), MANY, {"Nashpy": (nashpy, 20)})


def births_and_deaths() -> Callable[[], ds.Run]:
    rule = f"{{moran: {{size: {INDIVIDUALS}}}}}"
    return _population(DOMINANT, rule, "{steps: 3000}", 3_000, MANY, "[0.5, 0.5]")


def imitation() -> list[Row]:
    """Pairwise comparison among 20 individuals, one of them a mutant, until one strategy is left."""
    def egttools() -> None:
        from egttools.games import Matrix2PlayerGameHolder
        from egttools.numerical import PairwiseComparisonNumerical

        game = Matrix2PlayerGameHolder(2, DOMINANT)
        numerical = PairwiseComparisonNumerical(INDIVIDUALS, game, 1_000)
        numerical.estimate_fixation_probability(1, 0, MANY, 100_000, 1.0)

    return _rows("pairwise comparison, N = 20", "runs to the end", imitations(), MANY, {"EGTtools": (egttools, MANY)})


def imitations() -> Callable[[], ds.Run]:
    rule, start = f"{{fermi: {{size: {INDIVIDUALS}}}}}", f"[{1 - 1 / INDIVIDUALS}, {1 / INDIVIDUALS}]"
    return _population(DOMINANT, rule, "{steps: 5000}", 5_000, MANY, start)


def _payoffs() -> tuple[Floats, Floats]:
    a, b = np.random.default_rng(1).normal(size=(2, 3, 3))
    return a, b


def _normal_form(a: Floats, b: Floats) -> object:
    from quantecon.game_theory import NormalFormGame, Player

    return NormalFormGame([Player(a), Player(np.ascontiguousarray(b.T))])


def _two(a: Floats, b: Floats, rule: str, clock: str = f"{{steps: {STEPS}}}") -> Callable[[], ds.Run]:
    payoffs = [a.tolist(), b.tolist()]
    return _run(GAME.format(payoffs=payoffs, rule=rule, clock=clock, replicas=MANY, every=STEPS))


def _population(
    a: Floats, rule: str, clock: str, every: float, replicas: int, start: str
) -> Callable[[], ds.Run]:
    rows = [" + ".join(f"{float(p)!r}*x[{j}]" for j, p in enumerate(row)) for row in a]
    stated = {"n": len(a), "field": f"[{', '.join(rows)}]", "start": f'"{start}"', "rule": rule, "clock": clock}
    return _run(POPULATION.format(replicas=replicas, every=every, **stated))


def _run(text: str) -> Callable[[], ds.Run]:
    system = ds.load_scenario(text)
    return lambda: ds.simulate(system)


def _rows(title: str, unit: str, ours: Callable[[], object], done: float, peers: Contestants) -> list[Row]:
    times = interleaved({"dynsim": ours, **{name: call for name, (call, _) in peers.items()}}, REPEATS)
    mine, rows = done / times["dynsim"].best, []
    for name, (_, count) in peers.items():
        theirs = count / times[name].best
        note = times[name].missing or f"dynsim: {times['dynsim']}"
        row = compared(f"{title}: {name}", 1 / mine, 1 / theirs, f"{unit}/s", note)
        rows.append(replace(row, ours=mine, theirs=theirs))
    return rows
