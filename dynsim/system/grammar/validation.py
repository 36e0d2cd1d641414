"""Validates the structure of a scenario, or of another file that has a grammar: the keys of every section, and the type
of every value.

Whatever is wrong is noted and removed, and the rest is validated again. The rest can then still be resolved, so that
one run reports mistakes of structure and of meaning together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ...errors import shown
from .problems import ROOT, Place, Problems, found, suggestion
from .spec import Scenario

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Grammar(Generic[M]):
    """What a file may contain. model: its keys. defaults: stand-ins for the keys that it must have, so that the rest
    can be read without them. groups: sections of named things; if a whole one is wrong, so is everything that mentions
    them. inner: sections whose keys are easily written at the top by mistake."""

    model: type[M]
    defaults: Mapping[str, Any]
    groups: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()


_SCENARIO = Grammar(
    Scenario,
    {"dynsim": 1, "title": ""},
    ("params", "phases", "graphs", "variables", "games", "agents"),
    ("ensemble", "clock", "record"),
)


def validated(data: Mapping[str, Any], problems: Problems) -> tuple[Scenario, set[str]]:
    """The scenario without what is wrong in it, and what is broken by that; see `validated_by`."""
    return validated_by(_SCENARIO, data, problems)


def validated_by(grammar: Grammar[M], data: Mapping[str, Any], problems: Problems) -> tuple[M, set[str]]:
    """The document without what is wrong in it, and what is broken by that: names of things that lost a key, `name.`
    for sections, and the paths of the keys.

    Raises InputError at once if a whole group of the grammar is wrong.
    """
    everything = _copy(data, ROOT, problems)
    # `events:` with nothing below it equals no events; an unknown key is reported even without a value.
    known = grammar.model.model_fields
    rest = {key: value for key, value in everything.items() if value is not None or key not in known}
    broken: set[str] = set()
    removed: set[tuple[Any, ...]] = set()
    while True:
        try:
            return grammar.model.model_validate(rest), broken
        except ValidationError as error:
            for details in error.errors(include_url=False, include_context=False):
                _note(grammar, details, removed, problems)
                _take_out(grammar, details, rest, removed, broken)
                if len(details["loc"]) == 1 and details["loc"][0] in grammar.groups:
                    problems.finish()


def _copy(value: Any, place: Place, problems: Problems) -> Any:
    """A copy whose mappings and lists can be changed; Vectors and other objects of scripts are shared.

    Keys that are not text, which only scripts can have, are noted and left out.
    """
    if not isinstance(value, Mapping):
        return [_copy(item, place / k, problems) for k, item in enumerate(value)] if type(value) is list else value
    for key in value:
        if not isinstance(key, str):
            problems.add(place, f"expected text as the key, got {found(key)}")
    return {key: _copy(item, place / key, problems) for key, item in value.items() if isinstance(key, str)}


def _place(location: tuple[Any, ...]) -> Place:
    place = ROOT
    for key in location:
        place = place / key
    return place


def _note(grammar: Grammar[M], details: ErrorDetails, removed: set[tuple[Any, ...]], problems: Problems) -> None:
    location, kind, model = details["loc"], details["type"], grammar.model
    if kind == "missing":
        if location not in removed:
            meaning = _meaning(model, location)
            problems.add(_place(location[:-1]), f"the key {shown(str(location[-1]))} is missing: {meaning}")
    elif kind == "extra_forbidden":
        name = str(location[-1])
        home = [key for key in grammar.inner if name in _section(model, (key,)).model_fields]
        hint = suggestion(name, _section(model, location[:-1]).model_fields)
        if home and len(location) == 1:
            hint = f": it belongs below `{home[0]}`"
        problems.add(_place(location), f"unknown key{hint}", at_key=True)
    elif kind in ("model_type", "dict_type", "model_attributes_type"):
        problems.add(_place(location), f"expected a mapping, got {found(details['input'])}")
    else:
        problems.add(_place(location), details["msg"])


def _take_out(
    grammar: Grammar[M], details: ErrorDetails, data: Any, removed: set[tuple[Any, ...]], broken: set[str]
) -> None:
    location = details["loc"]
    if details["type"] == "missing":
        if len(location) == 1:
            data[location[0]] = grammar.defaults[str(location[0])]
            return
        location = location[:-1]
    if details["type"] != "extra_forbidden":
        broken |= {".".join(map(str, location))} if len(location) > 1 else set()
        broken.add(str(location[1]) if location[0] in grammar.groups and len(location) > 1 else str(location[0]) + ".")
    for key in location[:-1]:
        data = data.get(key, {})
    if isinstance(data, dict):
        data.pop(location[-1], None)
        removed.add(location)


def _section(model: type[BaseModel], location: tuple[Any, ...]) -> type[BaseModel]:
    """The pydantic model of the section at a location below `model`."""
    for key in location:
        if key in model.model_fields:
            annotation = model.model_fields[key].annotation
            candidates = [annotation, *get_args(annotation)]
            model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return model


def _meaning(model: type[BaseModel], location: tuple[Any, ...]) -> str:
    return _section(model, location[:-1]).model_fields[str(location[-1])].description or ""
