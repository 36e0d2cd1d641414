"""What a worker does with a task, in whatever process and on whatever machine it is."""

from __future__ import annotations

import os
import platform
import socket
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numba
import numpy as np

from ...errors import InputError, RunError
from ...plugins import PluginFile, load_installed, load_plugin, loaded, loaded_files
from ...version import __version__
from ..storing.store import written
from .compute import compute
from .units import Task

_preparing = threading.Lock()


def software() -> dict[str, str]:
    """What the bits of the numbers depend on besides the task, by its name: the version."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"dynsim": __version__, "Python": python, "NumPy": np.__version__, "Numba": numba.__version__}


@dataclass(frozen=True)
class OnWorker:
    """Functions for workers; they can be pickled. software: of the driver. files: the plug-ins that it has loaded.
    plugins: those that the experiment uses, also of installed packages, "rule lion" → where it comes from. folder:
    where results are written; None if they are returned."""

    software: Mapping[str, str]
    files: tuple[PluginFile, ...]
    plugins: Mapping[str, str]
    folder: Path | None = None

    @classmethod
    def of_this_process(cls, plugins: Mapping[str, str], folder: Path | None = None) -> OnWorker:
        return cls(software(), loaded_files(), plugins, folder)

    def prepare(self) -> None:
        """Load the plug-ins. RunError if this process would compute other numbers than the driver's."""
        here = software()
        other = [f"{name} {here[name]} instead of {version}" for name, version in self.software.items()
                 if here[name] != version]
        if other:
            raise RunError(f"{_this()} has {', '.join(other)}, and would compute other numbers than the driver: "
                           "install the same versions there")
        with _preparing:  # threads of a worker begin at the same time
            for file in self.files:
                _load(file)
        if self.plugins:
            self._expect_plugins()

    def compute(self, task: Task) -> bytes:
        """The task's result; its schema alone where the result is written here."""
        self.prepare()
        result = compute(task)
        return result if self.folder is None else written(self.folder, result)

    def _expect_plugins(self) -> None:
        load_installed()
        here, wrong = loaded(), []
        for name, source in self.plugins.items():
            if name not in here:
                cure = "move it to a file, and load that with --plugin FILE.py or ds.load_plugin" \
                    if source == "a script" else "install it there"
                wrong.append(f"{_this()} has not the {name} of {source}: {cure}")
            elif here[name] != source:
                wrong.append(f"{_this()} has the {name} of {here[name]}, the driver that of {source}")
        if wrong:
            raise RunError("\n".join(wrong))


def _load(file: PluginFile) -> None:
    if file in loaded_files():
        return
    path = Path(_folder()) / file.name
    path.write_bytes(file.content)
    try:
        load_plugin(path)
    except InputError as error:
        raise RunError(f"{_this()}: {error}; workers get the file alone and keep it: restart the workers after a change"
                       ) from error


@cache
def _folder() -> str:
    """Where this process keeps the files of plug-ins, until it ends."""
    _kept.append(tempfile.TemporaryDirectory(prefix="dynsim-plugins-"))
    return _kept[-1].name


_kept: list[tempfile.TemporaryDirectory[str]] = []


def _this() -> str:
    return f"the worker on {socket.gethostname()} (process {os.getpid()})"
