"""`System`: a scenario built in Python, with the same sections, keys and meaning as a scenario file."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..algebra.domain import SCALAR, node
from ..algebra.graph import Expr
from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import InputError, Problem, suggest
from ..games.base import GameSpec
from ..settings import Stated
from .grammar.fields import is_number, plain
from .grammar.problems import ROOT, Problems, Source, below, found
from .model import Model
from .overrides import apply_changes, apply_overrides
from .plain_data import by_label, control_names, copied, given, stated
from .reading.resolve import resolve
from .reading.variables import MAX_COMPONENTS
from .symbols import Symbols
from .text.yaml_loader import Location


class System:
    """Variables, agents and a clock, stated one by one.

        s = ds.System("two pulls on one memory")
        m = s.state("memory", init=ds.normal(0, 1))
        s.agent("critic", controls=m, declared=(m - 1)**2, rule=ds.rules.gradient(rate=0.05))
        s.clock(steps=2000)

    Methods that declare something return its symbols, for use in Python expressions. Every argument that takes an
    expression also takes a text ("(memory - 1)**2") or a number. Methods raise InputError only for names that are
    stated twice and similar mistakes; `resolve`, which `ds.simulate` calls, reads all texts and lists every mistake.

    title: one line. question, expect: what the system is meant to find out, and what should come out; both default to
    nothing. `data` is the scenario as plain data: what a scenario file would hold, except that Python expressions stay
    expressions.
    """

    def __init__(self, title: str = "", question: str = "", expect: str = "") -> None:
        self.data: dict[str, Any] = {"dynsim": 1, "title": title}
        self.data |= {key: text for key, text in (("question", question), ("expect", expect)) if text}
        self._symbols = Symbols()
        self._source: Source | None = None
        self._folder: Path | None = None

    @classmethod
    def from_data(cls, data: dict[str, Any], source: Source | None = None, folder: Path | None = None) -> System:
        """The system that the data of a scenario file states. source: its text, for the places of mistakes. folder:
        where the files that it names are."""
        system = cls()
        system.data, system._source, system._folder = data, source, folder
        return system

    @property
    def folder(self) -> Path | None:
        """The folder of the graph files and lists of numbers that it names; None if it was not read from a file."""
        return self._folder

    @property
    def source(self) -> Source | None:
        """The text that it was read from; None if it was built in Python."""
        return self._source

    def copy(self) -> System:
        """An independent system with the same content. Symbols of either can be used in both."""
        result = copy.copy(self)
        result.data = copied(self.data)
        result._symbols = self._symbols.copy()
        return result

    def overridden(self, overrides: Sequence[str]) -> System:
        """A copy with every override applied, in order. overrides: `PATH=VALUE` each, such as
        `agents.critic.rule.rate=0.1`. Raises InputError that lists all overrides that do not apply."""
        return self._with(*apply_overrides(self.data, overrides))

    def changed(self, values: Mapping[str, Any], removed: Sequence[str] = ()) -> System:
        """A copy without what stands at the paths `removed`, and then with new values.

        values: path → plain data, each path as in `overridden`. Raises InputError that lists all paths that do not
        apply."""
        return self._with(*apply_changes(self.data, values, removed))

    def _with(self, data: dict[str, Any], changed: tuple[Location, ...]) -> System:
        """A copy with other data. changed: the places that the text no longer shows."""
        result = self.copy()
        result.data = copied(data)
        if result._source is not None:
            result._source = replace(result._source, overridden=(*result._source.overridden, *changed))
        return result

    def placed(self, error: InputError) -> InputError:
        """The same mistakes with their places in the scenario's text. error: its paths are those of the model."""
        problems = Problems(self._source)
        for problem in error.problems:
            problems.add(below(ROOT, self.data, problem.path or ""), problem.message)
        return InputError(*problems.found)

    def resolve(self) -> Model:
        """The model, with every expression read. Raises one InputError that lists every mistake with its path."""
        return resolve(self.data, self._source, self._folder, self._symbols.graph)

    def parameter(self, name: str, value: Any, *, on: str | None = None) -> Expr | Vector:
        """A number, vector or matrix that stays fixed during a run unless an event or selection changes it.

        on: name of a population; `value` then has one number per node, as a list in the order of the nodes or as a
        mapping of nodes to numbers, the same in all replicas. Returns the symbol, or a Vector of the components'.
        """
        if on is not None:
            self._put("params", name, {"on": on, "value": by_label(value)})
            return self._symbols.declare(name, (), node(on))
        self._put("params", name, value)
        shape: list[int] = []
        inner = value.tolist() if hasattr(value, "tolist") else value
        while isinstance(inner, list | tuple) and inner:
            shape.append(len(inner))
            inner = inner[0]
        return self._symbols.declare(name, tuple(shape))

    def phases(self, **starts: float) -> list[Expr]:
        """Divide the run into phases, replacing any earlier ones.

        starts: when each phase begins (step or time), in ascending order, the first at 0. Returns one indicator per
        phase, which is 1 while the phase lasts and 0 otherwise.
        """
        self.data["phases"] = self._stated(starts)
        return [part for name in starts for part in components(self._symbols.declare(name))]

    def population(self, name: str, graph: Any = None, **spec: Any) -> str:
        """A graph whose nodes carry variables; returns its name.

        graph: a NetworkX graph or a Topology. Instead, the keys of the section `graphs` as keywords or as a mapping:
        generator="erdos_renyi_graph", n=100, p=0.1, or edges=…, nodes=…, or file=….
        """
        if isinstance(graph, Mapping):
            spec = {**graph, **spec}
        elif graph is not None:
            spec["graph"] = graph
        self._put("graphs", name, spec)
        self._symbols.population(name)
        return name

    def state(
        self,
        name: str,
        init: Any = None,
        *,
        size: int | None = None,
        on: str | None = None,
        space: Any = None,
        flow: Any = None,
        noise: Any = None,
        draw: str | None = None,
    ) -> Expr | Vector:
        """A state variable; returns its symbol, or a Vector of the components' with `size`.

        init: initial value, an expression of parameters or a distribution; default 0, 1/size on a simplex, the point of
        a box nearest to 0. On a population also a list with one value per node, or a mapping of nodes to values.
        size: number of components of a vector. on: name of a population, for one value per node. space: "real"
        (default), "simplex", "circle" ([−π, π)), or [low, high] with None for an open end. flow, noise: see the methods
        of these names. draw: name of its random stream, by default `name`; with it, a renamed variable keeps its random
        numbers.
        """
        spec = given(init=by_label(init), size=size, on=on, space=space, flow=flow, noise=noise, draw=draw)
        self._put("variables", name, spec)
        size = plain(size)  # `resolve` reports what is not a size
        shape = (int(size),) if is_number(size) and 1 <= size <= MAX_COMPONENTS else ()
        return self._symbols.declare(name, shape, SCALAR if on is None else node(on))

    def derived(self, name: str, expr: Any, draw: str | None = None) -> Expr | Vector:
        """A variable computed from others at every step; returns its symbol, or a Vector if `expr` is one.

        A text may mention variables that are declared later; the symbol returned is then a scalar. draw: as in `state`.
        """
        self._put("variables", name, given(expr=expr, draw=draw))
        return self._symbols.declare_like(name, expr)

    def game(self, name: str, kind: str | GameSpec, **settings: Any) -> Vector:
        """A predefined objective; returns the Vector of the players' losses.

        kind: name of a game, or `ds.games.NAME(…)`. actions: one expression per player, a vector where the game has
        mixed strategies. The other settings are the game's own (`dynsim list games`).
        """
        if isinstance(kind, GameSpec):
            settings = {**kind.settings, **settings}
            kind = kind.name
        self._put("games", name, {kind: settings})
        actions = settings.get("actions")
        players = len(actions) if isinstance(actions, list | tuple) else 1
        symbols = self._symbols.declare(name, (max(1, players),))
        return symbols if isinstance(symbols, Vector) else Vector([symbols])

    def flow(self, name: str, expr: Any) -> None:
        """The motion of a state variable by itself: x ← x + expr per step, or dx/dt = expr. InputError for an unknown
        name."""
        self._part("variables", name)["flow"] = expr

    def noise(self, name: str, expr: Any) -> None:
        """Gaussian noise added to a state variable: expr·ξ per step with ξ standard normal, or expr·dW with W a Wiener
        process. InputError for an unknown name."""
        self._part("variables", name)["noise"] = expr

    def agent(
        self,
        name: str,
        controls: Any,
        declared: Any,
        rule: Any,
        *,
        pursues: Any = None,
        credit: Mapping[str, Any] | None = None,
        paths: Mapping[Any, Any] | None = None,
        every: int = 1,
        goals: Any = None,
        horizon: float | str | None = None,
        during: Any = None,
        observes: Mapping[Any, Any] | None = None,
    ) -> None:
        """A sub-optimizer. Objectives are minimised.

        controls: the state variables that it moves, as symbols or names: one, a list, or a mapping to gains (default
        1). declared: the objective on its label. rule: how it learns, `ds.rules.NAME(…)` or a name. pursues: the
        objective it actually follows; default: the declared one. credit: agent → weight of that agent's declared
        objective in its own. paths: variable or agent → factor on the gradient through it; default 1 for derived
        variables and, with a horizon, for variables that flow, 0 for the learning of other agents. every: it moves in
        every so many steps. goals: the variables or parameters that stand for what it wants. horizon: how far its
        gradient follows the flow of other variables, in steps or time, or "fixed_point" for where the flow comes to
        rest; default: not at all. during: the phases in which it moves; default: all. observes: phase → how well it can
        tell that phase, from 0 to 1 (default).
        """
        spec = given(
            pursues=pursues, credit=credit, paths=paths, every=None if every == 1 else every,
            goals=self._names(goals), horizon=horizon, during=self._names(during), observes=observes,
        )
        self._put("agents", name, {"controls": self._names(controls), "declared": declared, "rule": rule, **spec})

    def base(self, objective: Any, goals: Any = None) -> None:
        """The designers' objective for the whole system, minimised like all others. It moves nothing unless an agent
        pursues it. goals: the symbols or names of what stands for what they want."""
        self.data["base"] = self._stated(given(objective=objective, goals=self._names(goals)))

    def metrics(self, *names: str | Stated, **settings: Mapping[str, Any]) -> None:
        """Metrics to compute at the end of the run, replacing earlier ones: names, and `ds.metrics.NAME(…)` or
        NAME={setting: value} for those with settings. InputError for a name that is not text; `ds.simulate` reports
        unknown metrics."""
        for name in names:
            if not isinstance(name, str | Stated):
                raise InputError(Problem(f"expected the names of metrics, one by one, got {found(name)}", "metrics"))
        asked = [(name, None) if isinstance(name, str) else (name.name, name.settings) for name in names]
        self.data["metrics"] = {**dict(asked), **settings}

    def selection(self, **settings: Any) -> None:
        """Selection between replicas as systems, with the keys of the section `selection`: fitness, every, scheme,
        heritable, and optionally over, populations, groups, means. heritable: symbols or names, as one, a list, or a
        mapping to what a child inherits (None for an exact copy)."""
        settings["heritable"] = self._names(settings.get("heritable"))
        self.data["selection"] = self._stated(given(**settings))

    def event(
        self,
        name: str,
        *,
        at: Any = None,
        when: Any = None,
        set: Mapping[Any, Any] | None = None,
        silence: Any = None,
        restore: Any = None,
    ) -> None:
        """Something that happens once in each replica.

        at: the step or time when it happens. when: a condition; it happens when the condition first holds, with `at`
        not before that time. set: symbol or name → new value. silence, restore: names of agents that stop moving, or
        move again.
        """
        values = self._names(set) if isinstance(set, Mapping) else set
        self._put("events", name, given(at=at, when=when, set=values, silence=silence, restore=restore))

    def clock(self, **settings: Any) -> None:
        """The clock, replacing an earlier one: steps and optionally order, or time with dt, method, rtol and atol."""
        self.data["clock"] = given(**settings)

    def ensemble(self, **settings: Any) -> None:
        """Sets replicas (default 1), seed (0), vary, grid and start; keys that are not given keep their values. vary,
        grid: symbol, name or path → values, linspace(a, b), logspace(a, b) or, in vary, a distribution. start: state →
        a number for each replica."""
        self.data.setdefault("ensemble", {}).update(self._stated(given(**settings)))

    def record(self, *, derived: Any = None, **settings: Any) -> None:
        """Sets what is recorded; keys that are not given keep their values. every: steps between records, or time with
        an adaptive method (default 1). derived: derived variables to record, as symbols or names (default none)."""
        settings["derived"] = self._names(derived)
        self.data.setdefault("record", {}).update(given(**settings))

    def _names(self, raw: Any) -> Any:
        return control_names(raw, self._symbols.graph)

    def _stated(self, value: Any) -> Any:
        return stated(value, self._symbols.graph)

    def _put(self, section: str, name: str, value: Any) -> None:
        group = self.data.setdefault(section, {})
        if name in group:
            raise InputError(Problem("is stated twice", f"{section}.{name}"))
        group[name] = self._stated(value)

    def _part(self, section: str, name: str) -> dict[str, Any]:
        group = self.data.get(section, {})
        if name not in group:
            raise InputError(f"unknown variable {name!r}{suggest(name, group)}")
        return group[name]
