"""The variants of an experiment, and whether each changes anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...errors import InputError
from ...system.builder import System
from ...system.dump import plain_data
from ...system.grammar.problems import ROOT, Problems
from ...system.overrides import location_of
from ...system.text.yaml_loader import Location
from ..grammar.spec import VariantSpec
from ..model import Cell, Experiment, Variant
from ..paths import OWN, below_path, full_path, section_of
from ..storing.identity import contents_of

VARIANTS = ROOT / "variants"
AS_IS = "as_is"
_UNCHANGED = Variant("", {}, ())


def check_variants(
    specs: Mapping[str, VariantSpec], axes: Mapping[str, Location], system: System, broken: frozenset[str],
    problems: Problems,
) -> tuple[Variant, ...]:
    """The variants that can be applied, in their order; the scenario as it is if none are stated. Notes those that
    cannot, those that are empty, and those that set what an axis changes. axes: path → location in the scenario's data.
    broken: sections of the scenario with mistakes, whose changes are not applied."""
    if not specs:
        return (Variant(AS_IS, {}, ()),)
    sound = []
    for number, (name, spec) in enumerate(specs.items()):
        variant = Variant(name, plain_data(spec.set), tuple(spec.remove))
        at = VARIANTS / name
        if number and not variant.changes:
            # A variant with a misspelt key is not told that it is empty, too.
            if not any(problem.path and below_path(problem.path, at.path) for problem in problems.found):
                problems.add(at, "changes nothing: only the first variant, the reference, may be empty", at_key=True)
            continue
        if not broken.isdisjoint(map(section_of, (*variant.set, *variant.remove))):
            continue
        changed = _applied(variant, system, problems)
        if changed is not None:
            _check_axes(variant, axes, changed, problems)
            sound.append(variant)
    return tuple(sound)


def check_effects(experiment: Experiment, problems: Problems) -> None:
    """Note every variant that is, at the first values of the axes, the same as the scenario without its changes, or as
    an earlier variant. Different texts with one meaning are no change: 0.5 and 0.50, a setting and its default."""
    told = {problem.path for problem in problems.found}
    known = {_contents(experiment, _UNCHANGED): _UNCHANGED.name}
    for variant in experiment.variants:
        at = VARIANTS / variant.name
        contents = _contents(experiment, variant) if variant.changes else None
        # A variant with a mistake is not told what follows from it.
        if contents is None or any(path and below_path(path, at.path) for path in told):
            continue
        same = known.setdefault(contents, variant.name)
        if same == _UNCHANGED.name:
            problems.add(at, "changes nothing: the scenario has these values already", at_key=True)
        elif same != variant.name:
            problems.add(at, f"is the same as the variant {same}", at_key=True)


def _contents(experiment: Experiment, variant: Variant) -> str | None:
    """The variant as a system; None if it is wrong."""
    values = {axis.path: axis.values[0] for axis in experiment.axes}
    try:
        return contents_of(replace(experiment, variants=(variant,)).system_of(Cell(0, variant.name, values)))
    except InputError:
        return None


def _applied(variant: Variant, system: System, problems: Problems) -> System | None:
    """The system with the variant's changes; None, with notes, if they do not apply."""
    mistakes = len(problems)
    at = VARIANTS / variant.name
    changed = system
    for k, path in enumerate(variant.remove):
        try:
            changed = changed.changed({}, [full_path(changed.data, path)])
        except InputError as error:
            problems.add(at / "remove" / k, f"{path}: {error.problems[0].message}")
    for path, value in variant.set.items():
        try:
            changed = changed.changed({full_path(changed.data, path): value})
        except InputError as error:
            problems.add(at / "set" / path, error.problems[0].message, at_key=True)
    return changed if len(problems) == mistakes else None


def _check_axes(variant: Variant, axes: Mapping[str, Location], changed: System, problems: Problems) -> None:
    """Note every value that the variant sets and that an axis or the experiment sets again, which would undo it."""
    for path in variant.set:
        location = location_of(changed.data, full_path(changed.data, path))
        axis = next((axis for axis, other in axes.items() if location[: len(other)] == other), None)
        at = VARIANTS / variant.name / "set" / path
        if axis is not None:
            problems.add(at, f"has no effect: the axis {axis} varies it", at_key=True)
        elif location in OWN:
            problems.add(at, f"is the experiment's own: give `{OWN[location]}`", at_key=True)
