"""Selection schemes, one in a file: which systems reproduce, and which they replace.

`dynsim.schemes.tournament(size=3)` states one in a script: `s.selection(scheme=ds.schemes.tournament(size=3), …)`.
"""

from __future__ import annotations

from collections.abc import Callable

from ..settings import named, offer
from .base import SCHEMES, Scheme, SchemeSpec, Succession, make

__all__ = ["SCHEMES", "Scheme", "SchemeSpec", "Succession", "make"]

offer(SCHEMES, SchemeSpec, globals())


def __getattr__(name: str) -> Callable[..., SchemeSpec]:
    return named(SCHEMES, SchemeSpec, name, "selection scheme")


def __dir__() -> list[str]:
    return [*__all__, *SCHEMES.names()]
