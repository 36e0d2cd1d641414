"""Reads a scenario's text, which may be untrusted: a subset of YAML, with the position of every value.

Accepted: mappings with text as keys, lists, text, numbers, true, false and null (see yaml_scalars). Refused, each with
its position: tags, anchors, aliases, merge keys, directives, duplicate keys, a second document, and anything beyond a
limit. Mistakes are collected; only invalid syntax or a limit ends the reading.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ...errors import InputError, Problem, shown
from .document import Document, Location, Mark, dotted
from .local_path import read_file
from .yaml_commas import joined
from .yaml_scalars import UNPRINTABLE, resolve

MAX_BYTES = 2**20
MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_SCALAR = 10_000
MAX_PROBLEMS = 100

_QUOTE = " (quote it if it is text)"
_ADVICE = {
    "mapping values are not allowed": "text that contains ': ' needs quotes",
    "did not find expected ',' or '}'": "text with brackets needs quotes here",
    "did not find expected key": "keys of one mapping start in one column",
    "cannot start any token": "text that starts with this character needs quotes",
    "unexpected end of stream": "a quote is not closed",
}

# libyaml reads 1 MiB in at most 0.8 s; PyYAML's own parser, the fallback, takes at most 4 s.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str | bytes, file: str | None = None, room: int = 1) -> Document:
    """The document in `text`. Raises InputError with every mistake.

    file: its name in messages. room: factor on the limits MAX_BYTES and MAX_NODES.
    """
    return _Reader(_checked_text(text, file, room), file, room).document()


def load_file(path: Path | str, room: int = 1) -> Document:
    """The document in the file at `path`. Raises InputError with every mistake, or if the file cannot be read."""
    return load(read_file(Path(path), room * MAX_BYTES + 1), str(path), room)


def _checked_text(text: str | bytes, file: str | None, room: int) -> str:
    """`text` decoded. Raises InputError if it is too large, not UTF-8, or contains unprintable characters."""

    def refuse(message: str, before: str = "") -> NoReturn:
        lines = before.split("\n")
        raise InputError(Problem(message, None, file, len(lines), len(lines[-1]) + 1))

    if len(text) > room * MAX_BYTES:
        refuse(f"expected at most {room * MAX_BYTES:,} bytes, got more")
    if isinstance(text, bytes):
        raw = text
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            before = raw[: error.start].decode("utf-8")
            refuse(f"expected UTF-8 text, got the byte 0x{raw[error.start]:02x}", before)
    if found := UNPRINTABLE.search(text):
        advice = " (a byte order mark: save the file without it)" if found[0] == "\ufeff" else ""
        refuse(f"expected printable text, got U+{ord(found[0]):04X}{advice}", text[: found.start()])
    return text


class _Reader:
    """Walks the parser's events once, depth first, and builds the data, the positions and the list of mistakes."""

    def __init__(self, text: str, file: str | None, room: int) -> None:
        self.text, self.file = text, file
        self.most = room * MAX_NODES
        self.problems: list[Problem] = []
        self.marks: dict[Location, Mark] = {}
        self.key_marks: dict[Location, Mark] = {}
        self.events = self._limited_events()

    def document(self) -> Document:
        self._refuse_directives()
        _, start = islice(self.events, 2)
        if isinstance(start, yaml.StreamEndEvent):
            self._stop("expected a scenario, got an empty document", (1, 1))
        root = next(self.events)
        if not isinstance(root, yaml.MappingStartEvent):
            self._stop("expected a mapping (key: value) at the top", _place(root))
        data = self._node(root, ())
        self._refuse_second_document()
        if self.problems:
            raise self._error()
        return Document(data, self.file, self.marks, self.key_marks)

    def _limited_events(self) -> Iterator[Any]:
        depth = nodes = 0
        event = None
        try:
            for event in joined(yaml.parse(self.text, Loader=_Parser), self.text):
                nodes += isinstance(event, yaml.NodeEvent)
                depth += isinstance(event, yaml.CollectionStartEvent)
                depth -= isinstance(event, yaml.CollectionEndEvent)
                if nodes > self.most:
                    self._stop(f"expected at most {self.most:,} keys and values, got more", _place(event))
                if depth > MAX_DEPTH:
                    self._stop(f"expected at most {MAX_DEPTH} levels of nesting, got more", _place(event))
                yield event
        except yaml.MarkedYAMLError as error:
            self._syntax_error(error)
        except (ValueError, OverflowError):  # PyYAML's own parser raises them for '\UFFFFFFFF'
            self._stop("not YAML: an escape (\\U...) that is no character", _place(event))

    def _refuse_directives(self) -> None:
        for number, line in enumerate(self.text.split("\n"), start=1):
            if line.startswith("%"):
                self._stop(f"directives are not allowed, got {shown(line)}", (number, 1))
            if not _is_blank(line):
                return

    def _refuse_second_document(self) -> None:
        # The text is searched directly: the parser takes quadratic time for the directives of a second document.
        end = next(self.events).end_mark
        column = end.column + 1
        for number, line in enumerate(self.text[end.index :].split("\n"), start=end.line + 1):
            if not _is_blank(line) and line.strip() != "...":
                begins = line.startswith("---")
                found = "a second document" if begins else "text that is outdented or after its end"
                place = (number, column + _indent(line))
                return self._note(f"expected one document and nothing else, got {found}", place)
            column = 1

    def _node(self, event: Any, path: Location) -> Any:
        place = self.marks[path] = _place(event)
        if isinstance(event, yaml.AliasEvent):
            found = shown(f"*{event.anchor}")
            return self._note(f"aliases are not allowed, got {found}{_QUOTE}", place, path)
        if event.anchor is not None:
            self._note(f"anchors are not allowed, got {shown(f'&{event.anchor}')}{_QUOTE}", place, path)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._note(f"tags are not allowed, got {shown(tag)}{_QUOTE}", place, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._scalar(event, place, path)

    def _list(self, path: Location) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            inner = (*path, key)
            if key in result:
                first = self.key_marks[inner][0]
                self._note(f"duplicate key, first given in line {first}", _place(event), inner)
            else:
                self.key_marks[inner] = _place(event)
            result[key] = self._node(next(self.events), inner)
        return result

    def _key(self, event: Any, path: Location) -> str:
        """The text of a key; if it is refused, a stand-in, so that mistakes in its value are found too."""
        place = _place(event)
        stand_in = f"(line {place[0]}, column {place[1]})"
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            self._note("merge keys (<<) are not allowed", place, path)
            return stand_in
        mistakes = len(self.problems)
        key = self._node(event, (*path, stand_in))
        del self.marks[*path, stand_in]
        if isinstance(key, str):
            return key
        if len(self.problems) == mistakes:
            found = "a list or a mapping" if isinstance(key, list | dict) else shown(event.value)
            self._note(f"expected text as the key, got {found}{_QUOTE}", place, path)
        return stand_in

    def _scalar(self, event: Any, place: Mark, path: Location) -> Any:
        text = event.value
        if len(text) > MAX_SCALAR:
            return self._note(f"expected at most {MAX_SCALAR:,} characters, got {len(text):,}", place, path)
        if found := UNPRINTABLE.search(text):
            return self._note(f"expected printable text, got U+{ord(found[0]):04X} in it", place, path)
        if not event.implicit[0]:
            return text
        try:
            return resolve(text)
        except ValueError as error:
            return self._note(str(error), place, path)

    def _note(self, message: str, place: Mark, path: Location = ()) -> None:
        self.problems.append(Problem(message, dotted(path) or None, self.file, *place))
        if len(self.problems) >= MAX_PROBLEMS:
            raise self._error()

    def _stop(self, message: str, place: Mark) -> NoReturn:
        self.problems.append(Problem(message, None, self.file, *place))
        raise self._error()

    def _error(self) -> InputError:
        return InputError(*sorted(self.problems, key=lambda one: (one.line or 0, one.column or 0)))

    def _syntax_error(self, error: yaml.MarkedYAMLError) -> NoReturn:
        unclosed = error.problem and "unexpected end of stream" in error.problem
        mark = error.context_mark if unclosed else error.problem_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        rows = self.text.split("\n")
        if line < len(rows) and rows[line][column : column + 1] == "\t":
            self._stop("expected spaces as indentation, got a tab", (line + 1, column + 1))
        if error.problem and "nesting depth" in error.problem:  # libyaml reads ahead and has its own limit
            self._stop(f"expected at most {MAX_DEPTH} levels of nesting, got more", (line + 1, column + 1))
        said = ", ".join(part for part in (error.context, error.problem) if part)
        advice = next((f" ({text})" for words, text in _ADVICE.items() if words in said), "")
        self._stop(f"not YAML: {said}{advice}", (line + 1, column + 1))


def _is_blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _place(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1
