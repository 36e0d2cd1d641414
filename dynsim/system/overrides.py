"""`--set PATH=VALUE`: changes to a scenario before it is validated.

The keys in PATH are separated by dots; [k] or .k is an item of a list, counted from 0: `agents.critic.rule.rate`,
`params.q[1]`. The name of a rule, game or selection scheme may be left out. VALUE is read as YAML. Missing keys are
added if the mapping may have them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InputError, Problem, shown
from .grammar.problems import suggestion
from .text.yaml_loader import Location, dotted, load

MAX_STEPS = 32
_STEP = re.compile(r"\.?([^.\[\]=\s]+)|\[(\d{1,9})\]")


def apply_overrides(data: dict[str, Any], overrides: Sequence[str]) -> tuple[dict[str, Any], tuple[Location, ...]]:
    """The data with the overrides applied in order, and the places that they changed. The data itself stays unchanged.
    Raises InputError that lists every override that does not apply."""
    problems: list[Problem] = []
    changed: list[Location] = []
    for override in overrides:
        path, separator, text = override.partition("=")
        try:
            if not separator:
                raise InputError("expected PATH=VALUE")
            data, location = _replaced(data, _steps(path.strip()), _value(text))
            changed.append(location)
        except InputError as error:
            problems += [Problem(p.message, shown(override, 80), "--set") for p in error.problems]
    if problems:
        raise InputError(*problems)
    return data, tuple(changed)


def apply_changes(
    data: dict[str, Any], changes: Mapping[str, Any], removed: Sequence[str] = ()
) -> tuple[dict[str, Any], tuple[Location, ...]]:
    """The data without what stands at the paths `removed`, then with every value of `changes` at its path; and the
    places that the changes changed. The values are plain data. The data itself stays unchanged. Raises InputError that
    lists every path that does not apply."""
    problems: list[Problem] = []
    changed: list[Location] = []
    for path in removed:
        try:
            data = _without(data, _steps(path))
        except InputError as error:
            problems += [Problem(p.message, path) for p in error.problems]
    for path, value in changes.items():
        try:
            data, location = _replaced(data, _steps(path), value)
            changed.append(location)
        except InputError as error:
            problems += [Problem(p.message, path) for p in error.problems]
    if problems:
        raise InputError(*problems)
    return data, tuple(changed)


def location_of(data: dict[str, Any], path: str) -> Location:
    """Where the value at `path` stands, or would be added, in the data: paths that mean the same value have the same
    location. Raises InputError if the path does not apply."""
    steps = _steps(path)
    here: Any = dict(data)
    location: Location = ()
    for k, step in enumerate(steps):
        here, location = _into_plugin(here, location, step)
        key: Any = _key(here, location, step, last=k == len(steps) - 1)
        location = (*location, key)
        if k < len(steps) - 1:
            here = _opened(here[key] if isinstance(here, list) else here.get(key), location)
    return location


def written(location: Location) -> str:
    """The location as messages and the model's parameters have it: without the names of rules, games and schemes."""
    return dotted(tuple(key for k, key in enumerate(location) if not _is_plugin(location[:k])))


def _without(root: dict[str, Any], steps: Sequence[str]) -> dict[str, Any]:
    """The data without the key or item at the path. Only the mappings and lists on the path are copied."""
    root = dict(root)
    here: Any = root
    location: Location = ()
    for k, step in enumerate(steps):
        here, location = _into_plugin(here, location, step)
        key: Any = _key(here, location, step, last=False)
        if isinstance(here, dict) and key not in here:
            raise InputError(f"there is no {shown(step)} in {_text(location)}{suggestion(step, here)}")
        location = (*location, key)
        if k == len(steps) - 1:
            del here[key]
            break
        here[key] = _opened(here[key], location)
        here = here[key]
    return root


def _value(text: str) -> Any:
    """The value of one line of YAML, as it would follow `key:`."""
    if "\n" in text or "\r" in text:
        raise InputError("expected a value on one line")
    return load(f"value: {text}\n").data["value"]


def _steps(path: str) -> list[str]:
    steps, end = [], 0
    while end < len(path):
        match = _STEP.match(path, end)
        if match is None or (end == 0 and path[0] in ".["):
            raise InputError(f"expected a path such as agents.critic.rule.rate or params.q[0], got {shown(path)}")
        steps.append(match[1] or match[2])
        end = match.end()
    if not steps or len(steps) > MAX_STEPS:
        raise InputError(f"expected a path such as agents.critic.rule.rate or params.q[0], got {shown(path)}")
    return steps


def _replaced(root: dict[str, Any], steps: Sequence[str], value: Any) -> tuple[dict[str, Any], Location]:
    """The data with `value` at the path, and the location that changed: that of the first key that had to be added,
    else of the value. Only the mappings and lists on the path are copied."""
    root = dict(root)
    here: Any = root
    location: Location = ()
    made: Location | None = None  # location of the first key that had to be added
    for k, step in enumerate(steps):
        here, location = _into_plugin(here, location, step)
        key: Any = _key(here, location, step, last=k == len(steps) - 1)
        location = (*location, key)
        if k == len(steps) - 1:
            here[key] = value
            break
        if made is None and isinstance(here, dict) and key not in here:
            made = location
        here[key] = _opened(here[key] if isinstance(here, list) else here.get(key), location)
        here = here[key]
    return root, made or location


def _opened(value: Any, location: Location) -> Any:
    """A copy of a mapping or list on the path, to be changed; a rule that is a mere name becomes {name: {}}."""
    if value is None:
        return {}
    if isinstance(value, str) and _is_plugin(location):
        return {value: {}}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list):
        return list(value)
    raise InputError(f"there is nothing below {_text(location)}, which is {shown(str(value))}")


def _into_plugin(here: Any, location: Location, step: str) -> tuple[Any, Location]:
    """The settings of the rule or game, if the path leaves out its name; otherwise `here` unchanged."""
    if _is_plugin(location) and isinstance(here, dict) and len(here) == 1 and step not in here:
        ((name, settings),) = here.items()
        here[name] = _opened(settings, (*location, name))
        return here[name], (*location, name)
    return here, location


def _is_plugin(location: Location) -> bool:
    """Whether the location holds {name: {settings}}: a game, a selection scheme, a rule, or a rule inside a rule."""
    if location[:1] == ("games",):
        return len(location) == 2
    if location[:1] == ("selection",):
        return location[1:] in (("scheme",), ("groups", "scheme"))
    if location[:1] != ("agents",) or len(location) < 3 or location[2] != "rule":
        return False
    return location[-1] == "rule" or (location[-2] == "rules" and isinstance(location[-1], int))


def _key(here: Any, location: Location, step: str, last: bool) -> str | int:
    if isinstance(here, list):
        if not step.isdigit() or int(step) >= len(here):
            raise InputError(
                f"{_text(location)} is a list of {len(here)}: expected [0] to [{len(here) - 1}], got {shown(step)}"
            )
        return int(step)
    params = here.get("params")
    if location == () and step not in here and isinstance(params, Mapping) and step in params:
        raise InputError(f"there is no section {shown(step)}: the parameter is params.{step}")
    # A new parameter is refused: no expression mentions it, so it would change nothing.
    if step not in here and (location == ("params",) or not (last or _may_grow(location))):
        raise InputError(f"there is no {shown(step)} in {_text(location)}{suggestion(step, here)}")
    return step


def _may_grow(location: Location) -> bool:
    """Whether a section may be added there: at the top, in the ensemble, or in an agent, variable, event or graph."""
    return location in ((), ("ensemble",)) or (
        len(location) == 2 and location[0] in ("agents", "variables", "events", "graphs")
    )


def _text(location: Location) -> str:
    return ".".join(map(str, location)) if location else "the scenario"
