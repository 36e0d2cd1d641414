"""Which module does something else than its label says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..analysis.metrics.label_fidelity import moving
from ..errors import InputError
from ..rules.base import descending
from ..rules.needs import looks_at_objectives
from .findings import Findings, Floats
from .registry import answer
from .sweep import along
from .words import between, count, listing, number, spread

FAITHFUL = 0.99  # a label fidelity from which on the moves follow the label
OTHERS = 4
FEW = 10  # recorded ticks, below which they are told
DIGITS = 9  # of a fidelity: what is less is rounding
LOW, HIGH = 0.05, 0.95


@answer("labels", order=40, heading="Labels")
def labels(found: Findings) -> list[str]:
    """Who follows its label least closely, against the others, and what else it descends.

    Median and 5 to 95 % of the replicas of the label fidelity, the number of ticks that it is of where they are few,
    and why there is none of an agent. Agents whose rule looks at no objective are told apart: whatever they do, they
    would do the same with another label.
    """
    reflexes = [n for n in found.agents if not looks_at_objectives(found.model.agents[n].rule)]
    every = {n: np.round(_column(found, "label_fidelity", n), DIGITS) for n in found.agents if n not in reflexes}
    known = {name: values for name, values in every.items() if np.isfinite(values).any()}
    ordered = {name: known[name] for name in sorted(known, key=lambda name: np.nanmedian(known[name]))}
    told = []
    if ordered:
        told.append(_faithful(ordered, found) if _lowest(ordered) >= FAITHFUL else _least(ordered, found))
    if reflexes:
        told.append(_reflexes(reflexes, found))
    return told + _unknown([name for name in every if name not in known], found)


def _column(found: Findings, what: str, name: str) -> Floats:
    values: Floats = found.tables.summary[f"{what}.{name}"].to_numpy(float)
    return values


def _spread(values: Floats) -> str:
    return spread(values, low=LOW, high=HIGH, about="middle 90\u00a0%: ")


def _lowest(fidelities: Mapping[str, Floats]) -> float:
    """What 95 % of the replicas reach, of the agent that reaches least."""
    return float(min(np.nanquantile(values, LOW) for values in fidelities.values()))


def _faithful(known: Mapping[str, Floats], found: Findings) -> str:
    follows = "moves the way its label points" if len(known) == 1 else "move the way their labels point"
    lowest = number(_lowest(known))
    reached = lowest if lowest == "1" else f"at least {lowest}"
    where = " in 95\u00a0% of the replicas" if found.replicas > 1 else ""
    return f"{listing(list(known), OTHERS)} {follows}: label fidelity {reached}{where}."


def _least(known: Mapping[str, Floats], found: Findings) -> str:
    """ "critic follows its label least closely: label fidelity 0.1 (middle 90 %: 0–0.3); that of the other is 1." """
    (name, values), *others = known.items()
    medians = [number(float(np.nanmedian(other))) for _, other in others]
    of_others = {0: "", 1: "that of the other is "}.get(len(others), f"that of the {len(others)} others is ")
    against = f"; {of_others}{between(medians[0], medians[-1])}" if others else ""
    depends, reason = along(found, values), _reasons(found, name)
    ticks = int(np.median(_column(found, "label_fidelity_ticks", name)))
    rests = f", of {count(ticks, 'recorded tick')} alone" if ticks < FEW else ""
    return (
        f"{name} {_followed(values, bool(others))}: label fidelity {_spread(values)}{rests}"
        f"{depends and f', which {depends}'}{against}.{f' {name} {listing(reason)}.' if reason else ''}"
    )


def _followed(values: Floats, compared: bool) -> str:
    if float(np.nanquantile(values, HIGH)) <= -FAITHFUL:
        return "moves against its label"
    return "follows its label least closely" if compared else "follows its label only in part"


def _reasons(found: Findings, name: str) -> list[str]:
    """What it descends besides its label."""
    agent = found.model.agents[name]
    reasons = []
    if agent.pursues != agent.label:
        reasons.append("pursues something else than it declares")
    givers = [other for other, weight in agent.credit.items() if found.ever(weight)]
    if givers:
        reasons.append(f"gets credit from {listing(givers)}")
    if descending(agent.rule, agent.label) is not agent.rule:
        reasons.append(f"has other objectives in its rule {agent.rule.name}")
    return reasons


def _reflexes(names: list[str], found: Findings) -> str:
    if len(names) == 1:
        rule = found.model.agents[names[0]].rule.name
        return f"{names[0]} moves by a rule that looks at no objective, {rule}: with any label it would do the same."
    return f"{listing(names, OTHERS)} move by rules that look at no objective: with any labels they would do the same."


def _unknown(names: list[str], found: Findings) -> list[str]:
    """Why agents have no label fidelity: a sentence for every reason."""
    because: dict[str, list[str]] = {}
    for name in names:
        because.setdefault(_missing(found, name), []).append(name)
    return [f"No label fidelity of {listing(those, OTHERS)}: {reason}." for reason, those in because.items()]


def _missing(found: Findings, name: str) -> str:
    position = found.agents.index(name)
    try:
        _ = found.program.agents[position].label_moves
    except InputError as error:
        return f"its rule cannot descend its label ({error})"
    if any(moving(found.study, sample)[position].any() for sample in found.study.samples()):
        return "what its label asks for is undefined at every recorded tick at which it moves"
    every, cadence = found.model.agents[name].every, found.model.record.every
    if found.program.clock.continuous or every % cadence == 0:
        return "at no recorded tick does it move"
    return f"at no recorded tick does it move; `record.every: {every}` records all at which it may"
