"""Packages that only some of dynsim needs. They are installed as extras and imported when they are used."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from .errors import InputError


def from_extra(extra: str, module: str, needed_by: str) -> ModuleType:
    """The module, which a package of `dynsim[extra]` has. Raises InputError with the command that installs it.

    needed_by: what needs it, as the beginning of the message.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or module).partition(".")[0]
        raise InputError(f"{needed_by} needs the package {package}: pip install 'dynsim[{extra}]'") from error
