"""The names that occur in expressions, found without reading them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...algebra.graph import Expr
from ...algebra.reading.scan import MAX_LENGTH

NAME = re.compile(r"[^\W\d]\w*")


def mentioned(raw: Any) -> set[str]:
    """The names in a text, in an Expr, or in mappings and lists of these."""
    if isinstance(raw, str):
        return set(NAME.findall(raw[:MAX_LENGTH]))
    if isinstance(raw, Expr):
        nodes = raw.graph.nodes
        return {str(nodes[k].data).split("[")[0] for k in raw.graph.reachable([raw]) if nodes[k].op == "symbol"}
    if isinstance(raw, Mapping):
        raw = list(raw.values())
    if isinstance(raw, list | tuple):
        return set().union(*map(mentioned, raw)) if raw else set()
    return set()
