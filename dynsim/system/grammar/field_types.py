"""The types of values in a scenario for pydantic: each with its check and its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from .fields import (
    assignments,
    bounded,
    choice,
    controls,
    expression,
    expressions,
    flag,
    horizon,
    metrics,
    names,
    numbers,
    plugin,
    space,
    starts,
    text,
)

Json = dict[str, Any]


def _field(check: Callable[[Any], Any], **schema: Any) -> Any:
    return Annotated[Any, PlainValidator(check), WithJsonSchema(schema)]


_NUMBER: Json = {"type": "number"}
_EXPRESSION: Json = {"type": ["number", "string"]}
_NAMES: Json = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "uniqueItems": True}]}
_LIST_OF_NUMBERS: Json = {"type": "array", "items": _NUMBER, "minItems": 1}

Text = _field(text, type="string")
Flag = _field(flag, type="boolean")
Count = _field(bounded("a positive whole number", whole=True, above=0), type="integer", minimum=1)
Whole = _field(bounded("a whole number, 0 or more", whole=True, at_least=0), type="integer", minimum=0)
Positive = _field(bounded("a positive number", above=0.0), type="number", exclusiveMinimum=0)
Start = _field(bounded("a time of 0 or more", at_least=0.0), type="number", minimum=0)
Names = _field(names, **_NAMES)
Numbers = _field(
    numbers,
    anyOf=[
        _NUMBER,
        _LIST_OF_NUMBERS,
        {"type": "array", "items": _LIST_OF_NUMBERS, "minItems": 1},
        {"type": "object", "properties": {"on": {"type": "string"}, "value": {}}, "required": ["on", "value"]},
    ],
)
Starts = _field(
    starts,
    anyOf=[
        _EXPRESSION,
        {"type": "array", "items": {"anyOf": [_EXPRESSION, {"type": "array", "items": _EXPRESSION}]}, "minItems": 1},
        {"type": "object", "additionalProperties": _EXPRESSION},
    ],
)
Expression = _field(expression, **_EXPRESSION)
Expressions = _field(expressions, anyOf=[_EXPRESSION, {"type": "array", "items": _EXPRESSION, "minItems": 1}])
Controls = _field(
    controls, anyOf=[_NAMES, {"type": "object", "additionalProperties": {"type": ["number", "string", "null"]}}]
)
Assignments = _field(
    assignments,
    type="object",
    additionalProperties={"anyOf": [_EXPRESSION, {"type": "array", "items": _EXPRESSION, "minItems": 1}]},
)
HorizonField = _field(horizon, anyOf=[{"type": "number", "exclusiveMinimum": 0}, {"const": "fixed_point"}])
SpaceField = _field(
    space,
    anyOf=[
        {"enum": ["real", "simplex", "circle"]},
        {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 2, "maxItems": 2},
    ],
)
_PLUGIN: Json = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"type": ["object", "null"]},
        },
    ]
}
MetricsField = _field(
    metrics, anyOf=[_NAMES, {"type": "object", "additionalProperties": {"type": ["object", "null"]}}]
)
RuleField = _field(plugin("learning rule"), **_PLUGIN)
GameField = _field(plugin("game"), **_PLUGIN)
SchemeField = _field(plugin("selection scheme"), **_PLUGIN)
OverField = _field(choice("mean", "sum", "end"), enum=["mean", "sum", "end"])
