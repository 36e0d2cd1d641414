"""Learning rules, one in a file. `dynsim.rules.gradient(rate=0.05)` states one in a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import InputError, suggest
from ..settings import settings_of
from .base import RULES, RuleSpec, make

__all__ = ["RULES", "RuleSpec", "make"]


def _unread(key: str, raw: Any) -> Any:
    """Texts and expressions wait for the system that gives their names a meaning."""
    return raw


def _stating(name: str) -> Callable[..., RuleSpec]:
    def rule(*unnamed: Any, **settings: Any) -> RuleSpec:
        if unnamed:
            known = ", ".join(f"{key}=…" for key in settings_of(RULES.get(name))) or "none"
            raise InputError(f"settings of rule {name!r} are given by name: {known}")
        make(name, settings, _unread, _unread)
        return RuleSpec(name, settings)

    rule.__name__ = rule.__qualname__ = name
    rule.__doc__ = RULES.get(name).__doc__
    return rule


def __getattr__(name: str) -> Callable[..., RuleSpec]:
    raise AttributeError(f"there is no learning rule {name!r}{suggest(name, RULES.names())}")


# A rule's file and the rule have the same name: here the name means the function that states the rule.
globals().update({name: _stating(name) for name in RULES.names()})
