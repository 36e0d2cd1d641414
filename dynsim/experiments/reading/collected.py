"""What an experiment collects: whether a model has every quantity that is named."""

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
from .everywhere import Mistake, Named

COLLECT = ROOT / "collect"


def collected(raw: Sequence[str] | None, model: Model) -> tuple[str, ...]:
    """What is collected: the verdict, and what was asked for; without `collect`, what most experiments need."""
    if raw is None:
        return tuple(word for word in DEFAULT if word != "base" or model.base is not None)
    return ("verdict", *(text for text in raw if text.strip() != "verdict"))


def named_quantities(raw: Sequence[str] | None) -> list[Named]:
    """The entries of `collect`, each with what it needs of a model. `objectives` are those of the agents that there
    are: a variant may have none."""
    asked = [quantity(text) for text in raw or ()]
    return [Named(COLLECT / k, one.text, _Needs(one), one.kind != "objectives") for k, one in enumerate(asked)]


def check_metrics(raw: Sequence[str] | None, problems: Problems) -> None:
    """Note every metric that no experiment can collect, whatever its scenario is."""
    for k, text in enumerate(raw or ()):
        asked = quantity(text)
        if asked.kind == "metric" and (message := wrong_metric(asked.about)):
            problems.add(COLLECT / k, message)


class _Needs:
    """What a quantity needs of a model."""

    def __init__(self, asked: Quantity) -> None:
        self._asked = asked

    def __call__(self, model: Model, program: Program) -> Mistake:
        asked = self._asked
        if asked.kind == "base" and model.base is None:
            return "the scenario has no base objective", None
        if asked.kind == "objectives" and not model.agents:
            return "the scenario has no agents", None
        if asked.kind == "metric":
            return wrong_metric(asked.about) or _useless_metric(asked.about, model), None
        if asked.kind in ("mean", "expression"):
            return _wrong_expression(asked, model, program)
        return "", None


def _wrong_expression(asked: Quantity, model: Model, program: Program) -> Mistake:
    try:
        expression_of(asked.about, model, program)
    except InputError as error:
        return str(error), None
    except ExpressionError as error:
        hint = suggestion(asked.about, WORDS) if asked.kind == "expression" and asked.about.isidentifier() else ""
        near = hint if "did you mean" in hint and "did you mean" not in error.message else ""
        return error.message + near, error.column + asked.text.index(asked.about)
    return "", None


def wrong_metric(name: str) -> str:
    """Why no experiment can collect a metric of this name; "" if it can."""
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


def _useless_metric(name: str, model: Model) -> str:
    if model.agents or name in LOG_METRICS.names() or not REQUESTED_METRICS.get(name).agents:
        return ""
    return f"metric {shown(name)} is about agents, and the scenario has none"
