"""Which variants make the changes of two others together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from ..model import Variant


def factorial(variants: Sequence[Variant]) -> list[tuple[str, str, str]]:
    """(first, second, both): variants of which the third makes the changes of the first two."""
    reference = _changes(variants[0])
    changed = {variant.name: _beyond(_changes(variant), reference) for variant in variants[1:]}
    found = []
    for (first, a), (second, b) in combinations(changed.items(), 2):
        together = {**a, **b}
        if a and b and not a.keys() & b.keys():
            found += [(first, second, name) for name, changes in changed.items() if changes == together]
    return found


def _changes(variant: Variant) -> dict[tuple[str, str], Any]:
    """What it does to each path. A path may be taken out and set anew."""
    return {**{("remove", path): True for path in variant.remove}, **{("set", p): v for p, v in variant.set.items()}}


def _beyond(changes: Mapping[Any, Any], reference: Mapping[Any, Any]) -> dict[Any, Any]:
    """The changes that the reference does not make, and None for those that only the reference makes."""
    own = {key: value for key, value in changes.items() if key not in reference or reference[key] != value}
    return own | {key: None for key in reference if key not in changes}
