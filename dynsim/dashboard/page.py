"""The report as one HTML page without network access.

The page holds its figures as JSON and draws them one after the other when it has loaded. All text from users is
escaped: text by html.escape, and < > & in JSON by Unicode escapes, so that no name can end a script.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs

from ..answers.base import Told
from ..answers.wording.words import count, listing
from ..plots.base import ReportFigure, figures
from ..plots.drawing.data import ReportData
from ..plots.drawing.requested_metrics import requested_figures
from .look import CSS, SCRIPT

# The browser loads nothing, whatever markup a page may contain.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
    "form-action 'none'"
)

AT_ONCE = 5  # sentences of an answer that are visible without a click


def report(data: ReportData) -> str:
    """The page of a run."""
    able = [one for one in figures() if data.found.source.has.issuperset(one.needs)]
    drawings = [(one, one.draw(data)) for one in [*able, *requested_figures(data)]]
    sections = [_section(one, drawn) for one, drawn in drawings if drawn is not None]
    title = data.title or "A run without a title"
    ending = [_provenance(data)] if data.provenance else []
    return document(title, [_head(title, data), _story(data), *sections, *ending])


def document(title: str, body: Sequence[str], style: str = "") -> str:
    """A page with these parts, the report's style, more `style` if given, and the script that draws the figures."""
    parts = [
        "<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>", f"<style>{CSS}{style}</style>", "</head>", "<body>", "<main>", *body,
        "</main>", f"<script>{get_plotlyjs()}</script>", f"<script>{SCRIPT}</script>", "</body>", "</html>",
    ]
    return "\n".join(parts) + "\n"


def drawing(figure: Figure) -> str:
    """The place of a figure in a page, and its data."""
    height = int(figure.layout.height)
    return (
        f'<div class="figure" style="height:{height}px"></div>\n'
        f'<script type="application/json">{harmless(figure.to_json())}</script>'
    )


def _head(title: str, data: ReportData) -> str:
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", data.description) if part.strip()]
    about = "\n".join(f"<p>{escape(part)}</p>" for part in paragraphs)
    return f'<header>\n<h1>{escape(title)}</h1>\n{about}\n<p class="facts">{escape(facts(data))}</p>\n</header>'


def facts(data: ReportData) -> str:
    """The size of the run, in one line."""
    variables = len(data.trajectories if data.found.simulated else data.found.source.variables)
    parts = [
        count(len(data.agents), "agent"), count(variables, "variable"), count(data.replicas, "replica"),
        count(data.ticks, "recorded tick"),
    ]
    if data.varied:
        parts.append(f"varied: {listing(data.varied)}")
    return " · ".join(parts)


def _story(data: ReportData) -> str:
    answers = "\n".join(map(answered, data.told))
    return f'<section id="story">\n<h2>What happened?</h2>\n{answers}\n</section>'


def answered(one: Told) -> str:
    """The first sentences of an answer; a click opens the others."""
    first, rest = (one.sentences, ()) if len(one.sentences) <= AT_ONCE + 1 else (
        one.sentences[:AT_ONCE], one.sentences[AT_ONCE:])
    body = _list(first)
    if rest:
        body += f"\n<details>\n<summary>{len(rest)} more</summary>\n{_list(rest)}\n</details>"
    return f'<div class="answer" id="answer-{one.name}">\n<h3>{escape(one.heading)}</h3>\n<div>\n{body}\n</div>\n</div>'


def _list(sentences: Sequence[str]) -> str:
    rows = "\n".join(f"<li>{escape(text)}</li>" for text in sentences)
    return f"<ol>\n{rows}\n</ol>"


def _section(one: ReportFigure, drawn: Figure | str) -> str:
    heading = f'<section id="{one.name}">\n<h2>{escape(one.heading)}</h2>'
    if isinstance(drawn, str):
        return f'{heading}\n<p class="empty">{escape(drawn)}</p>\n</section>'
    return f'{heading}\n<p class="caption">{escape(one.caption)}</p>\n{drawing(drawn)}\n</section>'


def harmless(text: str) -> str:
    """The same JSON without characters that HTML interprets."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _provenance(data: ReportData) -> str:
    rows = "\n".join(
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in data.provenance.items()
    )
    return f'<section id="provenance">\n<h2>What ran?</h2>\n<table>\n{rows}\n</table>\n</section>'
