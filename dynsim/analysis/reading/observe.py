"""What the conflict log looks at, as expressions of the state: built once per program, on the program's own graph.

Notation: E_i the effective objective of agent i (a population's is the sum over its nodes), x_v the state slots (rule
memory is no state), ∇E_i = (∂E_i/∂x_v)_v the true derivative (no path factors: harm is harm whether or not it is
seen), u_j the move of agent j, f the flow, s the amplitude of the noise. Sums over v include the nodes of populations.

    ledger[i, j] = ∇E_i · u_j = Σ_v ∂E_i/∂x_v u_jv       positive: j's move raises what i minimises, harm

A *lever* is a slot in the hands of an agent that moves it, (j, v). Each term ∂E_i/∂x_v u_jv is a *part* of the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations
from operator import add

from ...algebra.differentiate import gradient
from ...algebra.functions import absolute, mean, sqrt, where
from ...algebra.graph import Expr
from ...algebra.structural import total
from ...compiler.program import AgentProgram, Program, Slot
from .label_moves import LabelPair, label_pair

BySlot = Mapping[str, Expr]


@dataclass(frozen=True)
class Observables:
    """The expressions of one program. Agents are numbered as in `program.agents`; values that are always 0 are left out
    of the dictionaries."""

    program: Program

    @cached_property
    def agents(self) -> tuple[str, ...]:
        return tuple(agent.name for agent in self.program.agents)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The state slots: what objectives are differentiated by."""
        return tuple(slot for slot in self.program.states if slot.role == "state")

    @cached_property
    def levers(self) -> tuple[tuple[int, str], ...]:
        """(agent, slot) for everything that an agent moves, agent after agent."""
        return tuple((j, v) for j, agent in enumerate(self.program.agents) for v in agent.moves)

    def symbol(self, slot: Slot) -> Expr:
        return self.program.graph.symbol(slot.name, slot.domain)

    @cached_property
    def objectives(self) -> tuple[Expr, ...]:
        """E_i, one number per replica."""
        return tuple(total(agent.objective) for agent in self.program.agents)

    @cached_property
    def gradients(self) -> tuple[BySlot, ...]:
        """∂E_i/∂x_v by slot."""
        return tuple(map(self._gradient, self.objectives))

    @cached_property
    def gradient_norms(self) -> tuple[Expr, ...]:
        """|∇E_i|."""
        return tuple(self._norm(slopes) for slopes in self.gradients)

    @cached_property
    def move_norms(self) -> tuple[Expr, ...]:
        """|u_j|."""
        return tuple(self._norm(agent.moves) for agent in self.program.agents)

    @cached_property
    def parts(self) -> dict[tuple[int, int], Expr]:
        """{(i, lever number): ∂E_i/∂x_v u_jv}."""
        products = {
            (i, k): total(slopes[v] * self.program.agents[j].moves[v])
            for i, slopes in enumerate(self.gradients)
            for k, (j, v) in enumerate(self.levers)
            if v in slopes
        }
        return {key: term for key, term in products.items() if not _absent(term)}

    @cached_property
    def ledger(self) -> dict[tuple[int, int], Expr]:
        """{(i, j): ∇E_i · u_j}."""
        cells: dict[tuple[int, int], list[Expr]] = {}
        for (i, k), part in self.parts.items():
            cells.setdefault((i, self.levers[k][0]), []).append(part)
        return {key: self._sum(parts) for key, parts in cells.items()}

    @cached_property
    def flow_parts(self) -> tuple[Expr, ...]:
        """∇E_i · f: the effect of the system's own motion on i."""
        return tuple(self._dot(slopes, self.program.flows) for slopes in self.gradients)

    @cached_property
    def noise_parts(self) -> tuple[Expr, ...]:
        """√Σ_v (∂E_i/∂x_v s_v)²: the standard deviation of the noise's first-order part ∇E_i · (s·normal)."""
        return tuple(map(self._noise, self.gradients))

    @cached_property
    def base(self) -> tuple[Expr, Expr, Expr, Expr] | None:
        """The base objective B and what changes it to first order: ∇B · Σ_j u_j, ∇B · f, and the noise's standard
        deviation as in `noise_parts`; None where none is stated."""
        if self.program.base is None:
            return None
        value = total(self.program.base)
        slopes = self._gradient(value)
        by_agents = self._sum([self._dot(slopes, agent.moves) for agent in self.program.agents])
        return value, by_agents, self._dot(slopes, self.program.flows), self._noise(slopes)

    @cached_property
    def alignments(self) -> dict[tuple[int, int], Expr]:
        """{(i, j): ∇E_i · ∇E_j} for i < j."""
        return {
            (i, j): self._dot(self.gradients[i], self.gradients[j])
            for i, j in combinations(range(len(self.agents)), 2)
        }

    @cached_property
    def contests(self) -> dict[str, Expr]:
        """{v: 1 − |Σ_i p_iv|/Σ_i |p_iv|} with the desired pushes p_iv = −∂E_i/∂x_v; 0 where nobody pushes. A
        population's is the mean over its nodes."""
        found = {}
        for slot in self.slots:
            pushes = [slopes[slot.name] for slopes in self.gradients if slot.name in slopes]
            found[slot.name] = cancelling(pushes) if pushes else self.program.graph.constant(0.0)
        return found

    @cached_property
    def pushes(self) -> dict[tuple[str, int], Expr]:
        """{(v, i): p_iv = −∂E_i/∂x_v}, a population's averaged over its nodes."""
        return {(v, i): _average(-g) for i, slopes in enumerate(self.gradients) for v, g in slopes.items()}

    @cached_property
    def label_pairs(self) -> tuple[LabelPair | None, ...]:
        """The move of every agent and that of its label; None if they are the same."""
        return tuple(map(label_pair, self.program.agents))

    def quantity(self, name: str) -> Sequence[Expr | None]:
        """The expressions that a quantity of a source of moves (moves.py) is made of, in its order; None stands for 0.
        """
        agents = range(len(self.agents))
        found: dict[str, Callable[[], Iterable[Expr | None]]] = {
            "objectives": lambda: self.objectives,
            "ledger": lambda: (self.ledger.get((i, j)) for i in agents for j in agents),
            "parts": self.parts.values,
            "gradient_norms": lambda: self.gradient_norms,
            "move_norms": lambda: self.move_norms,
            "alignment": self.alignments.values,
            "contest": self.contests.values,
            "fidelity": lambda: (e for pair in self.label_pairs if pair is not None for e in (pair.product, pair.norm)),
            "base": lambda: () if self.base is None else self.base[:1],
        }
        return tuple(found[name]())

    def _gradient(self, objective: Expr) -> BySlot:
        symbols = [self.symbol(slot) for slot in self.slots]
        slopes = gradient([objective], symbols) if symbols else []
        return {s.name: g for s, g in zip(self.slots, slopes, strict=True) if not _absent(g)}

    def _noise(self, slopes: BySlot) -> Expr:
        noises = self.program.noises
        return self._norm({v: g * noises[v] for v, g in slopes.items() if v in noises})

    def _dot(self, a: BySlot, b: BySlot) -> Expr:
        return self._sum([total(a[v] * b[v]) for v in a if v in b])

    def _norm(self, vector: BySlot) -> Expr:
        squares = self._sum([total(p * p) for p in vector.values()])
        return self.program.graph.constant(0.0) if _absent(squares) else sqrt(squares)

    def _sum(self, terms: list[Expr]) -> Expr:
        return reduce(add, terms, self.program.graph.constant(0.0))


def cancelling(pushes: Sequence[Expr]) -> Expr:
    """1 − |Σp|/Σ|p| of several pushes on one variable: 0 if all have the same direction, 1 if they cancel; 0 if all are
    0. Of a population the mean over its nodes."""
    net, gross = absolute(reduce(add, pushes)), reduce(add, map(absolute, pushes))
    pushed = gross > 0.0
    return _average(where(pushed, 1.0 - net / where(pushed, gross, 1.0), 0.0))


def movement(agent: AgentProgram, slot: str) -> Expr:
    """The agent's move of a slot; a population's averaged over its nodes."""
    return _average(agent.moves[slot])


def _average(x: Expr) -> Expr:
    return x if x.domain.kind == "scalar" else mean(x)


def _absent(x: Expr) -> bool:
    """Whether the expression is the constant 0, possibly spread over a population."""
    return (x.args[0] if x.op == "fill" else x).constant == 0.0
