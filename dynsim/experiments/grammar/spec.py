"""The grammar of an experiment. It is the only statement of it: files, `ds.experiment`, the JSON Schema and the
documentation all use these models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema

from ...system.grammar.field_types import Count, Names, Positive, Text, Whole
from ...system.grammar.fields import plugin, wrong
from ...system.grammar.spec import Section
from ...system.grammar.validation import Grammar


def _version(value: Any) -> int:
    if value != 1 or isinstance(value, bool):
        raise wrong("1, the version of the format", value)
    return 1


def _scenario(value: Any) -> Any:
    """What names or states a scenario; None stands for one that is missing or wrong."""
    if value is not None and (not isinstance(value, str | Mapping) or not value):
        raise wrong("a scenario's file, the name of a shipped scenario, or a scenario", value)
    return value


Version = Annotated[Any, PlainValidator(_version), WithJsonSchema({"const": 1})]
ScenarioField = Annotated[
    Any,
    PlainValidator(_scenario),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "required": ["dynsim"]}]}),
]
_DESIGN = {"anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1, "maxProperties": 1}]}
DesignField = Annotated[Any, PlainValidator(plugin("design")), WithJsonSchema(_DESIGN)]


class VariantSpec(Section):
    """A named set of changes to the scenario."""

    set: dict[str, Any] = Field(
        default_factory=dict, description="Paths with their new values.", examples=[{"agents.critic.credit.actor": 0}]
    )
    remove: Names = Field(
        [], description="Paths that are taken out, before anything is set.", examples=["agents.critic.credit"]
    )


class UntilSpec(Section):
    """The precision that every cell needs. Give `se` for a number and `half_width` for a share."""

    model_config = ConfigDict(
        extra="forbid", arbitrary_types_allowed=True,
        json_schema_extra={"oneOf": [{"required": ["se"]}, {"required": ["half_width"]}]},
    )

    of: Text = Field(
        description="What has to be precise: a collected column, or verdict.NAME for the share of a verdict.",
        examples=["base.last", "verdict.converged"],
    )
    se: Positive | None = Field(None, description="The largest standard error of its mean.", examples=[0.01])
    half_width: Positive | None = Field(
        None, description="Of a share: the largest half-width of its 95 % interval.", examples=[0.02]
    )
    most: Count = Field(description="The replicas that a cell has at most.", examples=[10000])


class ExperimentSpec(Section):
    """An experiment of dynsim: a scenario, what varies in it, and what is collected."""

    experiment: Version = Field(description="The version of this format.", examples=[1])
    title: Text | None = Field(
        None, description="What it is, in a line; default: the scenario's title.", examples=["Where the critic yields"]
    )
    question: Text | None = Field(
        None, description="The question it asks; default: the scenario's.", examples=["From which leak on?"]
    )
    scenario: ScenarioField = Field(
        description="What is varied: a file, relative to this one; the name of a shipped scenario; or a scenario.",
        examples=["critic_capture"],
    )
    set: dict[str, Any] = Field(
        default_factory=dict, description="Changes to the scenario before anything varies: paths with their values.",
        examples=[{"ensemble.vary": {}, "clock.steps": 500}],
    )
    vary: dict[str, Any] = Field(
        default_factory=dict,
        description="Axes: a path of the scenario with a list of values, linspace(a, b, n) or logspace(a, b, n). For a "
        "design that samples, a range: [low, high], or {range: [low, high], scale: log}.",
        examples=[{"params.kappa": "linspace(0, 1, 11)", "agents.critic.rule.rate": [0.01, 0.1]}],
    )
    variants: dict[str, VariantSpec] = Field(
        default_factory=dict,
        description="Named sets of changes, which every cell of the design is simulated with. The first is the "
        "reference.",
        examples=[{"as_is": {}, "no_credit": {"remove": "agents.critic.credit"}}],
    )
    design: DesignField = Field(
        default_factory=lambda: {"grid": {}},
        description="Which combinations of the axes' values are simulated: {name: {settings}}.",
        examples=[{"latin_hypercube": {"n": 64, "seed": 1}}],
    )
    replicas: Count | None = Field(
        None, description="The number of replicas of each cell; default: the scenario's.", examples=[64]
    )
    until: UntilSpec | None = Field(
        None,
        description="More replicas for each cell, from `replicas` on, until it is so precise.",
        examples=[{"of": "base.last", "se": 0.01, "most": 10000}],
    )
    seed: Whole | None = Field(
        None, description="The seed of all cells, which share their random numbers; default: the scenario's.",
        examples=[1],
    )
    collect: Names | None = Field(
        None, description="What is kept of every replica.", examples=[["verdict", "objectives", "mean x", "x - y"]]
    )


EXPERIMENT = Grammar(ExperimentSpec, {"experiment": 1, "scenario": None})
