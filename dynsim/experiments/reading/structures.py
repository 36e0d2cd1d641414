"""Checks every structure that an experiment simulates before any of them runs.

A cell differs from others in numbers of one model, or in structure. Every structure is resolved and its program built
once, with the smallest value of every number, and resolved once more with the largest. So whatever the scenario refuses
is found, whatever the number of cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from ...compiler.program import Program
from ...errors import InputError, Problem
from ...session.simulate import checked
from ...system.component_names import component_names
from ...system.grammar.fields import is_number
from ...system.grammar.problems import ROOT, Place, Problems, found
from ...system.model import Model
from ...system.overrides import location_of
from ...system.reading.sweep_bounds import declared_setting
from ...system.text.yaml_dumper import on_one_line
from ..axis import Axis, Value
from ..design.base import Adaptive
from ..grammar.spec import ExperimentSpec
from ..model import Cell, Experiment, Variant
from ..paths import below_path, full_path, written_path
from .axes import VARY, slot_of
from .collected import named_quantities
from .columns import named_column
from .everywhere import VARIANT, Everywhere
from .until import check_independent, check_until, named_until
from .variants import VARIANTS, check_effects

REPLICAS = "ensemble.replicas"


def numbers_of(experiment: Experiment, base: Model) -> dict[str, str]:
    """Axis → the model's parameter that it gives values to, for the axes that are mere numbers of the model.

    A text or a default that an axis replaces by a number is a parameter from then on, and a rule that an earlier axis
    puts in may have other numbers. So the model is also read with the first and with the last values of all axes.
    """
    known = _parameters(base)
    for variant, end in product(experiment.variants[:1], (0, -1)):
        values = {axis.path: axis.values[end] for axis in experiment.axes}
        # A value that the scenario refuses is reported by the check of the structures.
        with suppress(InputError):
            known |= _parameters(experiment.system_of(Cell(0, variant.name, values)).resolve())
    data = experiment.system.data
    numeric = [axis.path for axis in experiment.axes if all(map(is_number, axis.values))]
    slots = {path: slot_of(location_of(data, full_path(data, path))) for path in numeric}
    return {path: slot for path, slot in slots.items() if slot in known}


def _parameters(model: Model) -> set[str]:
    return {name for p in model.parameters.values() for name in component_names(p.name, p.shape)}


def check_structures(
    experiment: Experiment, base: tuple[Model, Program], spec: ExperimentSpec, problems: Problems
) -> None:
    """Note every mistake in what the experiment's cells are. base: the model and the program without any change. spec:
    what was written, for the places of mistakes."""
    check = _Check(experiment, base[0], spec, problems)
    check.bounds()
    check_until(experiment, base, spec.replicas is not None, problems)
    for variant in experiment.variants:
        for values in check.structures():
            check.structure(variant, values)
    if not check.names.structures:  # all are wrong: what is collected is compared with what there is
        check.names.look({}, *base)
    check.names.note(problems)
    check_effects(experiment, problems)


@dataclass
class _Check:
    experiment: Experiment
    base: Model
    spec: ExperimentSpec
    problems: Problems

    def __post_init__(self) -> None:
        self.numbers = numbers_of(self.experiment, self.base)
        self.told: set[tuple[str | None, str]] = set()
        design = self.experiment.design
        at = (ROOT / "design").chosen(design.name)
        reads = [named_column(at / key, name, self.experiment.collect) for key, name in design.reads().items()]
        self.names = Everywhere([*named_quantities(self.spec.collect), *reads, *named_until(self.experiment)])

    def bounds(self) -> None:
        """Note every number that a setting of a learning rule does not allow."""
        for axis in self.experiment.axes:
            slot = self.numbers.get(axis.path)
            setting = None if slot is None else declared_setting(self.base.agents, slot)
            for k, value in enumerate(axis.values):
                if setting is not None and not setting.allows(float(value)):
                    self._note(self._place(axis.path, k), f"expected {setting.expected}, got {value:g}", axis.path)

    def structures(self) -> Iterator[dict[str, Value]]:
        """The combinations of the values of all axes that are no mere numbers of the model."""
        structural = [axis for axis in self.experiment.axes if axis.path not in self.numbers]
        design = self.experiment.design
        if not (design.ranges or isinstance(design, Adaptive)):
            for point in self.experiment.design.points(structural):
                yield {axis.path: value for axis, value in zip(structural, point, strict=True)}
            return
        name = self.experiment.design.name
        for axis in structural:
            self.problems.add(
                VARY / axis.path, f"is part of the structure, and design {name} samples only numbers of the model: use "
                "design grid with a list of its values", at_key=True
            )
        if not structural:
            yield {}

    def structure(self, variant: Variant, structure: Mapping[str, Value]) -> None:
        """Check one structure at both ends of all numbers."""
        ends = {axis.path: axis.values for axis in self.experiment.axes if axis.path in self.numbers}
        least, largest = ({path: end(values) for path, values in ends.items()} for end in (min, max))
        try:
            model, program = checked(self._system(variant, {**least, **structure}))
        except InputError as error:
            self._attribute(error, variant, {**least, **structure})
            return
        values = {path: on_one_line(value) for path, value in structure.items()}
        self.names.look({VARIANT: variant.name, **values}, model, program)
        if self.experiment.until is not None:
            check_independent(model, f" (in the variant {variant.name})" if variant.changes else "", self.problems)
        if largest != least:
            try:
                self._system(variant, {**largest, **structure}).resolve()
            except InputError as error:
                self._attribute(error, variant, {**largest, **structure})

    def _system(self, variant: Variant, values: Mapping[str, Value]) -> Any:
        ordered = {axis.path: values[axis.path] for axis in self.experiment.axes}
        return self.experiment.system_of(Cell(0, variant.name, ordered))

    def _attribute(self, error: InputError, variant: Variant, values: Mapping[str, Value]) -> None:
        """Note the mistakes of one cell at the axis or variant that made them."""
        data = self.experiment.system.data
        where = f" (in the variant {variant.name})" if variant.changes else ""
        changed = {written_path(data, path): (path, self._place_of(path, value)) for path, value in values.items()}
        changed[REPLICAS] = ("replicas", ROOT / "replicas")
        for path in variant.set:
            changed[written_path(data, path)] = (path, VARIANTS / variant.name / "set" / path)
        for problem in error.problems:
            homes = [name for name in changed if problem.path and below_path(problem.path, name)]
            if homes == [REPLICAS] and self._replicas_fit:
                self._note(*self._elsewhere(problem, variant, values))
            elif homes:
                path, place = changed[max(homes, key=len)]
                self._note(place, problem.message, path, where)
            else:
                self._note(*self._elsewhere(problem, variant, values))

    @cached_property
    def _replicas_fit(self) -> bool:
        """Whether the scenario without any change can have so many replicas."""
        try:
            self.experiment.system.changed({REPLICAS: self.experiment.replicas}).resolve()
        except InputError:
            return False
        return True

    def _elsewhere(self, problem: Problem, variant: Variant, values: Mapping[str, Value]) -> tuple[Place, str, str]:
        """Place and message of a mistake at a place of the scenario that nothing changes directly."""
        message = ": ".join(part for part in (problem.path, problem.message) if part)
        if variant.changes:
            return VARIANTS / variant.name, f"the scenario is then wrong: {message}", variant.name
        structural = [path for path in values if path not in self.numbers] or list(values)
        if not structural:
            return ROOT / "scenario", message, ""
        told = " and ".join(f"{path} = {found(values[path])}" for path in structural[:3])
        place = self._place_of(structural[0], values[structural[0]]) if len(structural) == 1 else VARY
        return place, f"with {told} the scenario is wrong: {message}", ""

    def _note(self, place: Place, message: str, about: str, where: str = "") -> None:
        if (about, message) not in self.told:
            self.told.add((about, message))
            self.problems.add(place, message + where)

    def _place_of(self, path: str, value: Value) -> Place:
        axis: Axis = next(axis for axis in self.experiment.axes if axis.path == path)
        return self._place(path, axis.values.index(value))

    def _place(self, path: str, number: int) -> Place:
        """The place of a value of an axis: in its list, if it stands in one."""
        raw = self.spec.vary[path]
        listed = hasattr(raw, "__len__") and not isinstance(raw, str | Mapping)
        return VARY / path / number if listed else VARY / path
