"""The JSON Schema of scenario files, for editors and for the reference in the documentation."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...games.base import GAMES
from ...registry import Registry
from ...rules.base import RULES
from ...selection.base import SCHEMES
from ...settings import (
    ArraySetting,
    ChoiceSetting,
    CountSetting,
    ExpressionSetting,
    NestedListSetting,
    NestedSetting,
    NumberSetting,
    settings_of,
)
from .spec import Scenario

Json = dict[str, Any]

_EXPRESSION: Json = {"type": ["number", "string"]}
_EXPRESSIONS: Json = {"anyOf": [_EXPRESSION, {"type": "array", "items": {"$ref": "#/$defs/Expressions"}}]}


def schema() -> Json:
    """The JSON Schema (draft 2020-12) of a scenario file, as plain data.

    It describes every key with its meaning and an example, and every registered rule, game and selection scheme with
    its settings.
    """
    result = Scenario.model_json_schema()
    definitions = result["$defs"]
    definitions["Expressions"] = _EXPRESSIONS
    definitions["Rule"] = plugins_schema(RULES, "A learning rule: its name, or its name and its settings.", {})
    actions = {"actions": {"type": "array", "minItems": 1, "description": "One expression or vector per player."}}
    definitions["Game"] = plugins_schema(GAMES, "A ready-made objective: its name and its settings.", actions)
    definitions["Scheme"] = plugins_schema(SCHEMES, "A selection scheme: its name, or its name and its settings.", {})
    for owner in ("SelectionSpec", "GroupsSpec"):
        scheme = definitions[owner]["properties"]["scheme"]
        definitions[owner]["properties"]["scheme"] = referring("Scheme", scheme)
    rule = definitions["AgentSpec"]["properties"]["rule"]
    definitions["AgentSpec"]["properties"]["rule"] = referring("Rule", rule)
    games = result["properties"]["games"]
    games["additionalProperties"] = {"$ref": "#/$defs/Game"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **without_titles(result)}


def referring(name: str, described: Json) -> Json:
    """A reference to the definition `name`, with the meaning and the examples of the key that holds it."""
    return {"$ref": f"#/$defs/{name}"} | {k: described[k] for k in ("description", "examples")}


def plugins_schema(registry: Registry[Any], meaning: str, common: Json) -> Json:
    """The schema of a plug-in: a name, or a mapping from one name to settings. common: settings that all have."""
    known = {name: registry.get(name) for name in registry.names()}
    mapping = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": {name: _settings(kind, common) for name, kind in known.items()},
    }
    return {"description": meaning, "anyOf": [{"enum": list(known)}, mapping]}


def _settings(kind: type, common: Json) -> Json:
    settings = settings_of(kind)
    required = [f.name for f in dataclasses.fields(kind) if f.name in settings and f.default is dataclasses.MISSING]
    properties = dict(common)
    for field in dataclasses.fields(kind):
        if field.name in settings:
            properties[field.name] = _setting(settings[field.name], field)
    result: Json = {"type": ["object", "null"] if not required else "object", "additionalProperties": False}
    doc = (kind.__doc__ or "").strip().split("\n\n")[0]
    return result | {"description": " ".join(doc.split()), "properties": properties, "required": required}


def _setting(setting: Any, field: dataclasses.Field[Any]) -> Json:
    described: Json = {"description": setting.doc} if setting.doc else {}
    if field.default is not dataclasses.MISSING and field.default is not None:
        described["default"] = field.default
    match setting:
        case NumberSetting():
            bounds = {
                "exclusiveMinimum": setting.above,
                "minimum": setting.at_least,
                "exclusiveMaximum": setting.below,
                "maximum": setting.at_most,
            }
            return described | _EXPRESSION | {key: value for key, value in bounds.items() if value is not None}
        case CountSetting():
            bounds = {"minimum": setting.at_least, "maximum": setting.at_most}
            return described | {"type": "integer"} | {key: value for key, value in bounds.items() if value is not None}
        case ChoiceSetting():
            return described | {"enum": list(setting.options)}
        case NestedSetting():
            return described | {"$ref": "#/$defs/Rule"}
        case NestedListSetting():
            return described | {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Rule"}}
        case ExpressionSetting():
            each = {"type": "object", "additionalProperties": _EXPRESSION}
            return described | {"anyOf": [{"$ref": "#/$defs/Expressions"}, each]}
        case ArraySetting(registry=None):
            return described | {"$ref": "#/$defs/Expressions"}
        case ArraySetting():
            return described | {"anyOf": [{"$ref": "#/$defs/Expressions"}, {"$ref": "#/$defs/Game"}]}
    raise AssertionError(setting)


def without_titles(value: Any) -> Any:
    """Without the titles that pydantic derives from the keys' names; a key named title stays."""
    if isinstance(value, dict):
        return {
            key: without_titles(item) for key, item in value.items() if key != "title" or not isinstance(item, str)
        }
    return [without_titles(item) for item in value] if isinstance(value, list) else value
