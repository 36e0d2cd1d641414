"""`System`: a scenario built in Python, with the same sections, keys and meaning as a scenario file."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..algebra.domain import SCALAR, Domain, node
from ..algebra.graph import Expr, Graph
from ..algebra.parse import parse
from ..algebra.vector import Vector, components, like
from ..errors import DynsimError, InputError, Problem, suggest
from ..games.base import GameSpec
from .component_names import component_names
from .grammar.fields import is_number, plain
from .grammar.problems import ROOT, Problems, Source, below, found
from .model import Model, Value
from .overrides import apply_overrides
from .plain_data import by_label, control_names, copied, given, stated
from .reading.resolve import resolve
from .reading.variables import MAX_COMPONENTS


class System:
    """Variables, agents and a clock, stated piece by piece.

    Every method that makes something returns its symbols, for use in Python expressions; wherever an expression may
    stand, it may as well be a text ("(memory - 1)**2") or a number. Names are checked and texts are read by `resolve`.

        s = ds.System("two pulls on one memory")
        m = s.state("memory", init=ds.normal(0, 1))
        s.agent("critic", controls=m, declared=(m - 1)**2, rule=ds.rules.gradient(rate=0.05))
        s.clock(steps=2000)

    `data` is the scenario as plain data: what a scenario file says, with Python's expressions where they were given.
    """

    def __init__(self, title: str = "", question: str = "", expect: str = "") -> None:
        self.data: dict[str, Any] = {"dynsim": 1, "title": title}
        self.data |= {key: text for key, text in (("question", question), ("expect", expect)) if text}
        self._graph = Graph()
        self._scope: dict[str, Expr | Vector | Domain] = {}
        self._source: Source | None = None
        self._folder: Path | None = None

    @classmethod
    def from_data(cls, data: dict[str, Any], source: Source | None = None, folder: Path | None = None) -> System:
        """A system that a scenario file states; `folder` is where its graph files are."""
        system = cls()
        system.data, system._source, system._folder = data, source, folder
        return system

    @property
    def folder(self) -> Path | None:
        """Where the files are that its graphs are read from."""
        return self._folder

    @property
    def source(self) -> Source | None:
        """The text that it was read from, if any."""
        return self._source

    def copy(self) -> System:
        """An independent system that states the same."""
        result = copy.copy(self)
        result.data = copied(self.data)
        result._scope = dict(self._scope)
        return result

    def overridden(self, overrides: Sequence[str]) -> System:
        """A copy in which every `PATH=VALUE` is applied. Raises InputError listing those that fit nowhere."""
        result = self.copy()
        result.data, changed = apply_overrides(result.data, overrides)
        if result._source is not None:
            result._source = replace(result._source, overridden=(*result._source.overridden, *changed))
        return result

    def placed(self, error: InputError) -> InputError:
        """The same mistakes, of a system that is about to be built or run: each with its place in the scenario."""
        problems = Problems(self._source)
        for problem in error.problems:
            problems.add(below(ROOT, self.data, problem.path or ""), problem.message)
        return InputError(*problems.found)

    def resolve(self) -> Model:
        """The model, every expression read. Raises one InputError that lists every mistake with its path."""
        return resolve(self.data, self._source, self._folder, self._graph)

    def parameter(self, name: str, value: Any, *, on: str | None = None) -> Expr | Vector:
        """A number, vector or matrix that is fixed during a run. on: a population, for one number per node: a list in
        their order, or a mapping of nodes to numbers."""
        if on is not None:
            self._put("params", name, {"on": on, "value": by_label(value)})
            return self._symbols(name, (), node(on))
        self._put("params", name, value)
        shape: list[int] = []
        inner = value.tolist() if hasattr(value, "tolist") else value
        while isinstance(inner, list | tuple) and inner:
            shape.append(len(inner))
            inner = inner[0]
        return self._symbols(name, tuple(shape))

    def phases(self, **starts: float) -> list[Expr]:
        """Replaces the phases of the run: when each begins. Returns their indicators, 1 while a phase lasts, else 0."""
        self.data["phases"] = self._stated(starts)
        return [part for name in starts for part in components(self._symbols(name, ()))]

    def population(self, name: str, graph: Any = None, **spec: Any) -> str:
        """A graph whose nodes carry variables: a NetworkX graph, a Topology, or the keys of `graphs` as keywords."""
        if isinstance(graph, Mapping):
            spec = {**graph, **spec}
        elif graph is not None:
            spec["graph"] = graph
        self._put("graphs", name, spec)
        self._scope[name] = node(name)
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
        """A state variable; flow and noise may follow later. `on` names a population, `size` makes a vector, `draw` is
        what its random numbers are named after. On a population init may be a list with a value for each node, or a
        mapping of nodes to values."""
        spec = given(init=by_label(init), size=size, on=on, space=space, flow=flow, noise=noise, draw=draw)
        self._put("variables", name, spec)
        size = plain(size)  # what is no size is told by `resolve`
        shape = (int(size),) if is_number(size) and 1 <= size <= MAX_COMPONENTS else ()
        return self._symbols(name, shape, SCALAR if on is None else node(on))

    def derived(self, name: str, expr: Any, draw: str | None = None) -> Expr | Vector:
        """A derived variable. A text may refer to what comes later; its value is then taken for one number here."""
        self._put("variables", name, given(expr=expr, draw=draw))
        return self._like(name, self._known(expr))

    def game(self, name: str, kind: str | GameSpec, **settings: Any) -> Vector:
        """A ready-made objective: the vector of the players' losses. `kind` is a game's name or `ds.games.NAME(…)`;
        `actions` has one expression per player."""
        if isinstance(kind, GameSpec):
            kind, settings = kind.name, {**kind.settings, **settings}
        self._put("games", name, {kind: settings})
        actions = settings.get("actions")
        players = len(actions) if isinstance(actions, list | tuple) else 1
        symbols = self._symbols(name, (max(1, players),))
        return symbols if isinstance(symbols, Vector) else Vector([symbols])

    def flow(self, name: str, expr: Any) -> None:
        """The own motion of a state variable: change per step, or per unit of time."""
        self._part("variables", name)["flow"] = expr

    def noise(self, name: str, expr: Any) -> None:
        """The standard deviation of a state variable's noise, per step or per square root of time."""
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
        """A sub-optimizer. controls: symbols or names, alone, in a list, or as keys of their gains; so are the keys of
        paths (which may be names of agents, too), of observes, goals and during. horizon: a number, or "fixed_point".
        """
        spec = given(
            pursues=pursues, credit=credit, paths=paths, every=None if every == 1 else every,
            goals=self._names(goals), horizon=horizon, during=self._names(during), observes=observes,
        )
        self._put("agents", name, {"controls": self._names(controls), "declared": declared, "rule": rule, **spec})

    def base(self, objective: Any, goals: Any = None) -> None:
        """What the designers want of the whole, and the symbols or names that stand for what is wanted."""
        self.data["base"] = self._stated(given(objective=objective, goals=self._names(goals)))

    def metrics(self, *names: str, **settings: Mapping[str, Any]) -> None:
        """Further metrics of the run: names, and as keywords those that have settings."""
        for name in names:
            if not isinstance(name, str):
                raise InputError(Problem(f"expected the names of metrics, one by one, got {found(name)}", "metrics"))
        self.data["metrics"] = {**dict.fromkeys(names), **settings}

    def selection(self, **settings: Any) -> None:
        """Selection between replicas as systems: the keys of the section `selection`. `heritable`: symbols or names,
        alone, in a list, or as keys of what a child has from its parent."""
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
        """Something that happens once: at a time, when a condition first holds, or (both) when it first holds from that
        time on. Keys of `set`: symbols or names."""
        values = self._names(set) if isinstance(set, Mapping) else set
        self._put("events", name, given(at=at, when=when, set=values, silence=silence, restore=restore))

    def clock(self, **settings: Any) -> None:
        """Replaces the clock: steps and order, or time, dt, method, rtol and atol."""
        self.data["clock"] = given(**settings)

    def ensemble(self, **settings: Any) -> None:
        """Sets what is given of replicas, seed, vary and grid. Keys of the last two: symbols, names or paths."""
        self.data.setdefault("ensemble", {}).update(self._stated(given(**settings)))

    def record(self, *, derived: Any = None, **settings: Any) -> None:
        """Sets what is given of every and derived; these are symbols or names, alone or in a list."""
        settings["derived"] = self._names(derived)
        self.data.setdefault("record", {}).update(given(**settings))

    def _names(self, raw: Any) -> Any:
        return control_names(raw, self._graph)

    def _stated(self, value: Any) -> Any:
        return stated(value, self._graph)

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

    def _symbols(self, name: str, shape: tuple[int, ...], domain: Domain = SCALAR) -> Expr | Vector:
        symbols = like(shape, [self._graph.symbol(part, domain) for part in component_names(name, shape)])
        self._scope[name] = symbols
        return symbols

    def _like(self, name: str, value: Value | None) -> Expr | Vector:
        """Symbols of the shape and domain of a value."""
        if value is None:
            return self._symbols(name, ())
        shape = value.shape if isinstance(value, Vector) else ()
        return self._symbols(name, shape, components(value)[0].domain)

    def _known(self, raw: Any) -> Value | None:
        """The value of an expression as far as it can be read now."""
        try:
            if isinstance(raw, list | tuple):
                parts = [self._known(item) for item in raw]
                return None if None in parts or not parts else Vector(parts)
            if isinstance(raw, str):
                return parse(raw, self._scope, self._graph)
            return self._graph.expr(raw)
        except DynsimError:
            return None
