"""Phases as events: when one begins, its indicator becomes 1 and that of the phase before it 0."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from ...system.model import Event, Model


def with_phase_events(model: Model) -> Model:
    """The model with the events of its phases first, so that other events of the same tick see the new phase."""
    graph = model.graph
    one, zero = graph.constant(1.0), graph.constant(0.0)
    events = [
        Event(f"phases.{name}", at=graph.constant(model.phases[name]), set={before: zero, name: one})
        for before, name in pairwise(model.phases)
    ]
    return replace(model, events=(*events, *model.events))
