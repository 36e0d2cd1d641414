"""A progress bar on stderr with the estimated remaining time; only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def shown_progress(quiet: bool) -> Iterator[Callable[[str, float], None] | None]:
    """The `progress` argument of `simulate`; None if quiet or not on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("reading", total=1.0)
        current = "reading"

        def progress(what: str, share: float) -> None:
            nonlocal current
            if what != current:
                current = what
                display.reset(task, description=what)
            display.update(task, completed=share)

        yield progress
