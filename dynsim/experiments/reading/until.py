"""`until`: the precision that lets a cell have more replicas, and whether it can be reached."""

from __future__ import annotations

from ...algebra.graph import Expr
from ...algebra.operations import BOOLEAN
from ...analysis.motion.verdicts import VERDICTS
from ...compiler.program import Program
from ...errors import DynsimError, shown
from ...system.grammar.problems import ROOT, Problems, suggestion
from ...system.model import Model
from ..columns import columns_named
from ..design.base import Adaptive, Design
from ..expressions import expression_of
from ..grammar.spec import ExperimentSpec
from ..model import Experiment
from ..quantities import quantity
from ..replicating import FIRST
from ..until import VERDICT, Until

UNTIL = ROOT / "until"


def read_until(spec: ExperimentSpec, design: Design | None, problems: Problems) -> Until | None:
    """What `until` states. None, with notes, of a precision that is missing or stated twice, or of a design that decides
    on replicas itself."""
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


def check_until(experiment: Experiment, model: Model, program: Program, written: bool, problems: Problems) -> None:
    """Note what `until` cannot be reached with. model, program: of the scenario without any change. written: whether
    the experiment itself says how many replicas there are."""
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
    _check_column(until, experiment, model, program, problems)


def check_independent(model: Model, where: str, problems: Problems) -> None:
    """Note replicas that depend on how many there are. where: in which variant, in words."""
    sweeps = [*model.ensemble.vary.values(), *model.ensemble.grid.values()]
    if model.selection is not None:
        problems.add(UNTIL, f"replicas that compete in a selection cannot become more{where}", at_key=True)
    elif any(sweep.values is not None for sweep in sweeps):
        problems.add(UNTIL, "replicas of the scenario's own sweep cannot become more: `set: {ensemble.vary: {}, "
                     f"ensemble.grid: {{}}}}` empties it{where}", at_key=True)


def _check_column(until: Until, experiment: Experiment, model: Model, program: Program, problems: Problems) -> None:
    """Note a column that is not collected, or whose precision is measured in another way."""
    named = {text: columns_named(text, model) for text in experiment.collect if text != VERDICT[:-1]}
    columns = {column: text for text, own in named.items() for column in own or ()}
    if until.of.startswith(VERDICT):
        name = until.of.removeprefix(VERDICT)
        if name not in VERDICTS:
            problems.unknown(UNTIL / "of", "verdict", name, VERDICTS)
            return
    elif until.of not in columns and None not in named.values():  # the columns of a metric are known once it is there
        near = suggestion(until.of, [*columns, *(VERDICT + name for name in VERDICTS)])
        problems.add(UNTIL / "of", f"{shown(until.of)} is no column of what is collected{near}")
        return
    share = until.of.startswith(VERDICT) or _is_condition(columns.get(until.of, ""), model, program)
    if share and until.se is not None:
        problems.add(UNTIL / "se", f"{until.of} is a share of replicas: give `half_width`, that of its 95 % interval",
                     at_key=True)
    if not share and until.half_width is not None:
        problems.add(UNTIL / "half_width", f"{until.of} is a number: give `se`, the standard error of its mean",
                     at_key=True)


def _is_condition(text: str, model: Model, program: Program) -> bool:
    if not text or quantity(text).kind != "expression":
        return False
    try:
        expr = expression_of(text, model, program)
    except DynsimError:  # reported at `collect`
        return False
    return isinstance(expr, Expr) and expr.op in BOOLEAN
