"""Which agent does something other than what its label says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..arrays import Floats
from ..errors import InputError
from ..rules.base import descending
from ..rules.building.information import looks_at_objectives
from .base import LABELS, answer
from .wording.findings import Findings
from .wording.typical import typical
from .wording.words import between, count, listing, number

FAITHFUL = 0.99  # the least label fidelity of moves that follow the label
OTHERS = 4  # names in a list of agents
FEW = 10  # with fewer recorded ticks than this, the sentence says how many there are
DIGITS = 9  # of a fidelity: the rest is rounding error
LOW, HIGH = 0.05, 0.95  # quantiles that stand for nearly all replicas


@answer("labels", section=LABELS, order=10, needs=("fidelity", "move_norms"), heading="Labels", of="few cells")
def labels(found: Findings) -> list[str]:
    """Which agent follows its label least closely, compared with the others, and what else it descends.

    Agents are ranked by the median label fidelity over replicas; if parameters vary, by the lowest fidelity at any of
    their values. The answer gives the fidelity, the number of ticks behind it if there are few, and the reason if an
    agent has none. Agents whose rule reads no objective are listed separately: they would make the same moves with any
    other label.
    """
    reflexes = [n for n in found.agents if found.has_model and not looks_at_objectives(found.model.agents[n].rule)]
    every = {n: np.round(_column(found, "label_fidelity", n), DIGITS) for n in found.agents if n not in reflexes}
    known = {name: values for name, values in every.items() if np.isfinite(values).any()}
    rank = np.nanmin if found.varies else np.nanmedian
    ordered = {name: known[name] for name in sorted(known, key=lambda name: rank(known[name]))}
    told = []
    if ordered:
        told.append(_faithful(ordered, found) if _lowest(ordered) >= FAITHFUL else _least(ordered, found))
    if reflexes:
        told.append(_reflexes(reflexes, found))
    return told + _unknown([name for name in every if name not in known], found)


def _column(found: Findings, what: str, name: str) -> Floats:
    values: Floats = found.tables.summary[f"{what}.{name}"].to_numpy(float)
    return values


def _faithful(known: Mapping[str, Floats], found: Findings) -> str:
    """ "critic and actor move exactly where their labels point (fidelity 1)." """
    pointing = "where its label points" if len(known) == 1 else "where their labels point"
    move = "moves" if len(known) == 1 else "move"
    if all(_exact(values) for values in known.values()):
        return f"{listing(list(known), OTHERS)} {move} exactly {pointing} (fidelity 1)."
    most = " in 95\u00a0% of replicas" if found.replicas > 1 else ""
    return f"{listing(list(known), OTHERS)} {move} {pointing} (fidelity at least {number(_lowest(known))}{most})."


def _least(known: Mapping[str, Floats], found: Findings) -> str:
    """ "critic follows its label least closely: fidelity 0.1. The other moves exactly where its points (1)." """
    (first, values), *_ = known.items()
    typical_of = {name: typical(found, own) for name, own in known.items()}
    alike = [name for name, told in typical_of.items() if told == typical_of[first]]
    others = [own for name, own in known.items() if name not in alike]
    ticks = int(np.median(_column(found, "label_fidelity_ticks", first)))
    over = f" over {count(ticks, 'recorded tick')}" if ticks < FEW else ""
    does = _followed(values, found, bool(others), len(alike) > 1)
    told = [f"{listing(alike, OTHERS)} {does}: fidelity {typical_of[first]}{over}."]
    told += [_others(others, found)] if others else []
    told += [f"{name} {listing(reasons)}." for name in alike[:OTHERS] if (reasons := _reasons(found, name))]
    return " ".join(told)


def _others(others: Sequence[Floats], found: Findings) -> str:
    one = len(others) == 1
    who = "The other" if one else f"The {len(others)} others"
    if all(map(_exact, others)):
        return f"{who} {'moves exactly where its points' if one else 'move exactly where theirs point'} (1)."
    least, most = (np.nanmin, np.nanmax) if found.varies else (np.nanmedian, np.nanmedian)
    low, high = min(float(least(values)) for values in others), max(float(most(values)) for values in others)
    return f"{who} {'reaches' if one else 'reach'} {between(number(low), number(high))}."


def _exact(values: Floats) -> bool:
    return float(np.nanmin(values)) == 1.0


def _lowest(fidelities: Mapping[str, Floats]) -> float:
    """The fidelity that 95 % of the replicas reach, for the agent for which it is lowest."""
    return float(min(np.nanquantile(values, LOW) for values in fidelities.values()))


def _followed(values: Floats, found: Findings, compared: bool, several: bool) -> str:
    """How the agents follow their labels, in words, by the median over replicas. "Against" needs nearly all replicas;
    where parameters vary, the words hold for all their values."""
    every = float(np.nanquantile(values, HIGH))
    most = every if found.varies else float(np.nanmedian(values))
    follow, move, whose = ("follow", "move", "their labels") if several else ("follows", "moves", "its label")
    if most < FAITHFUL - 1:
        along = "" if every <= -FAITHFUL else f" than along {'them' if several else 'it'}"
        return f"{move}{' more' if along else ''} against {whose}{along}"
    if compared:
        return f"{follow} {whose} least closely"
    if most > 1 - FAITHFUL:
        return f"{follow} {whose} only in part"
    return f"{'do' if several else 'does'} not follow {whose}"


def _reasons(found: Findings, name: str) -> list[str]:
    """What the agent descends besides its label, as far as its rule is known."""
    if not found.has_model:
        return []
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
        return f"{names[0]}'s rule, {rule}, ignores objectives: with any other label it would do the same."
    return f"The rules of {listing(names, OTHERS)} ignore objectives: with any other labels they would do the same."


def _unknown(names: list[str], found: Findings) -> list[str]:
    """Why agents have no label fidelity: a sentence for each reason."""
    because: dict[str, list[str]] = {}
    for name in names:
        because.setdefault(_missing(found, name), []).append(name)
    return [f"{listing(those, OTHERS)} {'has' if len(those) == 1 else 'have'} no label fidelity: {reason}."
            for reason, those in because.items()]


def _missing(found: Findings, name: str) -> str:
    if not found.simulated:
        return "no recorded tick shows a move and what its label asks for"
    position = found.agents.index(name)
    try:
        _ = found.program.agents[position].label_moves
    except InputError as error:
        return f"its rule cannot descend its label ({error})"
    if any(s.moving[position][..., found.mine].any() for s in found.study.samples(["move_norms"])):
        return "its label is undefined whenever a recorded tick shows a move"
    if not found.has_model:
        return "no recorded tick shows a move"
    every, cadence = found.model.agents[name].every, found.model.record.every
    if found.program.clock.continuous or every % cadence == 0:
        return "no recorded tick shows a move"
    return f"no recorded tick shows a move (`record.every: {every}` records all at which there may be one)"
