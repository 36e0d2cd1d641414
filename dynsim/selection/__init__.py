"""Selection schemes, one in a file: which systems reproduce, and which they replace.

`dynsim.schemes.tournament(size=3)` states one in a script: `s.selection(scheme=ds.schemes.tournament(size=3), …)`.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import suggest
from ..settings import stating
from .base import SCHEMES, Scheme, SchemeSpec, Succession, make

__all__ = ["SCHEMES", "Scheme", "SchemeSpec", "Succession", "make"]


def __getattr__(name: str) -> Callable[..., SchemeSpec]:
    if name in SCHEMES.names():  # registered from outside, after this module was imported
        return stating(SCHEMES, SchemeSpec, name)
    raise AttributeError(f"there is no selection scheme {name!r}{suggest(name, SCHEMES.names())}")


def __dir__() -> list[str]:
    return [*__all__, *SCHEMES.names()]


# A scheme's file and the scheme have the same name: here the name means the function that states the scheme.
globals().update({name: stating(SCHEMES, SchemeSpec, name) for name in SCHEMES.names()})
