"""The columns of a replica that a quantity becomes, as far as the scenario alone tells."""

from __future__ import annotations

from ..analysis.conflict_log.episodes.base import KINDS
from ..system.component_names import component_names
from ..system.model import Model
from .quantities import quantity


def columns_named(text: str, model: Model) -> tuple[str, ...] | None:
    """The columns of a collected quantity; None of a metric, whose columns only its table tells."""
    match quantity(text).kind:
        case "metric":
            return None
        case "episodes":
            return tuple(f"{what}.{kind}" for kind in KINDS.names() for what in ("episodes", "onset"))
        case "objectives":
            return tuple(f"{what}.{agent}" for agent in model.agents for what in ("objective", "first_objective"))
        case "base":
            return ("base.last",)
        case "final":
            states = [variable for variable in model.variables.values() if variable.kind == "state"]
            return tuple(n for v in states if v.population is None for n in component_names(v.name, v.shape))
        case _:
            return (text,)
