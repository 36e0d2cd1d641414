"""Designs: which combinations of the axes' values an experiment simulates. One file of this package is one design.

`dynsim.designs.latin_hypercube(n=64)` states one in a script.
"""

from __future__ import annotations

from collections.abc import Callable

from ...settings import named, offer
from .base import DESIGNS, Design, DesignSpec, make

__all__ = ["DESIGNS", "Design", "DesignSpec", "make"]

offer(DESIGNS, DesignSpec, globals())


def __getattr__(name: str) -> Callable[..., DesignSpec]:
    return named(DESIGNS, DesignSpec, name, "design")


def __dir__() -> list[str]:
    return [*__all__, *DESIGNS.names()]
