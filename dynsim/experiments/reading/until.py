"""`until`: the precision that lets a cell have more replicas, and whether it can be reached."""

from __future__ import annotations

from dataclasses import replace

from ...algebra.operations import BOOLEAN
from ...compiler.program import Program
from ...errors import DynsimError
from ...system.grammar.problems import ROOT, Problems
from ...system.model import Model
from ..design.base import Adaptive, Design
from ..expressions import expression_of
from ..grammar.spec import ExperimentSpec
from ..model import Experiment
from ..quantities import quantity
from ..replicating import FIRST
from ..until import VERDICT, Until
from .columns import named_column
from .everywhere import Named

UNTIL = ROOT / "until"


def read_until(spec: ExperimentSpec, design: Design | None, problems: Problems) -> Until | None:
    """What `until` states. None, with notes, of a precision that is missing or stated twice, or next to a design that
    decides on replicas itself."""
    raw = spec.until
    if raw is None:
        return None
    if isinstance(design, Adaptive):
        problems.add(UNTIL, f"design {design.name} decides itself how many replicas a cell has", at_key=True)
    elif raw.se is None and raw.half_width is None:
        problems.add(UNTIL, "how precise? Give `se`, the standard error of a mean, or `half_width`, that of the 95 % "
                     "interval of a share", at_key=True)
    elif raw.se is not None and raw.half_width is not None:
        problems.add(UNTIL / "half_width", "give `se` or `half_width`, not both", at_key=True)
    else:
        return Until(raw.of, raw.most, raw.se, raw.half_width)
    return None


def named_until(experiment: Experiment) -> list[Named]:
    """The column that `until` reads; a variant without it needs no more replicas."""
    if experiment.until is None:
        return []
    named = named_column(UNTIL / "of", experiment.until.of, experiment.collect)
    return [replace(named, everywhere=False)]


def check_until(experiment: Experiment, base: tuple[Model, Program], written: bool, problems: Problems) -> None:
    """Note numbers of replicas that do not fit, and a precision that is measured in another way. base: the model and
    the program without any change. written: whether the experiment itself says how many replicas there are."""
    until = experiment.until
    if until is None:
        return
    first, place = experiment.replicas, ROOT / "replicas" if written else UNTIL
    if first < FIRST:
        whose = "" if written else ", the scenario's own number: give `replicas`"
        problems.add(place, f"`until` begins with {FIRST} replicas or more, got {first}{whose}", at_key=not written)
    elif until.most <= first:
        problems.add(UNTIL / "most", f"expected more than the {first:,} replicas that a cell begins with, got "
                     f"{until.most:,}")
    share = until.of.startswith(VERDICT) or _is_condition(until.of, *base)
    if until.of == VERDICT[:-1]:
        problems.add(UNTIL / "of", "a verdict is no number: give `verdict.NAME`, the share of replicas that have it")
    elif share and until.se is not None:
        problems.add(UNTIL / "se", f"{until.of} is a share of replicas: give `half_width`, that of its 95 % interval",
                     at_key=True)
    elif not share and until.half_width is not None:
        problems.add(UNTIL / "half_width", f"{until.of} is a number: give `se`, the standard error of its mean",
                     at_key=True)


def check_independent(model: Model, where: str, problems: Problems) -> None:
    """Note replicas that depend on how many there are. where: in which variant, in words."""
    sweeps = [*model.ensemble.vary.values(), *model.ensemble.grid.values()]
    if model.selection is not None:
        problems.add(UNTIL, f"replicas that compete in a selection cannot become more{where}", at_key=True)
    elif any(sweep.values is not None for sweep in sweeps):
        problems.add(UNTIL, "replicas of the scenario's own sweep cannot become more: `set: {ensemble.vary: {}, "
                     f"ensemble.grid: {{}}}}` empties it{where}", at_key=True)


def _is_condition(text: str, model: Model, program: Program) -> bool:
    """Whether a text is a condition of the last states, so that a replica has 1 or 0."""
    if quantity(text).kind != "expression":
        return False
    try:
        expr = expression_of(text, model, program)
    except DynsimError:  # the name of a column, or a mistake that is reported as one
        return False
    return expr.op in BOOLEAN
