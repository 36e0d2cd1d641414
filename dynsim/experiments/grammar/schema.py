"""The JSON Schema of experiments, for editors and for the reference in the documentation."""

from __future__ import annotations

from typing import Any

from ...system.grammar.schema import plugins_schema, referring, without_titles
from ...system.grammar.schema import schema as scenario_schema
from ..design.base import DESIGNS
from .spec import ExperimentSpec

Json = dict[str, Any]


def schema() -> Json:
    """The JSON Schema (draft 2020-12) of an experiment's file, as plain data.

    It describes every key with its meaning and an example, every design with its settings, and a scenario that stands
    in the experiment.
    """
    result = without_titles(ExperimentSpec.model_json_schema())
    scenario = scenario_schema()
    definitions = scenario.pop("$defs") | result["$defs"]
    definitions["Scenario"] = {key: value for key, value in scenario.items() if key != "$schema"}
    definitions["Design"] = plugins_schema(DESIGNS, "A design: its name, or its name and its settings.", {})
    keys = result["properties"]
    keys["design"] = referring("Design", keys["design"])
    keys["scenario"]["anyOf"] = [{"type": "string"}, {"$ref": "#/$defs/Scenario"}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **result, "$defs": definitions}
