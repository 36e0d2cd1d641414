"""What can go wrong, as exceptions:

    DynsimError                 base of all of them; never raised itself
    ├── InputError              what the user wrote is wrong                    exit code 2
    │   └── OutputExists        the output directory is there already           exit code 2
    ├── ExpressionError         an expression's text is wrong, with its column  exit code 2
    ├── DomainError             an expression combines values that do not fit   exit code 2
    ├── RunError                the run itself failed                           exit code 1
    └── Interrupted             stopped by the user, partial results are kept   exit code 130

A replica that diverges is a result, not an error: it is frozen and reported. What is no mistake, but will hardly be
meant, is an `Advice`, a warning of Python's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar


@dataclass(frozen=True)
class Problem:
    """One mistake: what was found and what was expected, and where, as far as that is known.

    `path` is the place inside the scenario (`agents.critic.rule.rate`); `line` and `column` count from 1.
    As text: `file:line:column: path: message`, without the parts that are None.
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
    """Base of every error that dynsim raises on purpose. `exit_code` is what the command line ends with."""

    exit_code: ClassVar[int] = 1


class InputError(DynsimError):
    """What the user wrote is wrong. `problems` holds every mistake found; as text, one line for each."""

    exit_code = 2

    def __init__(self, *problems: Problem | str) -> None:
        super().__init__(*problems)
        self.problems = tuple(Problem(item) if isinstance(item, str) else item for item in problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class OutputExists(InputError):
    """The output directory exists, and neither `--force` nor `--resume` was given."""


class ExpressionError(DynsimError):
    """An expression's text is wrong. `column` counts characters of the text from 1."""

    exit_code = 2

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message, column)
        self.message = message
        self.column = column

    def __str__(self) -> str:
        return f"column {self.column}: {self.message}"


class DomainError(DynsimError):
    """An expression combines values that do not fit together: two populations, a vector and a longer one, …"""

    exit_code = 2


class RunError(DynsimError):
    """The run failed though its input was good: a full disk, a damaged checkpoint."""


class Interrupted(DynsimError):
    """The user stopped the run; what was recorded until then is kept. `run` holds it, where it can be read."""

    exit_code = 130

    def __init__(self, message: str, run: Any = None) -> None:
        super().__init__(message)
        self.run = run


class Advice(UserWarning):
    """A system can be run as it is, but something in it will hardly be what was meant. `problem`: what, and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)


def shown(text: str, width: int = 40) -> str:
    """`text` for a message: in quotes, on one line, unprintable characters escaped, cut to `width`."""
    cut = text if len(text) <= width else text[: width - 1] + "…"
    return f"'{''.join(c if c.isprintable() else c.encode('unicode_escape').decode() for c in cut)}'"


def suggest(name: str, names: Iterable[str]) -> str:
    """The end of a message about an unknown name: ", did you mean 'theta'?", or "" where nothing is near."""
    near = nearest(name, names)
    return "" if near is None else f", did you mean {near!r}?"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that is most alike, upper and lower case being the same; None where nothing is near."""
    known = {known.casefold(): known for known in sorted(names, reverse=True)}
    if name in known.values():
        return name
    near = get_close_matches(str(name)[:100].casefold(), sorted(known), n=1)
    return known[near[0]] if near else None
