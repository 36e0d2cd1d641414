"""Checks that the run in a directory is the one that is to be resumed, and reports what differs."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from ..errors import InputError
from .directory import RESOLVED
from .files import read_text
from .manifest import Manifest, read_manifest


def check_same(path: Path, new: Manifest, resolved: str) -> Manifest:
    """The manifest of the run in `path`. Raises InputError with every difference if it is not the same run as `new`.

    resolved: the resolved scenario of the new run.
    """
    old = read_manifest(path)
    differences = [
        f"{name}: {there} there, {here} here"
        for name, there, here in [
            ("seed", old.seed, new.seed),
            ("replicas", old.replicas, new.replicas),
            ("compiled", old.compiled, new.compiled),
            *((f"version of {name}", old.versions.get(name), here) for name, here in new.versions.items()),
            *((f"plug-in with the {name}", old.plugins.get(name), here) for name, here in new.plugins.items()),
        ]
        if there != here
    ]
    if old.scenario_hash != new.scenario_hash:
        differences += _scenario_differences(path / RESOLVED, resolved, _said_apart(old, new))
    if differences:
        raise InputError(*(f"{path}: --resume needs the same run: {text}" for text in differences))
    return old


def _said_apart(old: Manifest, new: Manifest) -> set[str]:
    """The lines of the scenarios that differ only because the seed or the number of replicas does, which is reported
    separately."""
    pairs = [("seed", old.seed, new.seed), ("replicas", old.replicas, new.replicas)]
    return {f"{name}: {value}" for name, *values in pairs if values[0] != values[1] for value in values}


def _scenario_differences(path: Path, resolved: str, told: set[str]) -> list[str]:
    """The first lines in which the scenarios differ, without those in `told`."""
    try:
        old = read_text(path).splitlines()
    except InputError:
        return ["the scenario"]
    lines = [(line[:1], line[1:].strip()) for line in [*unified_diff(old, resolved.splitlines(), n=0, lineterm="")][2:]]
    lines = [(sign, text) for sign, text in lines if text not in told]
    there, here = ([text for sign, text in lines if sign == kind] for kind in "-+")
    if not there and not here:
        return [] if told else ["the graph of a population"]
    return [f"the scenario has {_some(there)} there, {_some(here)} here"]


def _some(lines: list[str]) -> str:
    return "nothing" if not lines else " | ".join(lines[:3]) + (" | …" if len(lines) > 3 else "")
