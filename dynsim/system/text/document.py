"""A text read as plain data, which still knows where in the text every value stands."""

from dataclasses import dataclass, field
from typing import Any

from ...errors import Problem, shown

Location = tuple[str | int, ...]
Mark = tuple[int, int]


@dataclass(frozen=True)
class Document:
    """A scenario as plain data, and the places in its text. Lines and columns count from 1."""

    data: dict[str, Any]
    file: str | None
    marks: dict[Location, Mark] = field(repr=False)
    key_marks: dict[Location, Mark] = field(repr=False)

    def mark(self, path: Location) -> Mark:
        """(line, column) of the value at `path`, or of its nearest parent that exists."""
        return _nearest(self.marks, path)

    def key_mark(self, path: Location) -> Mark:
        """(line, column) of the key of the value at `path`; of the value itself in a list or at the top."""
        return self.key_marks[path] if path in self.key_marks else self.mark(path)

    def problem(self, path: Location, message: str, at_key: bool = False) -> Problem:
        """`message` about the value (or with `at_key` about the key) at `path`, with its place."""
        line, column = self.key_mark(path) if at_key else self.mark(path)
        return Problem(message, dotted(path) or None, self.file, line, column)


def dotted(path: Location) -> str:
    """`path` as people write it: `agents.critic.rule.rate`, `events[2].set`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + (step if step.isidentifier() and len(step) <= 40 else shown(step))
    return text


def _nearest(marks: dict[Location, Mark], path: Location) -> Mark:
    while path not in marks:
        path = path[:-1]
    return marks[path]
