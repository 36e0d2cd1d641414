"""Agents: what they control, what they want, what they perceive, and how they learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...algebra.graph import Expr
from ...errors import InputError, shown
from ...rules.base import Rule, make
from ..component_names import component_names
from ..expressions.context import Context
from ..expressions.plugin_settings import note_settings, parsers
from ..expressions.shapes import mismatch
from ..grammar.problems import ROOT, Place
from ..grammar.spec import AgentSpec, Scenario
from ..model import Agent, Clock, Variable
from .goals import resolve_goals
from .gradient_paths import check_reach, resolve_horizon, resolve_paths
from .percepts import perceived, resolve_percepts
from .phases import resolve_during


def resolve_agents(
    scenario: Scenario, context: Context, variables: Mapping[str, Variable], clock: Clock
) -> dict[str, Agent]:
    """All agents without mistakes; the mistakes of the others are noted. A scenario without agents needs something else
    that moves."""
    moving = any(spec.flow is not None or spec.noise is not None for spec in scenario.variables.values())
    if not (scenario.agents or moving or scenario.events or scenario.selection or context.broken):
        context.problems.add(
            ROOT / "agents", "nothing moves: expected an agent, or a variable with a flow or noise"
        )
    agents = {}
    for name, spec in scenario.agents.items():
        agent = _Reader(name, spec, scenario, context, variables, clock).agent()
        if agent is None:
            context.broken.add(name)
        else:
            agents[name] = agent
    check_reach(agents, scenario, variables, context)
    return agents


class _Reader:
    """Reads one agent."""

    def __init__(
        self,
        name: str,
        spec: AgentSpec,
        scenario: Scenario,
        context: Context,
        variables: Mapping[str, Variable],
        clock: Clock,
    ) -> None:
        self.name, self.spec, self.scenario, self.context = name, spec, scenario, context
        self.variables, self.clock = variables, clock
        self.place = ROOT / "agents" / name
        self.problems = context.problems

    def agent(self) -> Agent | None:
        before = len(self.problems)
        controls = self._controls()
        domains = {self._variable(c).population or "" for c in controls}
        population = self._population(domains) if controls else None
        declared = self._objective("declared", self.spec.declared, population)
        pursues = declared
        if self.spec.pursues is not None:
            pursues = self._objective("pursues", self.spec.pursues, population)
        goals = resolve_goals(self.place / "goals", self.spec.goals, pursues, self.context, self.variables)
        credit = self._credit()
        paths = resolve_paths(self.name, self.scenario, self.context, self.variables, controls)
        resolve_horizon(
            self.place / "horizon", self.spec.horizon, self.context, self.variables, controls, self.clock
        )
        rule = self._rule(controls)
        during = resolve_during(self.place / "during", self.spec.during, self.scenario, self.context)
        observes = self.place / "observes"
        percepts = resolve_percepts(observes, self.spec.observes, self.scenario, self.clock, self.context)
        if self.spec.every > 1 and self.clock.continuous:
            self.problems.add(self.place / "every", "counts steps: on a continuous clock an agent moves all the time")
        if len(self.problems) > before or declared is None or pursues is None or rule is None or not controls:
            return None
        pursues, rule = perceived(observes, pursues, rule, percepts, self.context)
        return Agent(
            self.name, controls, declared, pursues, rule, credit, paths.variables, self.spec.every, goals,
            horizon=self.spec.horizon, learning=paths.learning, during=during, percepts=percepts,
        )

    def _variable(self, control: str) -> Variable:
        return self.variables[control.split("[")[0]]

    def _controls(self) -> dict[str, Expr]:
        place = self.place / "controls"
        if not self.spec.controls:
            self.problems.add(place, "expected at least one state variable to control, got none")
        components_of = {
            name: component_names(name, v.shape) for name, v in self.variables.items() if v.kind == "state"
        }
        known = {*components_of, *(part for parts in components_of.values() for part in parts)}
        taken: dict[str, str] = {}
        controls = {}
        for control, gain in self.spec.controls.items():
            base = control.split("[")[0]
            if control not in known:
                self._not_controllable(place / control, control, base, known)
                continue
            for part in components_of.get(control, [control]):
                if part in taken:
                    self.problems.add(place, f"{shown(part)} is controlled twice: as {taken[part]} and as {control}")
                taken[part] = control
            value = self._gain(place / control, gain, self.variables[base].population)
            if value is not None:
                controls[control] = value
        return controls

    def _gain(self, place: Place, raw: Any, population: str | None) -> Expr | None:
        """The gain of a control: one number, or one per node of the controlled population; default 1."""
        if raw is None:
            return self.context.graph.constant(1.0)
        gain = self.context.one(place, raw, None, steps=True)
        message = "" if gain is None else mismatch(gain, (), population or "", False)
        if message:
            self.problems.add(place, message)
        return None if message else gain

    def _not_controllable(self, place: Place, control: str, base: str, known: set[str]) -> None:
        if base in self.context.broken:
            return
        variable = self.variables.get(base)
        if base in self.scenario.params:
            self.problems.add(place, f"{shown(base)} is a parameter: only a state variable can be controlled")
        elif variable is not None and variable.kind == "derived":
            self.problems.add(place, f"{shown(base)} is a derived variable: only a state variable can be controlled")
        elif variable is not None:
            parts = component_names(base, variable.shape)
            has = f"it has {parts[0]} to {parts[-1]}" if variable.shape else "it is one number"
            self.problems.add(place, f"{shown(base)} has no component {shown(control)}: {has}")
        else:
            names = [n for n in known if "[" not in n]
            self.problems.unknown(place, "state variable", control, names)

    def _population(self, domains: set[str]) -> str:
        """The population that all controls are on; "" for scalars, and for controls on several populations, whose
        objective must be one number."""
        return next(iter(domains)) if len(domains) == 1 else ""

    def _objective(self, key: str, raw: Any, population: str | None) -> Expr | None:
        objective = self.context.one(self.place / key, raw, None, steps=True)
        if objective is None or population is None:
            return objective
        domain = objective.domain
        if domain.kind != "scalar" and domain.population != population:
            controls = f"the nodes of {population}" if population else "one number"
            self.problems.add(
                self.place / key,
                f"the objective has {domain} but the agent controls {controls}: reduce it with sum(...) or mean(...)",
            )
            return None
        return objective

    def _credit(self) -> dict[str, Expr]:
        credit = {}
        for other, raw in (self.spec.credit or {}).items():
            place = self.place / "credit" / other
            if other == self.name:
                self.problems.add(
                    place, "an agent gives no credit to itself: its own objective counts once", at_key=True
                )
            elif other not in self.scenario.agents:
                if other not in self.context.broken:
                    others = set(self.scenario.agents) - {self.name}
                    self.problems.unknown(place, "agent", other, others, at_key=True)
            else:
                value = self.context.one(place, raw, steps=True)
                if value is not None:
                    credit[other] = value
        return credit

    def _rule(self, controls: Mapping[str, Expr]) -> Rule | None:
        ((kind, settings),) = self.spec.rule.items()
        place = self.place / "rule"
        try:
            rule = make(kind, settings, *parsers(self.context, place.chosen(kind), settings, steps=True))
        except InputError as error:
            note_settings(error, place, kind, settings, self.problems)
            return None
        if controls:
            moved = {c: self._variable(c) for c in controls}
            for message in rule.problems(
                clock="continuous" if self.clock.continuous else "discrete",
                controls=len(moved),
                population=any(v.population for v in moved.values()),
                off_simplex=[c for c, v in moved.items() if v.space.kind != "simplex" or c != v.name],
            ):
                self.problems.add(place, message)
        return rule
