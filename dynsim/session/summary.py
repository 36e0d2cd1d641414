"""The summary of a run on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from ..answers.base import Told
from ..answers.wording.words import count
from ..record.directory import REPORT
from .run import Run

LINES = 14  # for all sentences together
WIDEST = 120
NARROWEST = 40


def summary(run: Run, width: int = 80) -> str:
    """The most important sentences of every answer, wrapped to `width` characters, and where the results are."""
    manifest = run.manifest
    title = f"{manifest.title or manifest.scenario}: {count(manifest.replicas, 'replica')} to t = {manifest.time:g}"
    lines = [title + (" (interrupted)" if manifest.status == "interrupted" else "")]
    report = None if run.directory is None else run.directory / REPORT
    written = report is not None and report.exists()
    if manifest.ticks:
        shown, left = _chosen(run.answers, min(max(width, NARROWEST), WIDEST))
        lines += ["", *shown]
        if left:
            lines.append(f"({count(left, 'more sentence')} {'in the report' if written else 'in a report'})")
    if run.directory is not None:
        lines += ["", f"report: {report}" if written else f"tables: {run.directory}"]
    return "\n".join(lines)


def _chosen(told: Sequence[Told], width: int) -> tuple[list[str], int]:
    """The lines of the selected sentences, in the order of the answers, and the number of sentences left out. The first
    sentence of every answer is selected, then the second of every answer, and so on until LINES are full."""
    taken: list[list[list[str]]] = [[_wrapped(one.sentences[0], width)] for one in told]
    room = LINES - sum(len(lines) for (lines,) in taken)
    full: set[int] = set()
    for turn in range(1, max((len(one.sentences) for one in told), default=0)):
        for k, one in enumerate(told):
            if turn < len(one.sentences) and k not in full:
                lines = _wrapped(one.sentences[turn], width)
                if len(lines) > room:
                    full.add(k)
                else:
                    room -= len(lines)
                    taken[k].append(lines)
    left = sum(len(one.sentences) - len(sentences) for one, sentences in zip(told, taken, strict=True))
    return [line for sentences in taken for lines in sentences for line in lines], left


def _wrapped(sentence: str, width: int) -> list[str]:
    """A sentence as an item of a list. A number and its unit stay on one line."""
    lines = wrap(
        sentence, width, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\u00a0", " ") for line in lines]
