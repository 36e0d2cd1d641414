"""manifest.json: what ran, on which machine and versions, when, and how it ended."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from ..algebra.topology import Topology
from ..errors import InputError
from ..version import __version__
from .files import opened, write_text

Status = Literal["running", "finished", "interrupted", "failed"]
MANIFEST = "manifest.json"
PACKAGES = ("numpy", "numba", "llvmlite")
LARGEST = 1 << 24  # bytes: longer files are not read to their end, so they are not valid JSON


@dataclass(frozen=True)
class Manifest:
    """Everything needed to repeat a run.

    scenario: file or name. scenario_hash: SHA-256 of resolved.yaml and of the graphs and lists that it names. compiled:
    by Numba, instead of interpreted. start, end: UTC, ISO 8601. versions: of the packages that the bits of a run depend
    on. ticks: number of recorded ticks. time: of the last one. diverged: number of replicas that diverged. resumed:
    number of times that the run was resumed. message: why it failed. files: what the run has written or is about to
    write, by path relative to the directory; nothing else there is ever read, replaced or removed. plugins: those from
    outside the package, "rule lion" → file and hash, or package and version.
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
    files: tuple[str, ...] = ()
    plugins: Mapping[str, str] = field(default_factory=dict)

    def write(self, directory: Path) -> None:
        write_text(directory / MANIFEST, json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    def ended(self, status: Status, **changes: Any) -> Manifest:
        return replace(self, status=status, end=now(), **changes)


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a run directory. InputError if there is none or it is invalid: another program's manifest.json, a
    value of the wrong type, or a file listed outside the directory.
    """
    path = directory / MANIFEST
    if directory.exists() and not directory.is_dir():
        raise InputError(f"{directory}: not a run directory: it is a file")
    try:
        with opened(path) as file:
            return _checked(file.read(LARGEST))
    except FileNotFoundError:
        raise InputError(f"{directory}: not a run directory: it has no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a manifest of a run: {_reason(error)}") from error


def _checked(content: bytes) -> Manifest:
    """The manifest with this content, without unknown keys, which later versions may add. ValueError (pydantic's is
    one) if it is not a manifest of dynsim."""
    found = TypeAdapter(Manifest).validate_json(content, strict=True)
    if "dynsim" not in found.versions or not re.fullmatch(r"[0-9a-f]{64}", found.scenario_hash):
        raise ValueError("another program wrote it")
    outside = [name for name in found.files if not is_inside(name)]
    if outside:
        raise ValueError(f"it lists {outside[0]!r}, which is not in the directory")
    if found.replicas < 1 or found.ticks < 0:
        raise ValueError("it counts less than nothing")
    return found


def is_inside(name: str) -> bool:
    """Whether a relative path stays below the folder that it starts from, on every operating system."""
    parts = name.split("/")
    return name.isprintable() and "\\" not in name and ":" not in parts[0] and not {"", ".", ".."} & set(parts)


def _reason(error: Exception) -> str:
    """The error in one line."""
    if not isinstance(error, ValidationError):
        return str(error) or type(error).__name__
    wrong = error.errors()
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    place = ".".join(map(str, wrong[0]["loc"]))
    return f"{place}{place and ': '}{wrong[0]['msg']}{more}"


def package_versions() -> dict[str, str]:
    return {"dynsim": __version__, **{name: version(name) for name in PACKAGES}}


def scenario_hash(
    resolved: str, topologies: Mapping[str, Topology], arrays: Mapping[str, bytes] | None = None
) -> str:
    """SHA-256, in hexadecimal, of the resolved scenario, of its graphs, and of the lists of numbers in files (arrays:
    name → content)."""
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
    """The command line of this process, without the program's folder."""
    program = Path(sys.argv[0])
    name = f"python -m {program.parent.name}" if program.name == "__main__.py" else shlex.quote(program.name)
    text = " ".join([name, shlex.join(sys.argv[1:])]).strip()
    return text.encode(errors="backslashreplace").decode()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
