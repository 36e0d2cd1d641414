"""Names in a scenario: which are allowed, and which are used twice."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Mapping
from typing import Any

from ...algebra.reading.calls import FUNCTIONS
from ...algebra.reading.names import RESERVED
from ...algebra.reading.sampling import DISTRIBUTIONS
from ...errors import shown
from ..expressions.context import Context
from ..grammar.problems import ROOT, Problems
from ..grammar.spec import Scenario

MAX_LENGTH = 60
_TAKEN = {*RESERVED, *FUNCTIONS, *DISTRIBUTIONS}


def wrong_names(scenario: Scenario, problems: Problems) -> set[str]:
    """Note names that are not allowed or used twice, and return them. Parameters, phases, graphs, variables, games and
    the means of a selection share one namespace."""
    wrong = set()
    first: dict[str, str] = {}
    kinds = ("params", "phases", "graphs", "variables", "games", "agents", "events")
    groups: dict[str, Mapping[str, Any]] = {group: getattr(scenario, group) for group in kinds}
    groups["selection.means"] = {} if scenario.selection is None else scenario.selection.means
    for group, members in groups.items():
        for name in members:
            place = ROOT
            for step in (*group.split("."), name):
                place = place / step
            message = _unusable(name) if group not in ("agents", "events") else unreadable(name)
            if not message and group not in ("agents", "events"):
                if name in first:
                    message = f"the name {shown(name)} is already used in {first[name]}"
                first.setdefault(name, group)
            if message:
                problems.add(place, message, at_key=True)
                wrong.add(name)
    return wrong


def random_streams(scenario: Scenario, context: Context) -> dict[str, str]:
    """Variable → name of its random stream, for those that state one."""
    found = {name: spec.draw for name, spec in scenario.variables.items() if spec.draw is not None}
    for name, draw in found.items():
        if message := unreadable(draw):
            context.problems.add(ROOT / "variables" / name / "draw", message)
    return found


def unreadable(name: str) -> str:
    """Why a name cannot occur in expressions, as a message; "" if it can."""
    normal = unicodedata.normalize("NFKC", name)
    if normal != name and normal.isidentifier():
        return f"expected the name in its normal form, {shown(normal)}, which is how expressions read {shown(name)}"
    if name.isidentifier() and not keyword.iskeyword(name) and len(name) <= MAX_LENGTH:
        return ""
    return (
        f"expected a name of letters, digits and _ that does not begin with a digit, of at most {MAX_LENGTH} "
        f"characters, got {shown(name)}"
    )


def _unusable(name: str) -> str:
    if name in _TAKEN or keyword.iskeyword(name):
        return f"the name {shown(name)} has a meaning in expressions: choose another one"
    return unreadable(name)
