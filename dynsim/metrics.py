"""Requested metrics as a script states them: `run.metric(ds.metrics.power(samples=100))`."""

from __future__ import annotations

from collections.abc import Callable

from .analysis.requested_metrics.base import REQUESTED_METRICS, MetricSpec
from .errors import suggest
from .settings import stating

__all__ = ["MetricSpec"]


def __getattr__(name: str) -> Callable[..., MetricSpec]:
    if name not in REQUESTED_METRICS.names():
        raise AttributeError(f"there is no requested metric {name!r}{suggest(name, REQUESTED_METRICS.names())}")
    return stating(REQUESTED_METRICS, MetricSpec, name)


def __dir__() -> list[str]:
    return [*__all__, *REQUESTED_METRICS.names()]
