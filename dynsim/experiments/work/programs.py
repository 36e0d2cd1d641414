"""From cells to programs: which of their numbers are parameters of one program, and which make another one.

A number of a cell is a *slot* if the model has a parameter for it: cells that differ in slots alone share a program,
and each has its own values. Everything else that a cell or its variant changes is structure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...errors import InputError
from ...session.scenario_files import graph_files
from ...settings.kinds import NumberSetting
from ...system.builder import System
from ...system.dump import resolved_yaml
from ...system.grammar.fields import is_number
from ...system.large_inputs import detached
from ...system.model import Model
from ...system.overrides import location_of
from ...system.parameter_values import constant_values
from ...system.reading.sweep_bounds import declared_setting
from ...system.ticks import Ticks
from ..model import Cell, Experiment, Variant
from ..paths import full_path
from ..reading.axes import slot_of
from .units import Structure

Changes = Mapping[str, Any]


@dataclass(frozen=True)
class Placed:
    """A cell with its program. values: of the slots that it sets. failure: why it has no program."""

    cell: Cell
    structure: Structure | None
    values: Mapping[str, float]
    failure: str = ""


@dataclass
class Programs:
    """The programs of an experiment's cells, each resolved once."""

    experiment: Experiment
    _forms: dict[tuple[str, ...], _Form] = field(default_factory=dict)
    _shared: dict[tuple[str, ...], Structure | str] = field(default_factory=dict)
    """By form, the structure of the cells all of whose numbers are parameters."""
    _structures: dict[str, Structure | str] = field(default_factory=dict)

    def placed(self, cells: Iterable[Cell]) -> Iterator[Placed]:
        """Every cell with its program, in order."""
        variants = {variant.name: variant for variant in self.experiment.variants}
        for cell in cells:
            yield self._placed(cell, variants[cell.variant])

    def _placed(self, cell: Cell, variant: Variant) -> Placed:
        changes = {**variant.set, **cell.values}
        numbers = {path: value for path, value in changes.items() if is_number(value)}
        rest = {path: value for path, value in changes.items() if path not in numbers}
        key = (variant.name, _frozen(rest) if rest else "", *numbers)
        if key not in self._forms:
            self._forms[key] = _Form.of(self.experiment.system, variant, rest, numbers)
        form = self._forms[key]
        values, structural = {}, dict(rest)
        for path, value in numbers.items():
            slot = form.slots.get(path)
            if slot is not None and form.allows(slot, float(value)):
                values[slot] = float(value)
            else:
                structural[path] = value
        if len(structural) > len(rest):
            # The order of changes matters where one lies within another.
            structural = {path: structural[path] for path in changes if path in structural}
            found = self._structure(variant, {**form.base, **structural})
        else:
            if key not in self._shared:
                self._shared[key] = self._structure(variant, {**form.base, **rest})
            found = self._shared[key]
        return Placed(cell, None, {}, found) if isinstance(found, str) else Placed(cell, found, values)

    def _structure(self, variant: Variant, changes: Changes) -> Structure | str:
        """The structure with these changes, or what is wrong with it."""
        key = _frozen([variant.name, list(changes.items())])
        if key not in self._structures:
            try:
                self._structures[key] = _structure(self.experiment, variant, changes)
            except InputError as error:
                self._structures[key] = str(error)
        return self._structures[key]


@dataclass(frozen=True)
class _Form:
    """What cells with the same changes but for numbers share. slots: path → name of its parameter, for the numbers that
    have one. base: the numbers that only a cell's own change makes parameters, each with the value of the first cell.
    """

    slots: Mapping[str, str]
    base: Mapping[str, Any]
    model: Model | None

    @classmethod
    def of(cls, system: System, variant: Variant, rest: Changes, numbers: Changes) -> _Form:
        try:
            changed = _changed(system, rest, variant)
            names = {path: _slot_name(changed, path) for path in numbers}
            model = changed.resolve()
            known = _known(model)
            slots = {path: name for path, name in names.items() if name in known}
            late = {path: value for path, value in numbers.items() if path not in slots}
            if late:
                model = _changed(system, {**rest, **late}, variant).resolve()
                # A text or a default that a cell replaces by a number is a parameter from then on.
                now = {path: names[path] for path in late if names[path] in _known(model)}
                return cls(slots | now, {path: numbers[path] for path in now}, model)
            return cls(slots, {}, model)
        except InputError:  # each cell is resolved with all its numbers then, and says what is wrong
            return cls({}, {}, None)

    @cached_property
    def _declared(self) -> Mapping[str, NumberSetting | None]:
        agents = {} if self.model is None else self.model.agents
        return {slot: declared_setting(agents, slot) for slot in self.slots.values()}

    def allows(self, slot: str, value: float) -> bool:
        """Whether a rule's setting takes the value; a cell with one that it refuses is left to the resolution, which
        says so."""
        declared = self._declared[slot]
        return declared is None or declared.allows(value)


def _known(model: Model) -> set[str]:
    """The parameters that a cell can set: a sweep of the scenario's own would take precedence."""
    return set(constant_values(model.parameters)) - {*model.ensemble.vary, *model.ensemble.grid} - set(model.phases)


def _slot_name(system: System, path: str) -> str:
    return slot_of(location_of(system.data, full_path(system.data, path)))


def _changed(system: System, values: Changes, variant: Variant) -> System:
    """The system without what the variant removes, and with these values."""
    changed = system.changed({}, [full_path(system.data, path) for path in variant.remove])
    return changed.changed({full_path(changed.data, path): value for path, value in values.items()})


def _structure(experiment: Experiment, variant: Variant, changes: Changes) -> Structure:
    ensemble = {"ensemble.replicas": experiment.replicas, "ensemble.seed": experiment.seed}
    system = _changed(experiment.system, {**changes, **ensemble}, variant)
    model = system.resolve()
    sweeps = [*model.ensemble.vary.values(), *model.ensemble.grid.values()]
    bound = bool(model.selection or model.ensemble.start or any(sweep.values is not None for sweep in sweeps))
    system.data = {key: value for key, value in system.data.items() if key not in ("question", "expect")}
    system.data["title"] = "cell"
    system.data["ensemble"] = {**system.data.get("ensemble", {}), "seed": 0}
    if not bound:
        system.data["ensemble"]["replicas"] = 1
    apart, files = detached(system, model.populations)
    text, beside = resolved_yaml(apart), graph_files(system) | files
    return Structure.of(text, beside, experiment.replicas if bound else 0, _record_bytes(model))


def _record_bytes(model: Model) -> int:
    """About the size of one replica's record: its variables at every recorded tick."""
    nodes = {name: population.topology.n for name, population in model.populations.items()}
    numbers = sum(
        math.prod(variable.shape) * nodes.get(variable.population or "", 1)
        for variable in model.variables.values() if variable.kind == "state"
    )
    return 8 * max(1, numbers) * Ticks.of(model.clock, model.record.every).records


def _frozen(value: Any) -> str:
    return json.dumps(value, sort_keys=False, default=repr)
