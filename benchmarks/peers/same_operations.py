"""The same operations that dynsim compiles for a system, as a C++ program that a code generator would write.

It shows the speed of a compiled language at the same work; the hand-written peers do less of it. The program is one
loop over a block of replicas, with straight-line code, one name per value, and scalar functions from <cmath>.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dynsim.algebra.graph import Expr
from dynsim.compiler.program import Program

LANES = 16
OPERATIONS = {
    "add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "div": "{0} / {1}", "neg": "-{0}",
    "exp": "std::exp({0})", "log": "std::log({0})", "tanh": "std::tanh({0})", "sin": "std::sin({0})",
    "cos": "std::cos({0})", "sqrt": "std::sqrt({0})", "sigmoid": "1.0 / (1.0 + std::exp(-{0}))",
    "named": "{0}",
}
TEMPLATE = """
#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

static void block(double* all, long replicas, long first, long steps, const double* p) {{
    constexpr int LANES = {lanes};
    const int used = static_cast<int>(std::min<long>(LANES, replicas - first));
    alignas(64) double x[{states} * LANES] = {{}};
    for (int k = 0; k < {states}; ++k) std::copy_n(all + k * replicas + first, used, x + k * LANES);
    for (long n = 0; n < steps; ++n)
        for (int r = 0; r < LANES; ++r) {{
{body}
        }}
    for (int k = 0; k < {states}; ++k) std::copy_n(x + k * LANES, used, all + k * replicas + first);
}}

extern "C" void run(double* all, long replicas, long steps, const double* p, int threads) {{
    const long blocks = (replicas + {lanes} - 1) / {lanes};
    std::vector<std::thread> pool;
    for (int worker = 0; worker < threads; ++worker)
        pool.emplace_back([=] {{
            for (long k = blocks * worker / threads; k < blocks * (worker + 1) / threads; ++k)
                block(all, replicas, k * {lanes}, steps, p);
        }});
    for (auto& worker : pool) worker.join();
}}
"""


def text(program: Program, states: Sequence[str]) -> str:
    """C++ for a discrete program of scalars with one stage; `run` takes the states in the order given, (states, R)."""
    (stage,) = program.stages
    row = {name: k for k, name in enumerate(states)}
    number = {slot.name: k for k, slot in enumerate(program.parameters)}
    lines = [f"const double v{k} = {_value(program, k, row, number)};" for k in program.graph.reachable(stage.values())]
    lines += [f"x[{row[slot]} * LANES + r] = v{e.index};" for slot, e in stage.items() if slot in row]
    body = "\n".join(" " * 12 + line for line in lines)
    return TEMPLATE.format(lanes=LANES, states=len(states), body=body)


def _value(program: Program, index: int, row: Mapping[str, int], number: Mapping[str, int]) -> str:
    expr = Expr(program.graph, index)
    if expr.constant is not None:
        return repr(expr.constant)
    if expr.op == "symbol":
        name = str(expr.name)
        return f"x[{row[name]} * LANES + r]" if name in row else f"p[{number[name]}]"
    return OPERATIONS[expr.op].format(*(f"v{k}" for k in expr.node.args))
