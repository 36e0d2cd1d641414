"""What an experiment collects: whether every quantity exists in every variant."""

from __future__ import annotations

from collections.abc import Sequence

from ...analysis.conflict_log.metrics.base import LOG_METRICS
from ...analysis.requested_metrics.base import REQUESTED_METRICS
from ...analysis.requested_metrics.base import make as make_metric
from ...compiler.program import Program
from ...errors import ExpressionError, InputError, shown
from ...system.grammar.problems import ROOT, Problems, suggestion
from ...system.model import Model
from ..expressions import expression_of
from ..quantities import DEFAULT, WORDS, Quantity, quantity

COLLECT = ROOT / "collect"


def collected(raw: Sequence[str] | None, model: Model) -> tuple[str, ...]:
    """What is collected: the verdict, and what was asked for; without `collect`, what most experiments need."""
    if raw is None:
        return tuple(word for word in DEFAULT if word != "base" or model.base is not None)
    return ("verdict", *(text for text in raw if text.strip() != "verdict"))


def check_collected(raw: Sequence[str] | None, model: Model, program: Program, problems: Problems) -> None:
    """Note every quantity of `collect` that the scenario, without any change, does not have. A variant may lack some of
    them: its cells have no value there."""
    for k, text in enumerate(raw or ()):
        message, column = _mistake(quantity(text), model, program)
        if message:
            problems.add(COLLECT / k, message, text=text, column=column)


def _mistake(asked: Quantity, model: Model, program: Program) -> tuple[str, int | None]:
    """Why the model has no such quantity, and the column in its text; "" if it has."""
    if asked.kind == "base" and model.base is None:
        return "the scenario has no base objective", None
    if asked.kind == "objectives" and not model.agents:
        return "the scenario has no agents", None
    if asked.kind == "metric":
        return _unknown_metric(asked.about), None
    if asked.kind not in ("mean", "expression"):
        return "", None
    try:
        expression_of(asked.about, model, program)
    except InputError as error:
        return str(error), None
    except ExpressionError as error:
        hint = suggestion(asked.about, WORDS) if asked.kind == "expression" and asked.about.isidentifier() else ""
        near = hint if "did you mean" in hint and "did you mean" not in error.message else ""
        return error.message + near, error.column + asked.text.index(asked.about)
    return "", None


def _unknown_metric(name: str) -> str:
    known = [*LOG_METRICS.names(), *REQUESTED_METRICS.names()]
    if name not in known:
        return f"unknown metric {shown(name)}{suggestion(name, known)}"
    over_time = f"metric {shown(name)} has values over time, and what is collected is one number for each replica"
    if name in LOG_METRICS.names():
        return "" if LOG_METRICS.get(name).table == "summary" else over_time
    if REQUESTED_METRICS.get(name).shape == "lines":
        return over_time
    try:
        make_metric(name, {})
    except InputError as error:
        return str(error)
    return ""
