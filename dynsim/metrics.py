"""Requested metrics as a script states them: `run.metric(ds.metrics.power(samples=100))`."""

from __future__ import annotations

from collections.abc import Callable

from .analysis.requested_metrics.base import REQUESTED_METRICS, MetricSpec
from .settings import named

__all__ = ["MetricSpec"]


def __getattr__(name: str) -> Callable[..., MetricSpec]:
    return named(REQUESTED_METRICS, MetricSpec, name, "requested metric")


def __dir__() -> list[str]:
    return [*__all__, *REQUESTED_METRICS.names()]
