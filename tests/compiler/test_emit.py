"""Lines of source: what gets a name, what stands inline, and that no user's text is among it."""

from __future__ import annotations

import ast
from collections import Counter

from dynsim.algebra import functions as f
from dynsim.algebra.graph import Expr, Graph
from dynsim.compiler.writing.emit import DEEPEST_INLINE, Lines
from dynsim.compiler.writing.functions import generate
from dynsim.compiler.writing.layout import layout
from tests.engine.systems import SYSTEMS


def _lines(graph: Graph, outputs: list[Expr]) -> tuple[Lines, list[str]]:
    order = graph.reachable(outputs)
    uses = Counter(k for j in order for k in graph.nodes[j].args)
    lines = Lines(graph, lambda k: uses[k], lambda k, n: f"load[{k}]", "v", set())
    lines.compute([k for k in order if graph.nodes[k].args], set())
    return lines, [lines.text(e.index) for e in outputs]


def test_single_uses_are_inline_and_shared_values_named_once() -> None:
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    shared = f.exp(x * y)
    lines, (text,) = _lines(graph, [shared * shared + y])
    names = [line.split(" = ")[0] for line in lines.lines]
    assert len(names) == len(set(names))
    assert sum("exp(" in line for line in lines.lines) == 1
    assert lines.functions == {"exp"}
    assert text.count(f"v{shared.index}") == 2


def test_argument_that_an_operation_reads_twice_takes_a_name() -> None:
    """Written inline it would be computed twice, and in a chain of such operations 2ⁿ times."""
    graph = Graph()
    x = graph.symbol("x")
    lines, (text,) = _lines(graph, [f.minimum(f.exp(x), f.sin(x))])
    assert "exp" not in text
    assert "sin" not in text
    assert any("exp(" in line for line in lines.lines)


def test_conditional_is_one_instruction() -> None:
    graph = Graph()
    x = graph.symbol("x")
    lines, (text,) = _lines(graph, [f.where(x * 2 > 1, f.exp(x), f.sin(x))])
    assert text == "select((1.0 < (v0 * 2.0)), exp(v0), sin(v0))"
    assert lines.functions == {"select", "exp", "sin"}


def test_deep_expressions_are_cut() -> None:
    """The compiler of the generated text has limits on nesting; a chain of 5,000 operations stays flat."""
    graph = Graph()
    x = e = graph.symbol("x")
    for _ in range(5000):
        e = f.tanh(e + x)
    lines, (text,) = _lines(graph, [e])
    deepest = max(line.count("(") for line in [*lines.lines, text])
    assert deepest <= 2 * DEEPEST_INLINE
    ast.parse("\n".join(lines.lines))


def test_generated_names_are_the_compilers_own() -> None:
    """No slot's name stands in a module, whatever a user called it."""
    from dataclasses import replace

    for make in SYSTEMS.values():
        program, _ = make()
        text = generate(program, layout(program, 4)).text
        for slot in (*program.states, *program.parameters):
            if len(slot.name) > 3:
                assert slot.name not in text
        assert replace(program, title="'''; import os").title not in text


def test_the_same_system_has_the_same_text() -> None:
    """Else nothing would ever be found in the cache."""
    for make in SYSTEMS.values():
        one, other = (generate(make()[0], layout(make()[0], 16)).text for _ in range(2))
        assert one == other
