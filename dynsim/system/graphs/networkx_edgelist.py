"""Edge lists as NetworkX writes them (.edgelist): one edge per line, # begins a comment."""

from __future__ import annotations

import ast
import re

from ... import python_syntax
from ...errors import shown
from .edge_list import EdgeList
from .text_lines import Lines, counted

_DATA = re.compile(r"\{'weight': (?:np\.float64\()?([^\s,(){}'\"]+)\)?\}")


def read_edgelist(text: str, file: str, directed: bool) -> EdgeList:
    """Lines "source target", "source target weight" or "source target {'weight': 2.0}"."""
    edge_list, lines = EdgeList(directed, file=file), Lines(text, file)
    for number, line in lines:
        line, brace, data = line.partition("{") if "{" in line else (line.split("#")[0], "", "")
        words = line.split()
        if line.lstrip().startswith("#") or (not words and not brace):
            continue
        if len(words) not in ((2,) if brace else (2, 3)):
            hint = " (a table with commas is a .csv file)" if "," in line else ""
            lines.note(number, f"expected source, target and optionally a weight, got {counted(words, 'word')}{hint}")
            continue
        weight = _data_weight(lines, number, brace + data) if brace else 1.0
        weight = lines.number(number, words[2]) if len(words) == 3 else weight
        edge_list.add(words[0], words[1], weight, number)
    lines.finish()
    return edge_list


def _data_weight(lines: Lines, number: int, text: str) -> float:
    """The weight in an edge's data as NetworkX writes it, {'weight': 2.0}; 1 if there is none."""
    match = _DATA.fullmatch(text.strip())
    if match:
        return lines.number(number, match[1])
    try:
        data = ast.literal_eval(python_syntax.expression(re.sub(r"np\.float64\(([^()]*)\)", r"\1", text.strip())))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        data = None
    if not isinstance(data, dict):
        lines.note(number, f"expected the data of an edge such as {{'weight': 2.0}}, got {shown(text)}")
        return 1.0
    weight = data.get("weight", 1.0)
    return lines.number(number, repr(weight) if isinstance(weight, int | float) else str(weight))
