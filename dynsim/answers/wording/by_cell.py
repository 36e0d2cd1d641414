"""Answers about a run in which parameters vary: one for each cell, never one that mixes parameter values.

Up to FEW cells, every cell has its sentences. With more, only the first and the last cell have them, and the middle one
if all lie along one axis; the answer `dependence` describes what happens in between. Cells for which an answer says the
same share a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Literal

from .findings import Findings
from .words import listing

FEW = 4

Tell = Callable[[Findings], Sequence[str]]
Of = Literal["cells", "few cells", "run"]
"""What an answer describes: single cells; single cells if they are few, else the run; always the run."""


def by_cell(tell: Tell, found: Findings, of: Of) -> list[str]:
    """The sentences, the most important first, each with the parameter values for which it holds."""
    count = found.cells.count
    if count == 1 or of == "run" or (of == "few cells" and count > FEW):
        return list(tell(found))
    between = [count // 2] if len(found.cells.axes) == 1 else []
    told = range(count) if count <= FEW else [0, *between, count - 1]
    parts = [found.of_cell(cell) for cell in told]
    places: dict[str, list[str]] = {}
    for sentences in zip_longest(*map(tell, parts)):
        for part, sentence in zip(parts, sentences, strict=True):
            if sentence is not None:
                places.setdefault(sentence, []).append(part.part)
    return [f"{_places(those, len(those) == count)}: {_inside(found, text)}" for text, those in places.items()]


def _inside(found: Findings, sentence: str) -> str:
    """The sentence as it reads after a colon: its first word is in lower case, unless it is a name."""
    first = sentence.partition(" ")[0].partition("'")[0].partition("[")[0].rstrip(",.")
    return sentence if first in found.names else sentence[0].lower() + sentence[1:]


def _places(places: Sequence[str], everywhere: bool) -> str:
    """ "At k = 1", "At k = 1 and 2", "At k = 1, m = 2 and at k = 2, m = 1", "Throughout"."""
    if everywhere:
        return "Throughout"
    names = {place.partition(" = ")[0] for place in places}
    if len(names) == 1 and all(" = " in place and ", " not in place for place in places):
        return f"At {names.pop()} = {listing([place.partition(' = ')[2] for place in places], FEW)}"
    return f"At {listing(places, FEW)}" if len(places) == 1 else f"At {' and at '.join(places)}"
