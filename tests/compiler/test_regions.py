"""Parts of a step that are skipped where no lane needs them: the same bits, and no work.

The generated text is run as plain Python, with scratch full of NaN: what a skipped region would have left must never
be selected.
"""

from __future__ import annotations

import math
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dynsim.algebra import functions as f
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.leaves import noise
from dynsim.compiler.program import Program, Slot
from dynsim.compiler.writing import functions as generator
from dynsim.compiler.writing import regions
from dynsim.compiler.writing.branches import ALWAYS, needs_of
from dynsim.compiler.writing.functions import generate
from dynsim.compiler.writing.layout import layout
from dynsim.engine.modules.sources import source
from dynsim.system.model import Clock

STATES, PARAMETERS = ("a", "b", "c"), ("k", "h", "g")
Values = dict[str, NDArray[np.float64]]


class Run:
    """A program's generated step as plain Python; `calls` counts those of its regions."""

    def __init__(self, program: Program, lanes: int) -> None:
        self.place, self.lanes = layout(program, lanes), lanes
        self.generated = generate(program, self.place)
        self.calls: Counter[str] = Counter()
        config = SimpleNamespace(DISABLE_JIT=True)
        plain = SimpleNamespace(njit=lambda **options: lambda function: function, config=config)
        self.scope: dict[str, Any] = {"np": np, "math": math, "numba": plain}
        self.scope |= {"inlined": lambda function: function, "inner": self._counted}
        text = source([*(self.generated.functions - {"abs"}), "ONE"]) + self.generated.text
        exec(compile(text, "generated", "exec"), self.scope)  # noqa: S102 (our own text: what this test is about)

    def _counted(self, function: Any) -> Any:
        def counted(*args: Any) -> None:
            self.calls[function.__name__] += 1
            function(*args)

        return counted

    def after(self, values: Values, parameters: Values, ticks: int) -> tuple[Values, NDArray[np.float64]]:
        """The states after some ticks, and the row that shows whether all were finite."""
        lanes, place, generated = self.lanes, self.place, self.generated
        p, k, s = (np.full(rows * lanes, np.nan) for rows in (place.rows_p, place.rows_y, generated.rows))
        for slot, row in place.parameters.items():
            p[row * lanes : (row + 1) * lanes] = parameters[slot]
        cells = place.rows_y * lanes
        y = np.full(cells, np.nan) if generated.states is None else s[generated.states : generated.states + cells]
        for slot, row in place.states.items():
            y[row * lanes : (row + 1) * lanes] = values[slot]
        s[:lanes] = 0.0
        ids = np.arange(lanes, dtype=np.uint64)
        with np.errstate(all="ignore"):
            self.scope["choose"](p, s)
            for tick in range(ticks):
                self.scope["step"](p, y, k, s, np.zeros(1), ids, np.uint64(1), tick, ())
        return {slot: y[row * lanes : (row + 1) * lanes].copy() for slot, row in place.states.items()}, s[:lanes].copy()


def grown(rng: np.random.Generator, size: int) -> Program:
    """Random operations on random earlier values; every fourth chooses by a parameter, in chains and nests too."""
    graph = Graph()
    pool = [graph.symbol(s) for s in (*STATES, *PARAMETERS)]
    fixed = [graph.symbol(s) for s in PARAMETERS]
    pool += [noise(graph, "a"), graph.constant(0.5), graph.add("time")]

    def pick() -> Expr:
        return pool[-1 - int(rng.integers(min(len(pool), 12)))]

    def condition() -> Expr:
        k = fixed[rng.integers(len(fixed))]
        made = [
            lambda: f.equal(k, float(rng.integers(3))), lambda: k < float(rng.integers(3)), lambda: ~f.equal(k, 1.0),
            lambda: f.equal(k, 0.0) & (fixed[0] < 2.0), lambda: pick() < pick(),
        ]
        return made[rng.integers(len(made))]()

    def chain() -> Expr:
        result, k = pick(), fixed[rng.integers(len(fixed))]
        for number in range(3):
            result = f.where(f.equal(k, float(number)), f.tanh(pick()) * pick(), result)
        return result

    kinds = [
        lambda: pick() + pick(), lambda: pick() * pick(), lambda: f.tanh(pick()) - pick(), lambda: f.sin(pick()),
        lambda: 1.0 / (1.0 + pick() ** 2.0), lambda: f.where(condition(), pick(), pick()), chain,
    ]
    for _ in range(size):
        pool.append(kinds[rng.integers(len(kinds))]())
    stage = {s: f.tanh(pick()) for s in STATES[:2]}
    stage["c"] = f.where(condition(), f.sin(pick()), graph.symbol("c"))
    stage |= {f"out{k}": e for k, e in enumerate(pool[-4:])}
    again = {"b": f.where(condition(), f.cos(pick()), graph.symbol("b")), "a": graph.symbol("c")}
    for slot in stage:
        graph.symbol(slot)
    slots = tuple(Slot(s) for s in stage)
    parameters = tuple(Slot(s, role="parameter") for s in PARAMETERS)
    return Program("random", graph, {}, Clock(steps=1), parameters, slots, {}, stages=(stage, again))


@pytest.mark.parametrize("lanes", [1, 4])
def test_the_bits_are_those_of_a_step_without_regions(lanes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """60 random graphs (seed 0), lanes that choose alike and differently, three steps."""
    rng, cut = np.random.default_rng(0), 0
    for _ in range(60):
        program = grown(rng, int(rng.integers(10, 60)))
        monkeypatch.setattr(regions, "SMALLEST", int(rng.integers(1, 6)))
        run = Run(program, lanes)
        cut += run.generated.states is not None
        with monkeypatch.context() as patch:
            patch.setattr(generator, "regions_of", lambda *given: None)
            plain = Run(program, lanes)
        values = {slot.name: rng.uniform(-2, 2, lanes) for slot in program.states}
        for _ in range(3):
            alike = rng.random() < 0.5
            chosen = {s: np.zeros(lanes) + rng.integers(4, size=1 if alike else lanes) for s in PARAMETERS}
            (found, sums), (expected, plain_sums) = (r.after(values, chosen, 3) for r in (run, plain))
            for slot, value in expected.items():
                np.testing.assert_array_equal(found[slot], value, err_msg=slot)
            assert np.array_equal(np.isfinite(sums), np.isfinite(plain_sums))
    assert cut > 30, "hardly any of the graphs was cut"


def chooser(rules: int, length: int) -> Program:
    """x ← the move number k, each a long chain of its own that begins with a shared sine, with a memory of its own."""
    graph = Graph()
    x, k = graph.symbol("x"), graph.symbol("k")
    shared = f.sin(x)
    move, stage = graph.constant(0.0), {}
    for number in reversed(range(rules)):
        chosen = f.equal(k, float(number))
        mine, kept = shared + graph.symbol(f"m{number}"), graph.symbol(f"m{number}")
        for _ in range(length):
            mine = f.tanh(mine + float(number))
        move = f.where(chosen, mine, move)
        stage[f"m{number}"] = f.where(chosen, 0.5 * kept + mine, kept)
    stage["x"] = x + move
    slots = tuple(Slot(s) for s in stage)
    return Program("chooser", graph, {}, Clock(steps=200), (Slot("k", role="parameter"),), slots, {}, stages=(stage,))


def test_only_what_a_lane_needs_is_called() -> None:
    run = Run(chooser(5, 40), 4)
    values = {slot: np.full(4, 0.3) for slot in run.place.states}
    for chosen, called in ([0, 0, 0, 0], 1), ([2, 2, 4, 2], 2), ([7, 7, 7, 7], 0), ([0, 1, 2, 3], 4):
        run.calls.clear()
        after, _ = run.after(values, {"k": np.array(chosen, float)}, 3)
        assert len(run.calls) == called
        assert set(run.calls.values()) <= {3}
        for number in range(5):
            moved = after[f"m{number}"] != 0.3
            assert np.array_equal(moved, np.array(chosen) == number)


def test_what_is_not_a_number_in_a_branch_that_is_not_taken_stays_there() -> None:
    """1/x at x = 0 in one lane's rule: the lanes of the other rule are finite, in values and in what shows it."""
    graph = Graph()
    x, k = graph.symbol("x"), graph.symbol("k")
    bad = 1.0 / x
    for _ in range(40):
        bad = f.sin(bad)
    stage = {"x": x, "m": f.where(f.equal(k, 1.0), bad, graph.symbol("m"))}
    slots = (Slot("x"), Slot("m"))
    program = Program("bad", graph, {}, Clock(steps=1), (Slot("k", role="parameter"),), slots, {}, stages=(stage,))
    run = Run(program, 4)
    assert run.generated.states is not None
    after, sums = run.after({"x": np.zeros(4), "m": np.ones(4)}, {"k": np.array([0.0, 1.0, 0.0, 2.0])}, 2)
    np.testing.assert_array_equal(np.isfinite(after["m"]), [True, False, True, True])
    np.testing.assert_array_equal(np.isfinite(sums), [True, False, True, True])


def test_small_branches_and_conditions_that_change_stay_selections() -> None:
    graph = Graph()
    x, k = graph.symbol("x"), graph.symbol("k")
    long = x
    for _ in range(40):
        long = f.tanh(long + 1.0)
    parameters = (Slot("k", role="parameter"),)
    for value in (f.where(f.equal(k, 1.0), x * x, f.sin(x)), f.where(x < 0.0, long, x)):
        stage = {"x": value}
        program = Program("small", graph, {}, Clock(steps=1), parameters, (Slot("x"),), {}, stages=(stage,))
        assert generate(program, layout(program, 4)).states is None


def test_a_chain_of_equalities_has_exact_needs() -> None:
    """What two of three rules share has both needs; what all share is needed always; a nest keeps its condition."""
    graph = Graph()
    x, y, k, h = (graph.symbol(s) for s in "xykh")
    everyone, two, one = f.sin(x), f.cos(y), f.tanh(y)
    chain = f.where(f.equal(k, 2.0), everyone - f.where(h < 1.0, one, 2.0), 0.0)
    chain = f.where(f.equal(k, 0.0), everyone + two, f.where(f.equal(k, 1.0), everyone * two, chain))
    needs = needs_of(graph, {"x": x + chain}, {"k", "h"})
    assert needs.of[everyone.index] == ALWAYS
    guards = {e: needs.guards([needs.of[e.index]])[0].text() for e in (two, one)}
    assert guards[two] == "(k == 0) or (k == 1)"
    assert guards[one] == "(k == 2) and (h < 1)"
