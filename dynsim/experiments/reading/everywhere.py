"""Whether what an experiment names exists in all of its structures; where it is missing, in one message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ...compiler.program import Program
from ...system.grammar.problems import Place, Problems
from ...system.model import Model

SHOWN = 3  # values in a message
VARIANT = "variant"

Mistake = tuple[str, int | None]
"""What is wrong, "" if nothing is, and the column of the mistake in its text."""


@dataclass(frozen=True)
class Named:
    """A text of the experiment that names a quantity. mistake: why a model does not have it. everywhere: whether all
    structures must have it; otherwise one is enough."""

    place: Place
    text: str
    mistake: Callable[[Model, Program], Mistake]
    everywhere: bool = True


@dataclass
class Everywhere:
    """Looks for what is named in one structure after the other."""

    named: Sequence[Named]
    structures: list[Mapping[str, str]] = field(default_factory=list)
    _missing: dict[Place, list[tuple[Mapping[str, str], Mistake]]] = field(default_factory=dict)

    def look(self, structure: Mapping[str, str], model: Model, program: Program) -> None:
        """structure: what tells it from others, as a message shows it: its variant, and the values of the axes."""
        self.structures.append(structure)
        for one in self.named:
            mistake = one.mistake(model, program)
            if mistake[0]:
                self._missing.setdefault(one.place, []).append((structure, mistake))

    def note(self, problems: Problems) -> None:
        """Note everything that is missing somewhere, and where."""
        for one in self.named:
            missing = self._missing.get(one.place, [])
            if missing and (one.everywhere or len(missing) == len(self.structures)):
                message, column = missing[0][1]
                where = self._where([structure for structure, _ in missing])
                problems.add(one.place, message + where, text=one.text, column=column)

    def _where(self, missing: Sequence[Mapping[str, str]]) -> str:
        if len(missing) == len(self.structures):
            return ""
        for factor in missing[0]:
            values = {structure[factor]: None for structure in missing}
            if sum(structure[factor] in values for structure in self.structures) == len(missing):
                return f" ({_told(factor, [*values])})"
        first = ", ".join(_told(factor, [value]) for factor, value in missing[0].items())
        return f" (in {len(missing)} of {len(self.structures)} structures: the first is {first})"


def _told(factor: str, values: Sequence[str]) -> str:
    listed = ", ".join(values[:SHOWN]) + (", …" if len(values) > SHOWN else "")
    if factor == VARIANT:
        return f"in the variant{'' if len(values) == 1 else 's'} {listed}"
    return f"with {factor} = {listed}"
