"""Learning rules, one in a file. `dynsim.rules.gradient(rate=0.05)` states one in a script."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import suggest
from ..settings import stating
from .base import RULES, RuleSpec, make

__all__ = ["RULES", "RuleSpec", "make"]


def __getattr__(name: str) -> Callable[..., RuleSpec]:
    if name in RULES.names():  # registered from outside, after this module was imported
        return stating(RULES, RuleSpec, name)
    raise AttributeError(f"there is no learning rule {name!r}{suggest(name, RULES.names())}")


def __dir__() -> list[str]:
    return [*__all__, *RULES.names()]


# A rule's file and the rule have the same name: here the name means the function that states the rule.
globals().update({name: stating(RULES, RuleSpec, name) for name in RULES.names()})
