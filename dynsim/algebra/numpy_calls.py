"""NumPy's functions of symbols: np.exp(m) is the expression exp(m), and an array of numbers is a vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import DomainError
from .operations import OPERATIONS
from .vector import as_vector, elementwise

_SAME = {row.numpy: name for name, row in OPERATIONS.items() if isinstance(row.numpy, np.ufunc)}
_SAME |= {np.minimum: "min", np.maximum: "max"}
_TURNED = {np.greater: "lt", np.greater_equal: "le"}


def called(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """What NumPy's `ufunc` gives of expressions, vectors, numbers and arrays of numbers. DomainError for a function
    that expressions have not."""
    args = [as_vector(x) for x in inputs]
    if method == "__call__" and not options:
        if ufunc in _SAME:
            return elementwise(_SAME[ufunc], *args)
        if ufunc in _TURNED:
            return elementwise(_TURNED[ufunc], *reversed(args))
        if ufunc is np.matmul:
            return args[0] @ args[1]
    name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    known = sorted({f.__name__ for f in {*_SAME, *_TURNED} if isinstance(f, np.ufunc)})
    raise DomainError(f"np.{name}: expected a function that expressions have, such as np.exp: {', '.join(known)}")
