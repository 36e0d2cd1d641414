"""A comparison as one HTML page without network access."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.reading.replica_values import STATISTICS
from ..answers.wording.verdicts import verb
from ..answers.wording.words import between, listing, share
from ..dashboard.page import document, drawing
from ..experiments.effects.forest import forest
from .bands import caption, objective_bands
from .tables import ComparisonTables

STYLE = """
.wide { overflow-x: auto; }
.wide table { table-layout: auto; }
.wide th, .wide td { width: auto; vertical-align: top; padding: 4px 16px 4px 0; text-align: left; }
.wide td { min-width: 5em; overflow-wrap: normal; }
details { margin: 12px 0; }
"""
ROWS = 200  # of a table on the page


def page(found: ComparisonTables) -> str:
    """The page: what differs, what that changes, verdicts, objectives over time, answers, metrics."""
    title = f"{found.names[0]} beside {listing(found.names[1:])}"
    body = [_head(found, title), _scenarios(found), _sentences(found), _verdicts(found), _objectives(found),
            _differences(found), _answers(found), *_metrics(found)]
    return document(title, [part for part in body if part], STYLE)


def _head(found: ComparisonTables, title: str) -> str:
    rows = [[side.name, side.title, f"{side.facts}, seed {side.seed}"] for side in found.sides]
    table = _table(["run", "title", "size"], rows)
    return f"<header>\n<h1>{escape(title)}</h1>\n{table}\n</header>"


def _scenarios(found: ComparisonTables) -> str:
    table = found.scenarios
    if not len(table):
        return _section("scenarios", "What differs between the scenarios?", _empty("Nothing: they are the same."))
    return _section("scenarios", "What differs between the scenarios?", _frame(table))


def _sentences(found: ComparisonTables) -> str:
    rows = "\n".join(f"<li>{escape(text)}</li>" for text in found.sentences)
    return _section("effects", f"What changes from {found.names[0]}?", f"<ol>\n{rows}\n</ol>")


def _verdicts(found: ComparisonTables) -> str:
    """A row for each verdict, and what varies; a column per run."""
    verdicts = found.verdicts.astype(object)
    every: Any = verdicts.itertuples()
    verdicts["share"] = [f"{share(row.share)} ({between(share(row.low), share(row.high))})" for row in every]
    verdicts["verdict"] = [verb(name) for name in verdicts["verdict"]]
    rows = [name for name in verdicts if name not in ("run", "replicas", "share", "low", "high")]
    keys = list(dict.fromkeys(verdicts[rows].fillna("").itertuples(index=False, name=None)))[: ROWS + 1]
    by_run = {name: own.fillna("").set_index(rows)["share"] for name, own in verdicts.groupby("run", sort=False)}
    cells = {name: [by_run[name].get(key if len(rows) > 1 else key[0], "") for key in keys] for name in found.names}
    table = pd.DataFrame(keys, columns=rows, dtype=object).assign(**cells)
    caption = _caption("Shares of the replicas, with 95\u00a0% intervals.")
    return _section("verdicts", "How did the replicas end?", f"{caption}\n{_frame(table)}")


def _objectives(found: ComparisonTables) -> str:
    if not found.runs:
        return ""
    drawn = objective_bands(found.runs)
    figure = _empty(drawn) if isinstance(drawn, str) else drawing(drawn)
    return _section("objectives", "Who gets what it wants?", f"{_caption(caption(found.runs))}\n{figure}")


def _differences(found: ComparisonTables) -> str:
    table = found.differences
    if not len(table):
        return ""
    kinds = {(True,): "Paired differences", (False,): "Differences of independent replicas"}
    kind = kinds.get(tuple(table["paired"].unique()), "Differences, paired or of independent replicas,")
    text = f"{kind} from {found.names[0]}, with 95\u00a0% intervals."
    each, over_all = "", table
    if "cell" in table:
        text += " Where parameters vary, over all cells that both have."
        over_all = table[table["cell"].isna()].drop(columns=table.columns[1 : list(table).index("quantity")])
        cells = table[table["cell"].notna()]
        each = f"\n<details><summary>For each cell</summary>\n{_frame(cells)}\n</details>" if len(cells) else ""
    drawn = forest(table, "run")
    figure = _empty(drawn) if isinstance(drawn, str) else drawing(drawn)
    return _section("differences", "By how much?", f"{_caption(text)}\n{figure}\n{_frame(over_all)}{each}")


def _answers(found: ComparisonTables) -> str:
    """A row per answer, a column per run that has any."""
    answers = found.answers
    names = [name for name in found.names if (answers["run"] == name).any()]
    if not len(answers):
        return ""
    rows = []
    for name in dict.fromkeys(answers["answer"]):
        own = answers[answers["answer"] == name]
        cells = ["\n".join(own["sentence"][own["run"] == run]) for run in names]
        rows.append([own["heading"].iloc[0], *cells])
    return _section("answers", "What does each run say about itself?", _table(["", *names], rows))


def _metrics(found: ComparisonTables) -> list[str]:
    tables = {name: _frame(_beside(table)) for name, table in found.metrics.items()}
    return [_section(f"metric-{name}", f"Metric {name}", table) for name, table in tables.items()]


def _beside(table: pd.DataFrame) -> pd.DataFrame:
    """The table of a metric with the rows of all runs about the same thing below each other."""
    keys = [name for name in table if name not in ("run", *STATISTICS)]
    if not keys:
        return table
    kind = table.groupby(keys, sort=False, dropna=False).ngroup()
    return table.iloc[np.argsort(kind, kind="stable")]


def _section(name: str, heading: str, text: str) -> str:
    return f'<section id="{escape(name)}">\n<h2>{escape(heading)}</h2>\n{text}\n</section>'


def _caption(text: str) -> str:
    return f'<p class="caption">{escape(text)}</p>'


def _empty(text: str) -> str:
    return f'<p class="empty">{escape(text)}</p>'


def _frame(table: pd.DataFrame) -> str:
    """The first rows of a table."""
    rows = [[_cell(value) for value in row] for row in table.head(ROWS).itertuples(index=False)]
    text = _table(list(map(str, table)), rows)
    return text if len(table) <= ROWS else f"{text}\n{_empty(f'The first {ROWS} of {len(table):,} rows.')}"


def _cell(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    lines = [[escape(text).replace("\n", "<br>") for text in row] for row in rows]
    body = "\n".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in lines)
    return f'<div class="wide"><table>\n<tr>{head}</tr>\n{body}\n</table></div>'
