"""From names to plug-ins. A plug-in is registered by a module of the registry's package, so adding one is adding one
file. Plug-ins from outside the package (plugins.py) behave the same."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Generic, TypeVar

from .errors import InputError, nearest
from .plugins import load_installed, note

P = TypeVar("P")
LONGEST = 60  # characters of a name in a message


def unknown(kind: str, name: str, known: Iterable[str], of: str = "") -> str:
    """The message for a name that does not exist: the name, the nearest one, and all known ones.

    kind: what the name is of, such as "rule". of: where it was used, such as "rule 'momentum'".
    """
    names = sorted(known)
    near = nearest(name, names)
    hint = "" if near is None else f"did you mean {near!r}? "
    found = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    return f"unknown {kind} {found!r}{of and f' of {of}'}: {hint}known are {', '.join(names) or 'none'}"


class Registry(Generic[P]):
    """The plug-ins of one kind ("rule", "game"). The modules of `package` are imported when one is first needed; its
    subpackages hold what plug-ins share, and no plug-ins."""

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._plugins: dict[str, P] = {}
        self._discovered = False
        self._waiting: list[Callable[[], None]] = []

    def register(self, plugin: P, module: str = "") -> P:
        """Register the plug-in under its `name`; also a class decorator. module: where it is defined, by default the
        caller. ValueError if the name is taken."""
        name = plugin.name  # type: ignore[attr-defined]
        module = module or sys._getframe(1).f_globals.get("__name__", "")
        outside = not module.startswith(f"{self._package}.")
        if outside:
            self._discover()  # our own come first, so that the error names a plug-in from outside
        if name in self._plugins:
            raise ValueError(f"two {self.kind}s are called {name!r}")
        if outside:
            note(self.kind, name, module, partial(self._plugins.pop, name, None))
        self._plugins[name] = plugin
        return plugin

    def names(self) -> list[str]:
        """All names, sorted."""
        self._discover()
        return sorted(self._plugins)

    def get(self, name: str) -> P:
        """The plug-in of that name; InputError with the nearest name if there is none."""
        self._discover()
        if name not in self._plugins:
            raise InputError(unknown(self.kind, name, self._plugins))
        return self._plugins[name]

    def when_discovered(self, action: Callable[[], None]) -> None:
        """Call `action` once the modules of the package are imported."""
        self._waiting.append(action)

    def _discover(self) -> None:
        if not self._discovered:
            package = importlib.import_module(self._package)
            for module in pkgutil.iter_modules(package.__path__):
                if not module.ispkg:
                    importlib.import_module(f"{self._package}.{module.name}")
            self._discovered = True
            for action in self._waiting:
                action()
            load_installed()
