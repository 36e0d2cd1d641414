"""`dynsim atlas`: published results beside what dynsim measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from .progress import shown_progress

if TYPE_CHECKING:
    from ..atlas.result import Result
    from ..atlas.rows.base import Check, Row

PAGE = "atlas.html"
HEADINGS = ("expected", "measured", "tolerance", "verdict", "origin")
WIDEST = 130
LEAST = 32  # characters for the description of a check; with fewer it gets its own line, together with the origin
INDENTED: dict[str, Any] = {"initial_indent": "  ", "subsequent_indent": "  "}
FAILED = 1


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--out", type=click.Path(path_type=Path), help="Directory (default: runs/atlas-DATE-TIME).")
def atlas(names: tuple[str, ...], out: Path | None) -> None:
    """Reproduce published results.

    NAME is a row of the atlas (dynsim list atlas); without it, all rows run. Each number is printed beside the
    published one. The directory receives atlas.html, with theory and figures, and NAME.json, with the numbers. The exit
    code is 1 if a number that should be reproduced is not.
    """
    from ..atlas.page import facts, page
    from ..atlas.result import measured
    from ..atlas.rows.base import chosen
    from ..errors import OutputExists
    from ..record.files import make_directory, write_text
    from ..system.text.local_path import local_path

    wanted = [row() for row in chosen(names)]
    folder = local_path(out or Path("runs") / f"atlas-{datetime.now():%Y%m%d-%H%M%S}")
    if folder.exists():
        raise OutputExists(f"{folder}: exists, and is not overwritten")
    make_directory(folder)
    found: list[tuple[Row, Result]] = []
    with shown_progress(False) as progress:
        for k, row in enumerate(wanted):
            if progress is not None:
                progress(f"{row.name} ({k + 1} of {len(wanted)})", k / len(wanted))
            result = measured(row)
            result.write(folder)
            found.append((row, result))
    write_text(folder / PAGE, page(found))
    width = min(get_terminal_size().columns, WIDEST)
    click.echo("\n".join(table(found, width)))
    click.echo(f"\n{facts([result for _, result in found])}\nreport: {folder / PAGE}")
    if any(result.failed for _, result in found):
        raise SystemExit(FAILED)


def table(found: Sequence[tuple[Row, Result]], width: int) -> Iterator[str]:
    """The lines of the table: headings, then for every row of the atlas its heading, source and checks."""
    from ..atlas.words import seconds

    cells = {id(check): _cells(check) for _, result in found for check in result.checks}
    sizes = [max(map(len, column)) for column in zip(HEADINGS, *cells.values(), strict=True)]
    room = width - sum(sizes) - 2 * len(sizes) - 2
    if room < LEAST:
        sizes, room = sizes[:-1], 0
    yield _line("", HEADINGS, sizes, room)
    for section, group in groupby(found, key=lambda pair: pair[0].section):
        yield from ("", section)
        for row, result in group:
            yield from ("", *wrap(f"{row.name}: {row.heading}", width))
            yield from wrap(f"{row.source}; {seconds(result.seconds)}", width, **INDENTED)
            for check in result.checks:
                yield from _check(check, cells[id(check)], sizes, room, width)


def _cells(check: Check) -> tuple[str, ...]:
    """The cells of a check, in the order of HEADINGS."""
    from ..atlas import words

    verdict = words.verdict(check.reproduced)
    return words.expected(check), words.measured(check), words.tolerance(check), verdict, check.origin


def _check(check: Check, cells: Sequence[str], sizes: Sequence[int], room: int, width: int) -> Iterator[str]:
    *above, last = wrap(check.what, room) if room else [*wrap(f"{check.what} ({check.origin})", width - 2), ""]
    yield from (f"  {line}" for line in above)
    yield _line(last, cells, sizes, room)
    if check.missed and not check.reproduced:
        yield from wrap(check.missed, width, **INDENTED)


def _line(what: str, cells: Sequence[str], sizes: Sequence[int], room: int) -> str:
    """A line of the table: `what`, then as many cells as there are sizes."""
    columns = [cell.ljust(size) for cell, size in zip(cells, sizes, strict=False)]
    return "  ".join([f"  {what:<{room}}", *columns]).rstrip()
