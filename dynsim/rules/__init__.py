"""Learning rules, one in a file. `dynsim.rules.gradient(rate=0.05)` states one in a script."""

from __future__ import annotations

from collections.abc import Callable

from ..settings import named, offer
from .base import RULES, RuleSpec, make

__all__ = ["RULES", "RuleSpec", "make"]

offer(RULES, RuleSpec, globals())


def __getattr__(name: str) -> Callable[..., RuleSpec]:
    return named(RULES, RuleSpec, name, "learning rule")


def __dir__() -> list[str]:
    return [*__all__, *RULES.names()]


RULES.names()  # every system has rules: their modules are imported with the package
