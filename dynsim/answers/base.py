"""The answers by name. An answer is a function in a file of its own:

    @answer("gains", order=30, heading="Gains and losses")
    def gains(found: Findings) -> list[str]:

Its sentences come the most important first: a terminal shows as many of them as it has room for, the page shows all.
An empty list where there is nothing to say. Every claim has its number, and its spread over the replicas.

Where parameters vary, an answer is asked cell by cell (cells.py), and never sees replicas of different
values together; by_cell.py says how. One that tells by itself how something depends on what varies is `of` the run, or
of cells where they are few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..registry import Registry
from .wording.by_cell import Of, Tell, by_cell
from .wording.findings import Findings


@dataclass(frozen=True)
class Answer:
    """An answer. order: its place, ascending. heading: what it is about, above its sentences on the page. of: what it
    is asked of where parameters vary."""

    name: str
    order: float
    heading: str
    tell: Tell
    of: Of


@dataclass(frozen=True)
class Told:
    """What an answer says of one run: at least one sentence."""

    name: str
    heading: str
    sentences: tuple[str, ...]


ANSWERS: Registry[Any] = Registry("answer", "dynsim.answers")


def answer(name: str, order: float, heading: str, of: Of = "cells") -> Callable[[Tell], Tell]:
    """Decorator: make the answer known by its name."""

    def register(tell: Tell) -> Tell:
        ANSWERS.register(Answer(name, order, heading, tell, of))
        return tell

    return register


def answers() -> list[Answer]:
    """All answers in their order."""
    return sorted((ANSWERS.get(name) for name in ANSWERS.names()), key=lambda one: one.order)


def told(found: Findings) -> tuple[Told, ...]:
    """What all answers say of a run; those that have nothing to say are left out."""
    said = [(one, tuple(by_cell(one.tell, found, one.of))) for one in answers()]
    return tuple(Told(one.name, one.heading, sentences) for one, sentences in said if sentences)
