"""`dynsim compare`: runs or experiments side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..comparison.comparison import Comparison

WIDEST = 120
NARROWEST = 40
NAME = 24  # characters of a run's name in front of a value
PLACES = 40  # differences between scenarios; the page has all


@click.command()
@click.argument("directories", nargs=-1, required=True, metavar="DIRECTORY...")
@click.option("--out", type=click.Path(path_type=Path), help="Also write the comparison to this HTML file.")
def compare(directories: tuple[str, ...], out: Path | None) -> None:
    """Compare runs or experiments.

    Each DIRECTORY holds a finished run or experiment; the first is the reference. Shows what differs between the
    scenarios, how the replicas ended, and what changed. Where seeds are the same, replicas are compared in pairs, else
    as independent samples.
    """
    from ..comparison.comparison import compare as compared
    from ..errors import OutputExists
    from ..record.files import write_text
    from ..system.text.local_path import local_path

    page = None if out is None else local_path(out)
    if page is not None and page.exists():
        raise OutputExists(f"{page}: exists, and is not overwritten")
    found = compared(directories)
    if page is not None:
        write_text(page, found.dashboard().html)
    click.echo(text(found, min(max(get_terminal_size().columns, NARROWEST), WIDEST)))
    if page is not None:
        click.echo(f"\npage: {page}")


def text(found: Comparison, width: int) -> str:
    """The comparison in lines of at most `width` characters."""
    names = {name: _cut(name, NAME) for name in found.names}
    parts = [
        ["Runs", *_runs(found, names, width)],
        ["What differs between the scenarios", *_scenarios(found, names, width)],
        ["How the replicas ended", *_verdicts(found, names, width)],
        [_cut(f"What changes from {found.names[0]}", width),
         *(line for one in found.sentences for line in _item(one, "- ", width))],
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _runs(found: Comparison, names: dict[str, str], width: int) -> Iterator[str]:
    for side in found.sides:
        yield from _row(names, side.name, f"{side.title}, {side.facts}, seed {side.seed}", width)


def _scenarios(found: Comparison, names: dict[str, str], width: int) -> Iterator[str]:
    table = found.scenarios
    if not len(table):
        yield "  nothing: they are the same"
    for row in table.head(PLACES).to_dict("records"):
        yield _cut(f"  {row['path']}", width)
        for name in found.names:
            yield _cut(f"    {names[name]:<{max(map(len, names.values()))}}  {row[name]}", width)
    if len(table) > PLACES:
        yield f"  ({len(table) - PLACES:,} more places)"


def _verdicts(found: Comparison, names: dict[str, str], width: int) -> Iterator[str]:
    from ..answers.wording.verdicts import verb
    from ..answers.wording.words import share

    for side in found.sides:
        shares = side.results["verdict"].value_counts(normalize=True)
        told = ", ".join(f"{share(part)} {verb(str(name))}" for name, part in shares.items())
        yield from _row(names, side.name, told.replace("\u00a0", " "), width)


def _row(names: dict[str, str], name: str, what: str, width: int) -> list[str]:
    """A run's name, and behind it what is said about it."""
    indent = 4 + max(map(len, names.values()))
    return wrap(
        what, width, initial_indent=f"  {names[name]:<{indent - 2}}", subsequent_indent=" " * indent,
        break_long_words=True,
    )


def _item(sentence: str, mark: str, width: int) -> Sequence[str]:
    """A sentence as an item of a list. A number and its unit stay on one line."""
    lines = wrap(sentence, width, initial_indent=mark, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines]


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1] + "…"
