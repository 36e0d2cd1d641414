"""What can go wrong, as exceptions:

    DynsimError                 base of all of them; never raised itself
    ├── InputError              what the user wrote is wrong                    exit code 2
    │   └── OutputExists        the output directory is there already           exit code 2
    ├── ExpressionError         an expression's text is wrong, with its column  exit code 2
    ├── DomainError             an expression combines values that do not fit   exit code 2
    ├── RunError                the run itself failed                           exit code 1
    └── Interrupted             stopped by the user, partial results are kept   exit code 130
        └── BudgetSpent         the time for this call is over, likewise        exit code 3

A replica that diverges is a result, not an error: it is frozen and reported. What is no mistake, but will hardly be
meant, is an `Advice`, a warning of Python's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar


@dataclass(frozen=True)
class Problem:
    """One mistake: what was found, what was expected, and where, as far as that is known.

    path: place in the scenario (`agents.critic.rule.rate`). line, column: from 1. As text it is
    `file:line:column: path: message`, without what is None.
    """

    message: str
    path: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return ": ".join(part for part in (place, self.path, self.message) if part)


class DynsimError(Exception):
    """Base of all errors that dynsim raises deliberately. exit_code: of the command line."""

    exit_code: ClassVar[int] = 1


class InputError(DynsimError):
    """The user's input is wrong. problems: every mistake found, one line each as text."""

    exit_code = 2

    def __init__(self, *problems: Problem | str) -> None:
        super().__init__(*problems)
        self.problems = tuple(Problem(item) if isinstance(item, str) else item for item in problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class OutputExists(InputError):
    """The output directory exists, and neither `--force` nor `--resume` was given."""


class ExpressionError(DynsimError):
    """The text of an expression is wrong. column: character of the text, from 1."""

    exit_code = 2

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message, column)
        self.message = message
        self.column = column

    def __str__(self) -> str:
        return f"column {self.column}: {self.message}"


class DomainError(DynsimError):
    """An expression combines values that do not fit together: two populations, vectors of different lengths, …"""

    exit_code = 2


class RunError(DynsimError):
    """The run failed although its input was valid: a full disk, insufficient memory, a damaged checkpoint."""


class Interrupted(DynsimError):
    """The user stopped the run. run: the run until then, None if its tables were not written."""

    exit_code = 130

    def __init__(self, message: str, run: Any = None) -> None:
        super().__init__(message)
        self.run = run


class BudgetSpent(Interrupted):
    """The time that the user gave to this call of an experiment is over; another one can go on."""

    exit_code = 3


class Advice(UserWarning):
    """A warning: the system is valid, but something in it is unlikely to be intended. problem: what, and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)


def shown(text: str, width: int = 40) -> str:
    """`text` in a message: quoted, on one line, with unprintable characters escaped, cut to `width` characters."""
    cut = text if len(text) <= width else text[: width - 1] + "…"
    return f"'{''.join(c if c.isprintable() else c.encode('unicode_escape').decode() for c in cut)}'"


def suggest(name: str, names: Iterable[str]) -> str:
    """The end of a message about an unknown name: ", did you mean 'theta'?", or "" if no name is similar."""
    near = nearest(name, names)
    return "" if near is None else f", did you mean {near!r}?"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The most similar of `names`, ignoring case; None if none is similar."""
    known = {known.casefold(): known for known in sorted(names, reverse=True)}
    if name in known.values():
        return name
    near = get_close_matches(str(name)[:100].casefold(), sorted(known), n=1)
    return known[near[0]] if near else None
