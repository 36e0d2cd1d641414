"""The atlas as one HTML page without network access: every row with its theory, its checks and its figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from inspect import cleandoc
from itertools import groupby

from ..answers.wording.words import count
from ..dashboard.page import document, drawing
from . import words
from .result import Result
from .rows.base import Check, Row

STYLE = """
h2 { border-bottom: 1px solid #1f2328; padding-bottom: 4px; }
h3 { font-size: 18px; font-weight: 600; color: #1f2328; margin: 30px 0 2px; }
section p { max-width: 90ch; margin: 6px 0; }
pre { font-size: 14px; margin: 6px 0 6px 2em; white-space: pre-wrap; }
.wide { overflow-x: auto; }
.checks { table-layout: auto; min-width: 720px; }
.checks th { width: auto; }
.checks td, .checks th { padding: 4px 14px 4px 0; vertical-align: top; overflow-wrap: normal; }
.checks td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.not { color: #D55E00; font-weight: 600; }
"""


def page(found: Sequence[tuple[Row, Result]]) -> str:
    """The page with these rows, in this order."""
    title = "The reproduction atlas"
    line = escape(facts([result for _, result in found]))
    body = [f'<header>\n<h1>{title}</h1>\n<p class="facts">{line}</p>\n</header>']
    for section, group in groupby(found, key=lambda pair: pair[0].section):
        parts = "\n".join(_row(row, result) for row, result in group)
        body.append(f"<section>\n<h2>{escape(section)}</h2>\n{parts}\n</section>")
    return document(title, body, STYLE)


def facts(results: Sequence[Result]) -> str:
    """All results in one line."""
    checks = [check for result in results for check in result.checks]
    good = sum(check.reproduced for check in checks)
    missed = sum(bool(check.missed) and not check.reproduced for check in checks)
    parts = [f"dynsim {results[0].version}", count(len(results), "row"), f"{good} of {len(checks)} numbers reproduced"]
    parts += [f"{missed} known to be missed"] if missed else []
    return " · ".join([*parts, words.seconds(sum(result.seconds for result in results))])


def _row(row: Row, result: Result) -> str:
    headings = ("what", "expected", "measured", "tolerance", "origin", "verdict")
    head = "".join(f"<th>{text}</th>" for text in headings)
    checks = "\n".join(map(_check, result.checks))
    tried = [f"<p>Not reproduced: {escape(check.what)}. {escape(check.missed)}</p>" for check in result.checks
             if check.missed and not check.reproduced]
    figure = result.drawn()
    parts = [
        f'<h3 id="{row.name}">{escape(row.heading)}</h3>',
        f'<p class="caption">{row.name} · {escape(row.source)} · {words.seconds(result.seconds)}</p>',
        _prose(row.__doc__ or ""),
        f'<div class="wide">\n<table class="checks">\n<tr>{head}</tr>\n{checks}\n</table>\n</div>',
        *tried,
        *([] if figure is None else [drawing(figure)]),
    ]
    return "\n".join(parts)


def _check(check: Check) -> str:
    numbers = (words.expected(check), words.measured(check), words.tolerance(check))
    cells = "".join(f'<td class="number">{escape(text)}</td>' for text in numbers)
    mark = "" if check.reproduced else ' class="not"'
    return (f"<tr><td>{escape(check.what)}</td>{cells}<td>{check.origin}</td>"
            f"<td{mark}>{words.verdict(check.reproduced)}</td></tr>")


def _prose(docstring: str) -> str:
    """The paragraphs of a docstring as HTML; indented ones keep their lines."""
    parts = []
    for block in re.split(r"\n\s*\n", cleandoc(docstring)):
        kept = block.startswith("    ")
        parts.append(f"<pre>{escape(cleandoc(block))}</pre>" if kept else f"<p>{escape(' '.join(block.split()))}</p>")
    return "\n".join(parts)
