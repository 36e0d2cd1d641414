"""In { } and [ ] of a scenario, a comma within round brackets belongs to the text: {init: normal(0, 1)}.

YAML itself ends the text at the comma, and reads the rest as a further item or as a key without a value. Text with an
open bracket makes no sense anywhere in a scenario, so nothing that means something else is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


def joined(events: Iterator[Any], text: str) -> Iterator[Any]:
    """The parser's events for `text`, with plain text that was cut at a comma within round brackets made whole."""
    ahead: list[Any] = []
    stack: list[list[Any]] = []  # the open collections: [kind, number of nodes so far]

    def following() -> Any:
        return ahead.pop(0) if ahead else next(events, None)

    while (event := following()) is not None:
        if isinstance(event, yaml.NodeEvent) and stack:
            stack[-1][1] += 1
        if isinstance(event, yaml.CollectionStartEvent):
            kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
            stack.append([kind if event.flow_style else "block", 0])
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif stack and _is_open(event):
            kind, count = stack[-1]
            if kind == "list" or (kind == "mapping" and count % 2 == 0):
                event, ahead = _completed(event, ahead, following, kind == "mapping", text)
        yield event


def _is_open(event: Any) -> bool:
    return _is_plain(event) and event.value.count("(") > event.value.count(")")


def _is_plain(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.anchor is None and event.tag is None


def _completed(event: Any, ahead: list[Any], following: Any, in_mapping: bool, text: str) -> tuple[Any, list[Any]]:
    """The event made whole if its bracket closes, and what was read beyond it."""
    taken: list[Any] = []
    depth = event.value.count("(") - event.value.count(")")
    while depth > 0 and _is_plain(part := following()):
        taken.append(part)
        depth += part.value.count("(") - part.value.count(")")
        if in_mapping:
            part = following()
            if not _is_plain(part) or part.value:
                break
            taken.append(part)
    else:
        if depth <= 0:
            last = taken[-2 if in_mapping else -1]
            value = text[event.start_mark.index : last.end_mark.index]
            whole = yaml.ScalarEvent(None, None, event.implicit, value, event.start_mark, last.end_mark)
            return whole, ahead
    return event, [*taken, *([part] if part is not None else []), *ahead]
