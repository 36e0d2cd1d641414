"""The contract of an answer. An answer is a function in a file of its own:

    @answer("gains", section=CONFLICT, order=20, heading="Gains and losses")
    def gains(found: Findings) -> list[str]:
        \"\"\"Who gained and who lost.\"\"\"

It returns complete sentences, the most important first, or an empty list if there is nothing to say. A terminal shows
as many as fit; the page shows all. Every claim comes with a number and its spread over the replicas.

SECTIONS is the table of contents. Within a section, answers are sorted by `order`; answers without an order come last,
by name. A new answer names its section, and no other file changes.

If parameters vary, dynsim calls an answer once per cell (wording/by_cell.py), so an answer never sees replicas with
different parameter values together. An answer about the dependence on parameters is `of` the run, or of the cells if
these are few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from ..analysis.reading.moves import Need
from ..registry import Registry
from .wording.by_cell import Of, Tell, by_cell
from .wording.findings import Findings

OUTCOME = "How the run ended, and what that depends on"
CONFLICT = "What the agents did to each other, and who gained"
LABELS = "Whether the labels tell what the agents do"
READING = "How to read the numbers"
SECTIONS = (OUTCOME, CONFLICT, LABELS, READING)


@dataclass(frozen=True)
class Answer:
    """An answer. section: one of SECTIONS. order: its position within the section, ascending. heading: its subject,
    shown above its sentences on the page. of: what it describes if parameters vary. needs: what the source must offer,
    by the names in analysis/reading/moves.py. example: a scenario for which it returns a sentence; the contract tests
    need one if it returns none for all their own runs (tests/plots/cases.py)."""

    name: str
    section: str
    order: float
    heading: str
    tell: Tell
    of: Of = "cells"
    needs: tuple[Need, ...] = ()
    example: str = ""


@dataclass(frozen=True)
class Told:
    """What an answer says about one run: at least one sentence."""

    name: str
    heading: str
    sentences: tuple[str, ...]


ANSWERS: Registry[Any] = Registry("answer", "dynsim.answers")


def answer(
    name: str, section: str, heading: str, order: float = inf, of: Of = "cells", needs: tuple[Need, ...] = (),
    example: str = "",
) -> Callable[[Tell], Tell]:
    """Decorator: register the answer under its name. ValueError for an unknown section."""
    if section not in SECTIONS:
        raise ValueError(f"the answer {name!r} names the section {section!r}: expected one of {', '.join(SECTIONS)}")

    def register(tell: Tell) -> Tell:
        ANSWERS.register(Answer(name, section, order, heading, tell, of, needs, example), tell.__module__)
        return tell

    return register


def answers() -> list[Answer]:
    """All answers, as SECTIONS and their order place them."""
    found: list[Answer] = [ANSWERS.get(name) for name in ANSWERS.names()]
    return sorted(found, key=lambda one: (SECTIONS.index(one.section), one.order, one.name))


def told(found: Findings) -> tuple[Told, ...]:
    """What all answers say about a run, without those that have nothing to say or need something that its source does
    not offer."""
    able = [one for one in answers() if found.source.has.issuperset(one.needs)]
    said = [(one, tuple(by_cell(one.tell, found, one.of))) for one in able]
    return tuple(Told(one.name, one.heading, sentences) for one, sentences in said if sentences)
