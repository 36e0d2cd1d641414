"""The incentives of one agent: directed paths from its decision through a variable to what it is trained for, in a
graph that is read off the model's expressions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import networkx as nx

from ...algebra.graph import Expr
from ...algebra.substitute import depends_on
from ...algebra.value import components
from ...arrays import Flags
from ...compiler.applying.game import Game
from ...compiler.program import AgentProgram
from ...system.flows import flows_beside
from ...system.model import Agent, Model
from ..reading.study import Study
from .opponent_shaping import shaped_by_rule

DECISION, UTILITY = "decision", "utility"
FLOW = 10_000  # length of an edge that takes a step of a flow; all other edges have length 1

Open = Callable[[Expr], bool]
"""Whether a weight or factor is open, that is not 0."""


@dataclass(frozen=True)
class Incentives:
    """The graphs of one agent.

    Nodes are the decision, components of variables, objectives ("utility declared", …) and the utility. A name with "~"
    is the variable's value while the flow runs, up to the agent's horizon. Edges have a `length` and a `mark`: "→" for
    a dependence at one time, "⇝" for one through a flow, and "→ NAME learns →" for one through another agent's
    learning.
    """

    study: Study
    model: Model
    game: Game
    agent: AgentProgram

    @property
    def stated(self) -> Agent:
        return self.model.agents[self.agent.name]

    @property
    def conditions(self) -> list[Expr]:
        """All weights and factors that open or close paths."""
        return [*self.stated.credit.values(), *self.stated.paths.values(), *self.stated.learning.values()]

    @property
    def farthest(self) -> float:
        """The length of the longest path that the horizon allows."""
        horizon = self.stated.horizon
        if horizon is None or isinstance(horizon, str) or self.model.clock.continuous:
            return float("inf")
        return (horizon + 1) * FLOW - 1

    def declared(self) -> nx.DiGraph:
        """The graph of the label: the declared objective, without flows, every path with a factor closed."""
        return self._at_once({"declared": self.agent.declared}, set(self.stated.paths))

    def effective(self, opens: Open, shaped: Collection[str]) -> nx.DiGraph:
        """The graph of what trains the agent: what it pursues, and the objectives that it gets credit for. Paths are
        open where their factor is. Flows count up to the agent's horizon, and the learning of others where a path
        includes it. shaped: the agents whose learning the rule takes into account."""
        stated, closed = self.stated, self._closed(opens)
        graph = self._at_once(self._wanted(opens), closed)
        if stated.horizon is not None:
            self._add_flows(graph, closed)
        seen = {other for other, factor in stated.learning.items() if opens(factor)}
        for other in seen.union(shaped):
            self._add_learning(graph, other)
        return graph

    def unlabelled(self, opens: Open) -> list[str]:
        """The variables that the agent controls and that its training reads, directly or through open paths, but its
        label does not, even if all paths were open."""
        trained = nx.ancestors(self._at_once(self._wanted(opens), self._closed(opens)), UTILITY)
        label = nx.ancestors(self._at_once({"declared": self.agent.declared}, ()), UTILITY)
        names = (self.label(control) for control in self.agent.controls if control in trained - label)
        return list(dict.fromkeys(names))

    def _wanted(self, opens: Open) -> dict[str, Expr]:
        """The objectives that train the agent, by name."""
        stated = self.stated
        wanted = {"declared" if stated.pursues == stated.label else "pursued": self.agent.pursues}
        for other, weight in stated.credit.items():
            if opens(weight):
                wanted[f"{other}'s label"] = self.model.agents[other].declared
        return wanted

    def _closed(self, opens: Open) -> set[str]:
        """The derived variables whose path has the factor 0."""
        return {name for name, factor in self.stated.paths.items() if not opens(factor)}

    def _at_once(self, wanted: Mapping[str, Expr], closed: Collection[str]) -> nx.DiGraph:
        graph: nx.DiGraph = nx.DiGraph()
        graph.add_nodes_from([DECISION, UTILITY])
        for control in self.agent.controls:
            _join(graph, DECISION, control)
        for name, symbol in self.study.program.derived.items():
            if name not in closed:
                for source in mentioned(symbol.args[0]):
                    _join(graph, source, name)
        for label, objective in wanted.items():
            for source in mentioned(objective):
                _join(graph, source, f"{UTILITY} {label}")
            _join(graph, f"{UTILITY} {label}", UTILITY)
        return graph

    def _add_flows(self, graph: nx.DiGraph, closed: Collection[str]) -> None:
        """Add the dependences over time. Objectives read variables at the end of the horizon.

        A path factor on a variable with a flow closes the reading at that end alone. A factor on a derived variable
        closes it at all times in between, too.
        """
        derived = self.study.program.derived
        beside = flows_beside(self.model.variables, self.stated.controls)
        flows = {str(symbol.name): flow for symbol, flow in beside.items()}

        def meanwhile(name: str) -> str:
            return f"{name}~" if name in flows or name in derived else name

        for name, symbol in derived.items():
            if name not in closed:
                for source in mentioned(symbol.args[0]):
                    _join(graph, meanwhile(source), meanwhile(name))
        for name, flow in flows.items():
            for source in mentioned(flow):
                _join(graph, meanwhile(source), meanwhile(name), FLOW, "⇝")
            if name not in closed:
                _join(graph, meanwhile(name), name)

    @cached_property
    def shaped(self) -> dict[str, Flags]:
        """The agents whose learning the rule shapes, with the replicas, (R,), in which it does."""
        return shaped_by_rule(self.study, self.game, self.agent.name)

    def _add_learning(self, graph: nx.DiGraph, other: str) -> None:
        """Add the controls that the other agent's next move changes in answer to the decision."""
        program = self.study.program
        own = [program.graph.symbol(v, self.agent.moves[v].domain) for v in self.agent.controls]
        moves = next(agent.moves for agent in program.agents if agent.name == other)
        for control, move in moves.items():
            if control not in self.agent.controls and depends_on([move], own):
                _join(graph, DECISION, control, mark=f"→ {other} learns →")

    def routes(self, graph: nx.DiGraph) -> dict[str, str]:
        """By variable, the shortest path from the decision through it to the utility, as text, for every variable with
        such a path within the horizon (an instrumental control incentive: Everitt et al. 2021)."""
        backwards = graph.reverse(copy=False)
        there, back = (
            nx.single_source_dijkstra_path_length(g, start, weight="length")
            for g, start in ((graph, DECISION), (backwards, UTILITY))
        )
        first = nx.single_source_dijkstra_path(graph, DECISION, weight="length")
        then = nx.single_source_dijkstra_path(backwards, UTILITY, weight="length")
        shortest: dict[str, tuple[float, str]] = {}
        for node in sorted(there.keys() & back.keys()):
            name = self.label(node)
            if node.startswith((DECISION, UTILITY)) or node in self.agent.controls:
                continue
            length = there[node] + back[node]
            if length <= self.farthest and length < shortest.get(name, (float("inf"), ""))[0]:
                shortest[name] = length, self._written(graph, [*first[node], *reversed(then[node][:-1])])
        return {name: text for name, (_, text) in shortest.items()}

    def label(self, node: str) -> str:
        """The name of a component's variable, or of the component where the agent controls only a part of them."""
        name = node.removesuffix("~")
        variable = name.split("[")[0]
        whole = {str(e.name) for e in components(self.model.variables[variable].symbols)} if (
            variable in self.model.variables) else set()
        held = whole & set(self.agent.controls)
        return name if held and held < whole else variable

    def _written(self, graph: nx.DiGraph, path: list[str]) -> str:
        """A path as text. It starts with a control, or with the agent's name where another agent learns."""
        mark = graph.edges[path[0], path[1]]["mark"]
        text = self.label(path[1]) if mark == "→" else f"{self.agent.name} {mark} {self.label(path[1])}"
        for before, after in pairwise(path[1:-1]):
            name = after.removeprefix(f"{UTILITY} ") if after.startswith(UTILITY) else self.label(after)
            mark = graph.edges[before, after]["mark"]
            if name != self.label(before) or mark != "→":
                text += f" {mark} {name}"
        return text


def mentioned(value: Expr) -> list[str]:
    """The names that an expression reads directly, not through a derived variable, sorted."""
    nodes = value.graph.nodes
    seen: set[int] = set()
    names: set[str] = set()
    stack = [value.index]
    while stack:
        index = stack.pop()
        if index not in seen:
            seen.add(index)
            node = nodes[index]
            if node.op in ("symbol", "named"):
                names.add(str(node.data))
            else:
                stack.extend(node.args)
    return sorted(names)


def _join(graph: nx.DiGraph, source: str, target: str, length: int = 1, mark: str = "→") -> None:
    """Add an edge unless there is one that is as short."""
    if not graph.has_edge(source, target) or graph.edges[source, target]["length"] > length:
        graph.add_edge(source, target, length=length, mark=mark)
