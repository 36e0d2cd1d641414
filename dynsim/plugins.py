"""Plug-ins from outside the package: Python modules that register rules, games, metrics, … when they are imported.

They come from an installed package with an entry point in the group `dynsim.plugins`, or from a file
(`--plugin FILE.py`, `ds.load_plugin`). Both are chosen by the user who starts dynsim; a scenario cannot load a plug-in.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from .errors import Advice, InputError, Problem

GROUP = "dynsim.plugins"

_modules: dict[str, str] = {}  # what was registered from outside, "rule lion" → the module that registered it
_forget: dict[str, Callable[[], object]] = {}
_sources: dict[str, str] = {"__main__": "a script", "__mp_main__": "a script"}  # module or package → in messages
_files: dict[str, PluginFile] = {}  # module → the file that it was loaded from


@dataclass(frozen=True)
class PluginFile:
    """The file of a plug-in, to be loaded where there is no such file: on a worker."""

    name: str
    content: bytes

    @property
    def source(self) -> str:
        return f"{self.name} (SHA-256 {hashlib.sha256(self.content).hexdigest()[:16]})"


def note(kind: str, name: str, module: str, forget: Callable[[], object]) -> None:
    """Called by a registry when a module from outside has registered a plug-in. forget: undoes the registration."""
    _modules[f"{kind} {name}"], _forget[f"{kind} {name}"] = module, forget


def loaded() -> dict[str, str]:
    """Every plug-in from outside, "rule lion" → its source: a file with its hash, an installed package with its
    version, or the name of a module."""
    return {
        name: _sources.get(module) or _sources.get(module.split(".")[0], module) for name, module in _modules.items()
    }


def loaded_files() -> tuple[PluginFile, ...]:
    """The files that were loaded, in their order."""
    return tuple(file for module, file in _files.items() if module in sys.modules)


@cache
def load_installed() -> None:
    """Import every installed plug-in. One that fails causes a warning (`Advice`): what does not need it still works."""
    for entry in entry_points(group=GROUP):
        package = entry.dist
        source = f"{package.name} {package.version}" if package is not None else entry.module
        _sources.setdefault(entry.module.split(".")[0], source)
        try:
            entry.load()
        except Exception as error:
            text = f"the installed plug-in {entry.name!r} of {source} cannot be loaded: {_reason(error)}"
            warnings.warn(Advice(Problem(text)), stacklevel=2)


def load_plugin(path: str | Path) -> ModuleType:
    """Import the Python file at `path`, which registers its plug-ins (`@RULES.register`, …), and return the module.

    A file that is loaded already is not loaded again. Load only files that you trust: loading executes them.

    InputError if the file is missing, raises an exception, or registers nothing or a name that is taken.
    """
    file = Path(path).expanduser()
    if file.exists() and not file.is_file():
        raise InputError(f"plug-in {file}: cannot be read: expected a file")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"plug-in {file}: cannot be read: {error.strerror or error}") from error
    name = f"dynsim_plugin_{file.stem}"  # the same in every process, so that a pickled object finds its class
    kept = PluginFile(file.name, content)
    source = kept.source
    if name in sys.modules:
        if _sources.get(name) != source:
            raise InputError(f"plug-in {file}: another plug-in called {file.stem} is loaded: {_sources.get(name)}")
        return sys.modules[name]
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise InputError(f"plug-in {file}: expected a Python file, NAME.py")
    module = module_from_spec(spec)
    sys.modules[name], _sources[name], _files[name] = module, source, kept
    before = dict(_modules)
    try:
        spec.loader.exec_module(module)
        if before == _modules:
            raise InputError("it registers nothing: expected @RULES.register, @GAMES.register, …")
    except (Exception, SystemExit) as error:
        del sys.modules[name], _sources[name], _files[name]
        for half in [done for done in _modules if done not in before]:  # registered before the error
            del _modules[half]
            _forget.pop(half)()
        reason = error if isinstance(error, InputError) else _reason(error)
        raise InputError(f"plug-in {_place(error, file)}: {reason}") from error
    return module


def check(made_with: Mapping[str, str], needed: Iterable[str]) -> None:
    """Compare the plug-ins that a run was made with and those that are loaded.

    made_with: the result of `loaded` at that time. needed: the kinds ("rule", "game", …) that are necessary to read the
    run. InputError for missing plug-ins of these kinds; a warning (`Advice`) for other missing ones, and for plug-ins
    that have changed since.
    """
    load_installed()
    here, kinds = loaded(), tuple(f"{kind} " for kind in needed)
    gone = {name: source for name, source in made_with.items() if name not in here}
    wrong = [name for name in gone if name.startswith(kinds)]
    if wrong:
        raise InputError(*(f"the run was made with the {name} of the plug-in {gone[name]}, which is not loaded: give "
                           "its file with --plugin, or install its package" for name in wrong))  # fmt: skip
    for name, source in made_with.items():
        if name in gone:
            text = f"the run was made with the {name} of the plug-in {source}, which is not loaded: it is left out"
        elif here[name] != source:
            text = f"the {name} is of the plug-in {here[name]}; the run was made with {source}"
        else:
            continue
        warnings.warn(Advice(Problem(text)), stacklevel=2)


def _place(error: BaseException, file: Path) -> str:
    """The file, with the line that raised the error."""
    if isinstance(error, SyntaxError):
        return f"{file}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == file.resolve()]
    return f"{file}:{lines[-1]}" if lines else str(file)


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
