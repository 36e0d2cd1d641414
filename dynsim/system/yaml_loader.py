"""Reads a scenario's text: the plain part of YAML, with the place of every value, from people not to be trusted.

What is read: mappings with text as keys, lists, text, numbers, true, false, null (see yaml_scalars). What is refused,
each with file, line and column: tags, anchors, aliases, merge keys, directives, duplicate keys, several documents, and
whatever is past a limit. All mistakes are collected; only a syntax error or a limit ends the reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import yaml

from dynsim.errors import InputError, Problem
from dynsim.system.yaml_scalars import UNPRINTABLE, resolve, shown

MAX_BYTES = 2**20
MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_SCALAR = 10_000
MAX_PROBLEMS = 100

Path_ = tuple[str | int, ...]
Mark = tuple[int, int]

# libyaml reads 1 MiB in half a second; PyYAML's own parser, the fallback, gives the same events ten times slower.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """A scenario as plain data, and the places in its text. Lines and columns count from 1."""

    data: dict[str, Any]
    file: str | None
    marks: dict[Path_, Mark] = field(repr=False)
    key_marks: dict[Path_, Mark] = field(repr=False)

    def mark(self, path: Path_) -> Mark:
        """(line, column) of the value at `path`, or of its nearest parent that exists."""
        return _nearest(self.marks, path)

    def key_mark(self, path: Path_) -> Mark:
        """(line, column) of the key of the value at `path`; of the value itself in a list or at the top."""
        return self.key_marks[path] if path in self.key_marks else self.mark(path)

    def problem(self, path: Path_, message: str, at_key: bool = False) -> Problem:
        """`message` about the value (or with `at_key` about the key) at `path`, with its place."""
        line, column = self.key_mark(path) if at_key else self.mark(path)
        return Problem(message, dotted(path) or None, self.file, line, column)


def load(text: str | bytes, file: str | None = None) -> Document:
    """The document in `text`; `file` is what messages call it. Raises InputError with every mistake in it."""
    text = _checked_text(text, file)
    reader = _Reader(text, file)
    document = reader.document()
    if reader.problems:
        raise InputError(*sorted(reader.problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
    return document


def load_file(path: Path | str) -> Document:
    """The document in the file at `path`. Raises InputError also when there is no such file or it cannot be read."""
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from error
    return load(content, str(path))


def dotted(path: Path_) -> str:
    """`path` as people write it: `agents.critic.rule.rate`, `events[2].set`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + (step if step.isidentifier() and len(step) <= 40 else shown(step))
    return text


def _nearest(marks: dict[Path_, Mark], path: Path_) -> Mark:
    while path not in marks:
        path = path[:-1]
    return marks[path]


def _checked_text(text: str | bytes, file: str | None) -> str:
    """`text` decoded, within the limit on size, and free of characters that YAML or a terminal trips over."""

    def refuse(message: str, before: str = "") -> NoReturn:
        lines = before.split("\n")
        raise InputError(Problem(message, None, file, len(lines), len(lines[-1]) + 1))

    if len(text) > MAX_BYTES:
        refuse(f"expected at most {MAX_BYTES:,} bytes, got more")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            refuse(f"expected UTF-8 text, got the byte 0x{text[error.start]:02x}", text[: error.start].decode("utf-8"))
    if found := UNPRINTABLE.search(text):
        name = "a byte order mark (save as UTF-8 without one)" if found[0] == "\ufeff" else f"U+{ord(found[0]):04X}"
        refuse(f"expected printable text, got {name}", text[: found.start()])
    return text


class _Reader:
    """Walks the parser's events once, depth first, and builds the data, the places and the list of mistakes."""

    def __init__(self, text: str, file: str | None) -> None:
        self.text, self.file = text, file
        self.problems: list[Problem] = []
        self.marks: dict[Path_, Mark] = {}
        self.key_marks: dict[Path_, Mark] = {}
        self.events: Iterator[Any] = yaml.parse(text, Loader=_Parser)

    def document(self) -> Document:
        try:
            data = self._document()
        except yaml.YAMLError as error:
            self._syntax_error(error)
        return Document(data, self.file, self.marks, self.key_marks)

    def _document(self) -> Any:
        self._refuse_directives()
        _, start = islice(self.events, 2)
        if isinstance(start, yaml.StreamEndEvent):
            self._stop("expected a scenario, got an empty document", (1, 1))
        root = next(self.events)
        if not isinstance(root, yaml.MappingStartEvent):
            self._note("expected a mapping (key: value) at the top", _place(root))
        data = self._node(root, (), 1)
        # Looked at as text: parsing on would read a second document's directives, in quadratic time.
        end = next(self.events).end_mark
        for number, line in enumerate(self.text[end.index :].splitlines()):
            if line.strip() and not line.lstrip().startswith("#"):
                self._note("expected a single document, got a second one", (end.line + 1 + number, 1))
                break
        return data

    def _refuse_directives(self) -> None:
        for number, line in enumerate(self.text.splitlines(), start=1):
            if line.startswith("%"):
                self._stop(f"directives are not allowed, got {shown(line)}", (number, 1))
            if line.strip() and not line.lstrip().startswith("#"):
                return

    def _node(self, event: Any, path: Path_, depth: int) -> Any:
        place = self.marks[path] = _place(event)
        if len(self.marks) > MAX_NODES:
            self._stop(f"expected at most {MAX_NODES:,} values in a file, got more", place)
        if depth > MAX_DEPTH:
            self._stop(f"expected at most {MAX_DEPTH} levels of nesting, got more", place)
        if isinstance(event, yaml.AliasEvent):
            return self._note(f"aliases are not allowed, got *{shown(event.anchor, '')} (quote text)", place, path)
        if event.anchor is not None:
            self._note(f"anchors are not allowed, got &{shown(event.anchor, '')} (quote text)", place, path)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._note(f"tags are not allowed, got {shown(tag, '')} (quote text)", place, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path, depth)
        return self._scalar(event, place, path)

    def _list(self, path: Path_, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return items

    def _mapping(self, path: Path_, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            place = _place(event)
            key = self._key(event, path, depth)
            if key in result:
                line, _ = self.key_marks[(*path, key)]
                self._note(f"duplicate key {shown(key)}, first given in line {line}", place, path)
                self._discard((*path, key), depth)
                continue
            # A refused key still has a value to look through; its place in the result does not matter any more.
            name = key if key is not None else f"line {place[0]}, column {place[1]}"
            self.key_marks[(*path, name)] = place
            result[name] = self._node(next(self.events), (*path, name), depth + 1)
        return result

    def _key(self, event: Any, path: Path_, depth: int) -> str | None:
        """The text of a key, or None, with a mistake noted, where it is anything else."""
        place = _place(event)
        mistakes = len(self.problems)
        key = self._node(event, (*path, f"key at {place}"), depth + 1)
        del self.marks[(*path, f"key at {place}")]
        if len(self.problems) > mistakes:
            return None
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            return self._note("merge keys (<<) are not allowed", place, path)
        if not isinstance(key, str):
            kind = "a list or mapping" if isinstance(key, list | dict) else shown(event.value) or "nothing"
            return self._note(f"expected text as the key, got {kind} (quote it if it is text)", place, path)
        return key

    def _scalar(self, event: Any, place: Mark, path: Path_) -> Any:
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
