"""How an experiment stands, on stderr: a live table on a terminal, a line a minute in a log."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

    from ..experiments.model import Cell
    from ..experiments.standing import Ranked, Standing

LINES = 60  # seconds between two lines in a log
TABLES = 1  # seconds between two tables on a terminal
ROWS = 5  # cells on each side of the table, where the terminal has room for them
OTHER = 6  # lines of the terminal that have no cells
WIDEST = 24  # characters of a value

Shown = Callable[["Standing"], None]


@contextmanager
def shown_standing(quiet: bool) -> Iterator[Shown | None]:
    """The `progress` argument of `run_experiment`; None if quiet."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _table() as shown:
            yield shown
    else:
        yield _every(LINES, lambda standing: click.echo(str(standing), err=True), time.monotonic())


def _every(seconds: float, show: Shown, last: float) -> Shown:
    """Show at most once in so many seconds. last: when it was shown before."""

    def shown(standing: Standing) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= seconds:
            last = now
            show(standing)

    return shown


@contextmanager
def _table() -> Iterator[Shown]:
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    console = Console(stderr=True)
    rows = max(1, min(ROWS, (console.height - OTHER) // 2))
    with Live("reading", console=console, transient=True) as display:

        def show(standing: Standing) -> None:
            ranked = standing.ranked(rows)
            parts: list[Any] = [Text(str(standing)), ProgressBar(1.0, standing.share, width=40)]
            display.update(Group(*parts, *([] if ranked is None else [ranked_table(standing, ranked)])))

        yield _every(TABLES, show, 0.0)


def ranked_table(standing: Standing, ranked: Ranked) -> Table:
    """The cells with the highest and the lowest values, with what varies in them."""
    from rich.table import Table
    from rich.text import Text

    from ..answers.wording.words import number
    from ..experiments.effects.sentences import quantity_in_words

    experiment = standing.experiment
    variants = ["variant"] if len(experiment.variants) > 1 else []
    heading = Text(quantity_in_words(ranked.column))
    table = Table(title=heading, title_justify="left", box=None, pad_edge=False)
    for name in ("", "mean", "cell", *variants, *(axis.path for axis in experiment.axes)):
        table.add_column(Text(name), justify="left" if name in ("", "variant") else "right", no_wrap=True)
    for word, side in (("highest", ranked.highest), ("lowest", list(reversed(ranked.lowest)))):
        for k, (cell, value) in enumerate(side):
            first = word if k == (0 if word == "highest" else len(side) - 1) else ""
            texts = [first, number(value), str(cell.number), *([cell.variant] if variants else []), *_values(cell)]
            table.add_row(*map(Text, texts))
    return table


def _values(cell: Cell) -> list[str]:
    texts = [f"{value:.4g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
             for value in cell.values.values()]
    return [text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…" for text in texts]
