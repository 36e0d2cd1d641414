"""The variants of an experiment, and whether each changes what it says."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import InputError
from ...system.builder import System
from ...system.dump import plain_data
from ...system.grammar.problems import ROOT, Problems
from ...system.overrides import location_of
from ...system.text.yaml_loader import Location
from ..grammar.spec import VariantSpec
from ..model import Variant
from ..paths import full_path

VARIANTS = ROOT / "variants"
AS_IS = "as_is"


def read_variants(specs: Mapping[str, VariantSpec]) -> tuple[Variant, ...]:
    """The variants in their order; the scenario as it is if none are stated."""
    stated = [Variant(name, plain_data(spec.set), tuple(spec.remove)) for name, spec in specs.items()]
    return tuple(stated) or (Variant(AS_IS, {}, ()),)


def check_variants(
    variants: tuple[Variant, ...], axes: Mapping[str, Location], system: System, problems: Problems
) -> tuple[Variant, ...]:
    """The variants that can be applied. Notes those that cannot, that change nothing or what an axis changes, and those
    that are equal. axes: path → location in the scenario's data."""
    applied: dict[str, System] = {}
    for number, variant in enumerate(variants):
        at = VARIANTS / variant.name
        if number and not variant.changes:
            # A variant with a misspelt key is not told that it is empty, too.
            if not any(problem.path and problem.path.startswith(f"{at.path}.") for problem in problems.found):
                problems.add(at, "changes nothing: only the first variant, the reference, may be empty", at_key=True)
            continue
        changed = _applied(variant, system, problems)
        if changed is None:
            continue
        _check_axes(variant, axes, changed, problems)
        equal = [name for name, other in applied.items() if other.data == changed.data]
        if variant.changes and changed.data == system.data:
            problems.add(at, "changes nothing: the scenario has these values already", at_key=True)
        elif equal:
            problems.add(at, f"is the same as the variant {equal[0]}", at_key=True)
        applied[variant.name] = changed
    return tuple(variant for variant in variants if variant.name in applied)


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
    """Note every value that the variant sets and an axis sets again, which would undo it."""
    for path in variant.set:
        location = location_of(changed.data, full_path(changed.data, path))
        axis = next((axis for axis, other in axes.items() if location[: len(other)] == other), None)
        if axis is not None:
            at = VARIANTS / variant.name / "set" / path
            problems.add(at, f"has no effect: the axis {axis} varies it", at_key=True)
