"""A text read as plain data, with the position of every key and value in the text."""

from dataclasses import dataclass, field
from typing import Any

from ...errors import Problem, shown

Location = tuple[str | int, ...]
Mark = tuple[int, int]


@dataclass(frozen=True)
class Document:
    """A scenario as plain data. marks, key_marks: location → (line, column) of the value and of its key, from 1."""

    data: dict[str, Any]
    file: str | None
    marks: dict[Location, Mark] = field(repr=False)
    key_marks: dict[Location, Mark] = field(repr=False)

    def mark(self, path: Location) -> Mark:
        """(line, column) of the value at `path`, or of its nearest existing parent."""
        return _nearest(self.marks, path)

    def key_mark(self, path: Location) -> Mark:
        """(line, column) of the key at `path`; of the value if it has no key, in a list or at the top."""
        return self.key_marks[path] if path in self.key_marks else self.mark(path)

    def problem(self, path: Location, message: str, at_key: bool = False) -> Problem:
        """A problem with the value at `path`, or with its key if `at_key`, with file, line and column."""
        line, column = self.key_mark(path) if at_key else self.mark(path)
        return Problem(message, dotted(path) or None, self.file, line, column)


def dotted(path: Location) -> str:
    """`path` as users write it: `agents.critic.rule.rate`, `events[2].set`."""
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
