"""Writes plain data as YAML that yaml_loader reads back unchanged: in block style, short collections on one line.

Text that YAML 1.1 would read as a number, a date or a boolean is quoted, so other readers get the same values.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from ...errors import shown
from .yaml_scalars import INTEGER_BITS, UNPRINTABLE, is_text

ONE_LINE = 88

_OTHER_READERS = yaml.resolver.Resolver()
_Emitter: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def dump(data: dict[str, Any]) -> str:
    """`data` (str, int, float, bool, None in dicts with text as keys, and in lists or tuples) as YAML.

    Raises ValueError for what a scenario cannot hold: non-finite numbers, integers of more than 64 bits,
    unprintable text; TypeError for any other type.
    """
    events = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=False),
        *_events(data),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ]
    return yaml.emit(events, Dumper=_Emitter, allow_unicode=True, width=10**9)


def on_one_line(value: Any) -> str:
    """Plain data in a message or a table, as a file has it on one line."""
    text: str = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    return " ".join(text.removesuffix("...\n").split())


def _events(value: Any) -> Iterator[yaml.Event]:
    if isinstance(value, dict):
        yield yaml.MappingStartEvent(None, None, True, flow_style=_fits_one_line(value))
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"expected text as the key, got {key!r}")
            yield _scalar(key)
            yield from _events(item)
        yield yaml.MappingEndEvent()
    elif isinstance(value, list | tuple):
        yield yaml.SequenceStartEvent(None, None, True, flow_style=_fits_one_line(value))
        for item in value:
            yield from _events(item)
        yield yaml.SequenceEndEvent()
    else:
        yield _scalar(value)


def _scalar(value: Any) -> yaml.ScalarEvent:
    if isinstance(value, str):
        if found := UNPRINTABLE.search(value):
            raise ValueError(f"text cannot hold U+{ord(found[0]):04X}: {shown(value)}")
        style = "|" if "\n" in value else None if _is_plain(value) else '"'
        return yaml.ScalarEvent(None, None, (True, True), value, style=style)
    return yaml.ScalarEvent(None, None, (True, True), _word(value))


def _is_plain(text: str) -> bool:
    tag = _OTHER_READERS.resolve(yaml.ScalarNode, text, (True, False))
    return is_text(text) and tag == "tag:yaml.org,2002:str"


def _word(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if not -(2**INTEGER_BITS) <= value < 2**INTEGER_BITS:
            raise ValueError(f"integers are of 64 bits, got {value:.3e}")
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"numbers are finite, got {value}")
        return re.sub(r"^(-?\d+)e", r"\1.0e", float.__repr__(value))  # YAML 1.1 requires the point
    raise TypeError(f"expected plain data, got {type(value).__name__}")


def _fits_one_line(collection: dict[str, Any] | list[Any] | tuple[Any, ...]) -> bool:
    """Whether to write `collection` as {...} or [...]: if it contains only scalars and is short."""
    pairs = collection.items() if isinstance(collection, dict) else enumerate(collection)
    length = 0
    for key, item in pairs:
        if isinstance(item, dict | list | tuple) or "\n" in str(item):
            return False
        length += len(str(item)) + 2 + (len(key) + 2 if isinstance(key, str) else 0)
        if length > ONE_LINE:
            return False
    return True
