"""Percepts: how well an agent can tell which phase it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...algebra.graph import Expr
from ...algebra.substitute import depends_on, substitute
from ...rules.base import Rule
from ..expressions.context import Context
from ..grammar.fields import is_number
from ..grammar.problems import Place, found
from ..grammar.spec import Scenario
from ..model import Clock
from ..rule_expressions import expressions_in, with_expressions
from ..ticks import end_of, phase_spans


def resolve_percepts(
    place: Place, observes: Mapping[str, Any] | None, scenario: Scenario, clock: Clock, context: Context
) -> dict[Expr, Expr]:
    """Phase indicator → what the agent perceives instead. For the indicator p_k of phase k that is

        π_k + q_k (p_k − π_k),     π_k the phase's share of the run's time

    With q_k = 1 the agent sees the phase; with q_k = 0 it cannot tell and assumes the average. Phases that `observes`
    does not name have q_k = 1. With two phases, one value applies to both, because the indicators sum to 1.
    """
    sharpness: dict[str, Expr] = {}
    for name, raw in (observes or {}).items():
        at = place / name
        if name in context.broken:
            continue
        if name not in scenario.phases:
            context.problems.unknown(at, "phase", name, scenario.phases, at_key=True)
        elif is_number(raw) and not 0 <= raw <= 1:
            context.problems.add(at, f"expected a number from 0 to 1, got {found(raw)}")
        elif (q := context.one(at, raw)) is not None:
            sharpness[name] = q
    if len(scenario.phases) == 2 and len(sharpness) == 1:
        sharpness = dict.fromkeys(scenario.phases, next(iter(sharpness.values())))
    percepts = {}
    for name, (start, end) in phase_spans(scenario.phases, clock).items():
        if name in sharpness:
            share, indicator = (end - start) / end_of(clock), context.leaves[name]
            percepts[indicator] = share + sharpness[name] * (indicator - share)
    return percepts


def perceived(
    place: Place, pursues: Expr, rule: Rule, percepts: Mapping[Expr, Expr], context: Context
) -> tuple[Expr, Rule]:
    """The pursued objective and the rule with percepts in place of phase indicators, also inside derived variables."""
    if not percepts:
        return pursues, rule
    if not depends_on([pursues, *expressions_in(rule)], list(percepts)):
        message = "neither what the agent pursues nor a setting of its rule depends on the phase: this changes nothing"
        context.problems.add(place, message)
    return substitute([pursues], percepts)[0], with_expressions(rule, lambda e: substitute([e], percepts)[0])
