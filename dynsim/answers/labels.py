"""Which module does something else than its label says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .findings import Findings, Floats
from .registry import answer
from .sweep import along
from .words import between, count, listing, number, spread

FAITHFUL = 0.99  # a label fidelity from which on the moves follow the label
OTHERS = 4
LOW, HIGH = 0.05, 0.95


@answer("labels", order=40, heading="Labels")
def labels(found: Findings) -> list[str]:
    """Whose moves its declared gradient explains least, against the others, and what else moves it.

    Median and 5 to 95 % of the replicas of the label fidelity. Agents whose rule has a memory are told apart: that
    lowers the fidelity of an honest agent, too.
    """
    summary = found.tables.summary
    every = {name: summary[f"label_fidelity.{name}"].to_numpy(float) for name in found.agents}
    known = {name: values for name, values in every.items() if np.isfinite(values).any()}
    remembering = {name: values for name, values in known.items() if _has_memory(found, name)}
    ordered = sorted(known, key=lambda name: np.nanmedian(known[name]))
    plain = {name: known[name] for name in ordered if name not in remembering}
    told = []
    if plain:
        told.append(_faithful(plain, found) if _lowest(plain) >= FAITHFUL else _least(plain, found))
    if remembering:
        told.append(_memories(remembering, found))
    return told


def _spread(values: Floats) -> str:
    return spread(values, low=LOW, high=HIGH, about="middle 90\u00a0%: ")


def _has_memory(found: Findings, name: str) -> bool:
    return any(slot.role == "memory" and slot.name.startswith(f"{name}.") for slot in found.program.states)


def _lowest(fidelities: Mapping[str, Floats]) -> float:
    """What 95 % of the replicas reach, of the agent that reaches least."""
    return float(min(np.nanquantile(values, LOW) for values in fidelities.values()))


def _faithful(plain: Mapping[str, Floats], found: Findings) -> str:
    moves = "moves along the gradient of its label" if len(plain) == 1 else "move along the gradients of their labels"
    lowest = number(_lowest(plain))
    reached = lowest if lowest == "1" else f"at least {lowest}"
    where = " in 95\u00a0% of the replicas" if found.replicas > 1 else ""
    return f"{listing(list(plain), OTHERS)} {moves}: label fidelity {reached}{where}."


def _least(plain: Mapping[str, Floats], found: Findings) -> str:
    """ "critic's label explains least of its moves: label fidelity 0.1 (middle 90 %: 0–0.3); the others' is 0.9–1." """
    (name, values), *others = plain.items()
    medians = [number(float(np.nanmedian(other))) for _, other in others]
    of_others = {0: "", 1: "that of the other is "}.get(len(others), f"that of the {len(others)} others is ")
    against = f"; {of_others}{between(medians[0], medians[-1])}" if others else ""
    depends, reason = along(found, values), _reasons(found, name)
    explains = "explains least" if others else "does not explain all"
    return (
        f"{name}'s label {explains} of its moves: label fidelity {_spread(values)}"
        f"{depends and f', which {depends}'}{against}.{f' {name} {listing(reason)}.' if reason else ''}"
    )


def _memories(remembering: Mapping[str, Floats], found: Findings) -> str:
    shown = []
    for name, values in list(remembering.items())[:OTHERS]:
        why = "; ".join([found.model.agents[name].rule.name, *_reasons(found, name, rule=False)])
        shown.append(f"{name} ({why}) {_spread(values)}")
    if len(remembering) > OTHERS:
        shown.append(count(len(remembering) - OTHERS, "other"))
    return f"A rule with a memory lowers the label fidelity of an honest agent, too: {listing(shown, OTHERS + 1)}."


def _reasons(found: Findings, name: str, rule: bool = True) -> list[str]:
    """What there is besides the gradient of the label."""
    agent = found.model.agents[name]
    reasons = []
    if agent.pursues != agent.declared:
        reasons.append("pursues something else than it declares")
    givers = [other for other, weight in agent.credit.items() if found.ever(weight)]
    if givers:
        reasons.append(f"gets credit from {listing(givers)}")
    if rule and agent.rule.name != "gradient":
        reasons.append(f"learns by {agent.rule.name}")
    return reasons
