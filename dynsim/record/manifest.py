"""manifest.json: what ran, on what, from when to when, and how it ended."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from ..algebra.topology import Topology
from ..errors import InputError
from ..version import __version__
from .files import write_text

Status = Literal["running", "finished", "interrupted", "failed"]
NAME = "manifest.json"
PACKAGES = ("numpy", "numba", "llvmlite")


@dataclass(frozen=True)
class Manifest:
    """The record that makes a run again.

    scenario_hash: SHA-256 of resolved.yaml and of the graphs it names. versions: of the packages that the
    bits of a run depend on. compiled: by Numba, or interpreted. ticks: how many were recorded; time: the time
    of the last one. diverged: replicas that left the finite numbers. start, end: UTC, ISO 8601. resumed: how
    often the run went on after a break. message: why it failed.
    """

    title: str
    scenario: str
    scenario_hash: str
    seed: int
    replicas: int
    compiled: bool
    command: str
    start: str
    versions: Mapping[str, str] = field(default_factory=dict)
    python: str = field(default_factory=platform.python_version)
    platform: str = field(default_factory=platform.platform)
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    status: Status = "running"
    end: str | None = None
    ticks: int = 0
    time: float = 0.0
    diverged: int = 0
    resumed: int = 0
    message: str | None = None

    def write(self, directory: Path) -> None:
        write_text(directory / NAME, json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    def ended(self, status: Status, **changes: Any) -> Manifest:
        return replace(self, status=status, end=now(), **changes)


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a run directory; InputError when there is none, or something else in its place."""
    path = directory / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        known = {item.name for item in fields(Manifest)}
        return Manifest(**{key: value for key, value in content.items() if key in known})
    except FileNotFoundError:
        raise InputError(f"{directory}: not a run directory: it has no {NAME}") from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not a manifest of a run: {error}") from error


def package_versions() -> dict[str, str]:
    return {"dynsim": __version__, **{name: version(name) for name in PACKAGES}}


def scenario_hash(
    resolved: str, topologies: Mapping[str, Topology], arrays: Mapping[str, bytes] | None = None
) -> str:
    """SHA-256 of the scenario with every default and override in it, and of the graphs and lists of numbers that lie in
    files.
    """
    digest = hashlib.sha256(resolved.encode())
    for name in sorted(topologies):
        topology = topologies[name]
        digest.update(f"\0{name}\0{topology.n}\0".encode())
        for array in (topology.source, topology.target, topology.weight):
            digest.update(array.tobytes())
        for value, numbers in topology.values.items():
            digest.update(f"\0{value}\0".encode() + numbers.tobytes())
    for name, content in sorted((arrays or {}).items()):
        digest.update(f"\0{name}\0".encode() + content)
    return digest.hexdigest()


def command_line() -> str:
    """What was typed to start this process, without the place of the program."""
    program = Path(sys.argv[0])
    name = f"python -m {program.parent.name}" if program.name == "__main__.py" else shlex.quote(program.name)
    return " ".join([name, shlex.join(sys.argv[1:])]).strip()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
