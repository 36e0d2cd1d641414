"""What a step can skip: its values in parts, each of which is needed as a whole or not at all.

Conditionals whose condition is constant in a run say when a value is needed (branches.py). Enough values with the same
need become a *region*: a function that is called for a block of lanes only if one of them needs it. Values that are
always needed stand in the step itself, in as many parts as the regions between them require.

If the value of one side serves a conditional alone, the conditional joins the region of the other side and overwrites
that value. If the region is skipped, the result is then already in place. In a chain of conditionals, each region
changes the result of those before it, and skipped regions cost nothing.

Values that are computed for lanes that do not need them, and values that a skipped region has left from earlier, are
never selected.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ...algebra.graph import Expr, Graph
from ...algebra.nodes import RANDOM
from .branches import ALWAYS, Need, Needs, needs_of
from .schedule import AVAILABLE

LEAVES = (*AVAILABLE, *RANDOM)  # loaded, or sampled again from the same key, wherever they are used
SMALLEST = 12  # values: below, skipping a region saves no more than asking for it costs


@dataclass
class Part:
    """Values (arguments first) that are computed together, and the slots that get their new values with them."""

    need: Need
    members: list[int] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    @property
    def region(self) -> bool:
        return self.need != ALWAYS


@dataclass(frozen=True)
class Regions:
    """The parts of a step in their order. inplace: conditional → the value that it overwrites. crossing: values that
    other parts than their own use. late: slots whose old value is read after the part that computes the new one."""

    needs: Needs
    parts: list[Part]
    inplace: Mapping[int, int]
    crossing: Collection[int]
    late: Collection[str]

    @property
    def guards(self) -> dict[Need, Expr]:
        """The condition under which a region is needed, by its need."""
        asked = list(dict.fromkeys(part.need for part in self.parts if part.region))
        return dict(zip(asked, self.needs.guards(asked), strict=True))


def regions_of(graph: Graph, outputs: Mapping[str, Expr], parameters: Collection[str]) -> Regions | None:
    """How a step with only scalars is cut; None where nothing is worth skipping."""
    needs = needs_of(graph, outputs, parameters)
    if len(needs.branches) == 1:
        return None
    uses = Counter(k for index in needs.of for k in graph.nodes[index].args)
    uses.update(e.index for e in outputs.values())
    inplace: dict[int, int] = {}
    wanted: dict[Need, list[int]] = defaultdict(list)
    for index in sorted(needs.of):
        node = graph.nodes[index]
        if node.op not in LEAVES and not node.boolean:
            wanted[_home(needs, index, uses, inplace)].append(index)
    home = _merged({need: len(members) for need, members in wanted.items()})
    if set(home.values()) == {ALWAYS}:
        return None
    of = {index: home[need] for need, members in wanted.items() for index in members}
    operands = {index: _operands(graph, index) for index in of}
    parts = _ordered(of, operands)
    place = {index: k for k, part in enumerate(parts) for index in part.members}
    crossing = {a for index, args in operands.items() for a in args if place[a] != place[index]}
    # a value that a region may have left as it was, or that nobody computes, is stored at the end
    at_the_end = {slot for slot, e in outputs.items() if e.index in inplace or e.index not in place}
    if at_the_end and parts[-1].region:
        parts.append(Part(ALWAYS))
    for slot, e in outputs.items():
        home_of_slot = len(parts) - 1 if slot in at_the_end else place[e.index]
        parts[home_of_slot].outputs.append(slot)
        if place.get(e.index, home_of_slot) != home_of_slot:
            crossing.add(e.index)
    return Regions(needs, parts, inplace, crossing, _late(graph, parts, outputs))


def _home(needs: Needs, index: int, uses: Counter[int], inplace: dict[int, int]) -> Need:
    """The need of the region that computes a value: its own. A conditional that overwrites one of its sides belongs to
    the region of the other side."""
    need, nodes = needs.of[index], needs.graph.nodes
    if needs.chooses(index):
        condition, a, b = nodes[index].args
        if nodes[a].op not in LEAVES and nodes[b].op not in LEAVES:
            for kept, side in ((b, True), (a, False)):
                if uses[kept] == 1:
                    inplace[index] = kept
                    return needs.taken(need, condition, side)
    return need


def _merged(sizes: dict[Need, int]) -> dict[Need, Need]:
    """Need → the need with whose values its own are computed: itself, or a wider need where its values are few."""
    home = {need: need for need in sizes}
    left = dict(sizes) | {ALWAYS: sizes.get(ALWAYS, 0)}
    for need in sorted(sizes, key=lambda n: (len(n), sorted(n))):
        # narrow needs first: what they add may make a wider need large enough for a region
        if need != ALWAYS and left[need] < SMALLEST:
            wider = [other for other in left if other > need]
            target = min(wider, key=lambda n: (len(n), sorted(n)), default=ALWAYS)
            left[target] += left.pop(need)
            home[need] = target
    return {need: _followed(home, need) for need in home}


def _followed(home: Mapping[Need, Need], need: Need) -> Need:
    while home.get(need, need) != need:
        need = home[need]
    return need


def _operands(graph: Graph, index: int) -> set[int]:
    """The numbers behind a value. Conditions between them are computed again in every part that uses them, because
    comparing is cheaper than storing a condition as a number."""
    found: set[int] = set()
    waiting = list(graph.nodes[index].args)
    while waiting:
        k = waiting.pop()
        node = graph.nodes[k]
        if node.boolean:
            waiting.extend(node.args)
        elif node.op not in LEAVES:
            found.add(k)
    return found


def _ordered(of: Mapping[int, Need], operands: Mapping[int, set[int]]) -> list[Part]:
    """All values in parts of one need each, every part after those that it reads. A greedy choice keeps the parts few:
    next comes a need that waits for no other, otherwise the widest."""
    users: dict[int, list[int]] = defaultdict(list)
    missing = {index: len(args) for index, args in operands.items()}
    blocked: Counter[Need] = Counter()  # by need: operands in other parts that are not computed yet
    ready: dict[Need, list[int]] = defaultdict(list)
    for index, args in operands.items():
        blocked[of[index]] += sum(of[a] != of[index] for a in args)
        for a in args:
            users[a].append(index)
        if not args:
            ready[of[index]].append(index)
    parts: list[Part] = []
    while ready:
        need = min(ready, key=lambda n: (blocked[n] > 0, n != ALWAYS, -len(n), sorted(n)))
        part, waiting = Part(need), ready.pop(need)
        while waiting:
            index = waiting.pop()
            part.members.append(index)
            for user in users[index]:
                missing[user] -= 1
                blocked[of[user]] -= of[user] != need
                if missing[user] == 0:
                    (waiting if of[user] == need else ready[of[user]]).append(user)
        part.members.sort()
        parts.append(part)
    return parts


def _late(graph: Graph, parts: list[Part], outputs: Mapping[str, Expr]) -> set[str]:
    """The slots whose old value is still read after the part that computes the new one."""
    last: dict[str, int] = {}
    for k, part in enumerate(parts):
        waiting = [a for index in part.members for a in graph.nodes[index].args]
        waiting += [outputs[slot].index for slot in part.outputs]
        while waiting:
            node = graph.nodes[waiting.pop()]
            if node.op == "symbol":
                last[str(node.data)] = k
            elif node.boolean:
                waiting.extend(node.args)
    return {slot for k, part in enumerate(parts) for slot in part.outputs if last.get(slot, -1) > k}
