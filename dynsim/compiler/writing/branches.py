"""The branches of conditionals that need a value, where the conditions are constant in a run.

A system that switches between rules by a parameter computes all of them and selects one: lanes of a vectorised loop
cannot branch. But whole blocks of lanes can skip what none of them selects.

    where(which == 0, a, where(which == 1, b, c))      which: a parameter

Values that only `a` uses are needed only in replicas with which = 0. The *need* of a value is a set of branches, any
of which makes it needed. A *branch* is one side of a conditional, taken where the conditional itself is needed. Sets
grow where values are shared: a value that `a` and `b` use has the needs of both.

    {}            (of the branch ALWAYS) no condition
    {ALWAYS}      needed in every replica
    {3, 7}        needed where branch 3 or branch 7 is taken
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from ...algebra.graph import Expr, Graph
from ...algebra.operations import OPERATIONS

Need = frozenset[int]
ALWAYS: Need = frozenset({0})


@dataclass(frozen=True)
class Branch:
    """One side of a conditional. need: where the conditional is needed; condition: the index of its condition."""

    need: Need
    condition: int
    side: bool


@dataclass
class Needs:
    """of: the need of every value that the outputs use. fixed: the values that are constant in a run. ends: branches at
    the ends of chains of conditionals, which select a leaf and compute nothing."""

    graph: Graph
    fixed: set[int]
    ends: Need = frozenset()
    of: dict[int, Need] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=lambda: [Branch(frozenset(), -1, True)])  # the first is ALWAYS
    _numbers: dict[Branch, int] = field(default_factory=dict)
    _facts: list[frozenset[tuple[int, bool]]] = field(default_factory=lambda: [frozenset()])  # what a branch implies
    _simplest: dict[Need, Need] = field(default_factory=dict)

    def chooses(self, index: int) -> bool:
        """Whether the value is a conditional whose condition is constant in a run."""
        node = self.graph.nodes[index]
        return node.op == "where" and node.args[0] in self.fixed

    def taken(self, need: Need, condition: int, side: bool) -> Need:
        """The need of values that only this side of a conditional uses."""
        if side:
            need = self._without_excluded(need, condition)
        # what holds wherever the value is needed: facts that all its branches share
        known = frozenset.intersection(*[self._facts[number] for number in need]) if need else frozenset()
        if (condition, side) in known:  # an outer conditional has asked the same already
            return need
        branch = Branch(need, condition, side)
        if branch not in self._numbers:
            self._numbers[branch] = len(self.branches)
            self.branches.append(branch)
            self._facts.append(known | {(condition, side)})
        return frozenset({self._numbers[branch]})

    def _without_excluded(self, need: Need, condition: int) -> Need:
        """In a chain where(k == 0, …, where(k == 1, …)) the second condition implies that the first does not hold."""
        nodes = self.graph.nodes
        while len(need) == 1 and need != ALWAYS:
            (number,) = need
            branch = self.branches[number]
            a, b = nodes[condition], nodes[branch.condition]
            if branch.side or (a.op, b.op) != ("eq", "eq") or len({*a.args} & {*b.args}) != 1:
                break
            if any(nodes[k].op != "constant" for k in {*a.args} ^ {*b.args}):
                break
            need = branch.need
        return need

    def simplest(self, need: Collection[int]) -> Need:
        """The same need without branches that others imply. Both sides of a conditional together become the need of the
        conditional.

        A value that all branches of a chain use is always needed, even if the chain ends with nothing to compute.
        """
        given = frozenset(need)
        if given not in self._simplest:
            found = self._reduced(given)
            if len(found) > 1 and self._reduced(found | self.ends) == ALWAYS:
                found = ALWAYS
            self._simplest[given] = found
        return self._simplest[given]

    def _reduced(self, need: Need) -> Need:
        smaller: Need | None = need
        while smaller is not None:
            need, smaller = smaller, self._smaller(smaller)
        return need

    def _smaller(self, need: Need) -> Need | None:
        if need > ALWAYS:
            return ALWAYS
        for number in sorted(need - ALWAYS):  # in a fixed order, so that equal programs become equal source
            branch = self.branches[number]
            if branch.need <= need - {number}:
                return need - {number}
            if not branch.side and self.taken(branch.need, branch.condition, True) <= need:
                return need - {number} | branch.need  # the other side lies in it too
        return None

    def guards(self, needs: Collection[Need]) -> list[Expr]:
        """The condition of each need, as an expression of parameters. No need may be ALWAYS."""
        used: set[int] = set()
        waiting = [number for need in needs for number in need]
        while waiting:
            number = waiting.pop()
            if number not in used:
                used.add(number)
                waiting.extend(self.branches[number].need - ALWAYS)
        taken: dict[int, Expr] = {}
        for number in sorted(used):  # a branch has a higher number than those that it lies in
            branch = self.branches[number]
            condition = Expr(self.graph, branch.condition)
            here = condition if branch.side else ~condition
            taken[number] = here if branch.need == ALWAYS else _any(taken, branch.need) & here
        return [_any(taken, need) for need in needs]


def _any(taken: Mapping[int, Expr], need: Need) -> Expr:
    return reduce(or_, [taken[number] for number in sorted(need)])


def needs_of(graph: Graph, outputs: Mapping[str, Expr], parameters: Collection[str]) -> Needs:
    """The needs of all values behind the new values of slots. A slot that keeps its old value on one side of a
    conditional needs a new value on the other side only."""
    order = graph.reachable(outputs.values())
    needs = Needs(graph, _fixed(graph, order, parameters))
    wanted: dict[int, set[int]] = defaultdict(set)
    for slot, e in outputs.items():
        wanted[e.index] |= _need_of_output(needs, slot, e)
    # users have higher indices than their arguments: when a value's turn comes, all that need it have said so
    for index in reversed(order):
        need = needs.of[index] = needs.simplest(wanted[index])
        args = graph.nodes[index].args
        if needs.chooses(index):
            condition, a, b = args
            wanted[condition] |= need
            wanted[a] |= needs.taken(need, condition, True)
            other = needs.taken(need, condition, False)
            wanted[b] |= other
            if need != ALWAYS and not graph.nodes[b].args:
                needs.ends |= other
        else:
            for k in args:
                wanted[k] |= need
    return needs


def _fixed(graph: Graph, order: Collection[int], parameters: Collection[str]) -> set[int]:
    """The values that are made of parameters and constants alone."""
    fixed: set[int] = set()
    for index in order:
        node = graph.nodes[index]
        leaf = node.op == "constant" or (node.op == "symbol" and node.data in parameters)
        if leaf or (node.op in OPERATIONS and fixed.issuperset(node.args)):
            fixed.add(index)
    return fixed


def _need_of_output(needs: Needs, slot: str, e: Expr) -> Need:
    if needs.chooses(e.index):
        condition, a, b = e.args
        for side, kept in ((True, b), (False, a)):
            if kept.op == "symbol" and kept.name == slot:
                return needs.taken(ALWAYS, condition.index, side)
    return ALWAYS
