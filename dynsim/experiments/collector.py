"""Python's collector of garbage while an experiment runs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARE = 1000  # collections of younger objects between two of all


@contextmanager
def rare_full_collections() -> Iterator[None]:
    """Collect young garbage as always, and look at all objects rarely.

    An experiment holds several small objects for each of its cells until it ends. Otherwise the collector would look at
    all of them again and again, which takes a fifth of the time of a large experiment of short runs.
    """
    young, older, oldest = gc.get_threshold()
    gc.set_threshold(young, older, max(RARE, oldest))
    try:
        yield
    finally:
        gc.set_threshold(young, older, oldest)
