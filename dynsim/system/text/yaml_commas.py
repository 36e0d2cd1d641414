"""Lets commas within parentheses stand unquoted in { } and [ ]: {init: normal(0, 1)}.

YAML ends the text at the comma and reads the rest as another item, or as a key without a value. Texts with an unclosed
parenthesis are never valid in a scenario, so joining the pieces changes no valid document.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import yaml


def joined(events: Iterator[Any], text: str) -> Iterator[Any]:
    """The parser's events for `text`, with plain texts that were cut at a comma within parentheses joined again."""
    return _Joiner(events, text).events()


class _Joiner:
    """Walks the events once. ahead: events that were looked at and not yet passed on. open: the enclosing
    collections."""

    def __init__(self, source: Iterator[Any], text: str) -> None:
        self.source, self.text = source, text
        self.ahead: deque[Any] = deque()
        self.open: list[tuple[Any, int]] = []  # each with the number of its nodes so far

    def events(self) -> Iterator[Any]:
        while (event := self._next()) is not None:
            if isinstance(event, yaml.ScalarEvent) and _depth(event) > 0 and self._holds_text():
                event = self._whole(event)
            self._count(event)
            yield event

    def _next(self) -> Any:
        return self.ahead.popleft() if self.ahead else next(self.source, None)

    def _count(self, event: Any) -> None:
        if isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
        elif isinstance(event, yaml.NodeEvent):
            if self.open:
                collection, count = self.open[-1]
                self.open[-1] = collection, count + 1
            if isinstance(event, yaml.CollectionStartEvent):
                self.open.append((event, 0))

    def _in_mapping(self) -> bool:
        return isinstance(self.open[-1][0], yaml.MappingStartEvent)

    def _holds_text(self) -> bool:
        """Whether the next node is an item in [ ] or a value in { }."""
        if not self.open or not self.open[-1][0].flow_style:
            return False
        return not self._in_mapping() or self.open[-1][1] % 2 == 1

    def _whole(self, event: Any) -> Any:
        """The text up to its closing parenthesis; the event unchanged if anything but plain text comes before that."""
        depth, taken, parts = _depth(event), [], [event]
        while depth > 0:
            part = self._next()
            taken.append(part)
            if not _is_plain(part):
                break
            parts.append(part)
            depth += _depth(part)
            if self._in_mapping():  # a key that exists only because of the comma has no value
                value = self._next()
                taken.append(value)
                if not _is_plain(value) or value.value:
                    break
        else:
            end = parts[-1].end_mark
            text = self.text[event.start_mark.index : end.index]
            if "\n" in text:  # contains line breaks, indentation, perhaps comments
                text = ", ".join(part.value for part in parts)
            return yaml.ScalarEvent(None, None, event.implicit, text, event.start_mark, end)
        self.ahead.extendleft(reversed([part for part in taken if part is not None]))
        return event


def _is_plain(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.anchor is None and event.tag is None


def _depth(event: Any) -> int:
    """How many parentheses plain text leaves open."""
    return event.value.count("(") - event.value.count(")") if _is_plain(event) else 0
