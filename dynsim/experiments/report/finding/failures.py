"""How many cells failed, and why."""

from __future__ import annotations

from ....answers.wording.words import count, counted, listing
from ..tables import Tables

REASONS = 3


def what_failed(tables: Tables) -> list[str]:
    """How many cells have no replica that finished, how many lack some, and the most frequent messages."""
    cells = tables.cells
    lost, partly = int(tables.failed.sum()), int(((cells["failed"] > 0) & (cells["replicas"] > 0)).sum())
    whole = count(len(cells), "cell")
    if not lost and not partly:
        return [f"All {whole} finished." if len(cells) > 1 else "The only cell finished."]
    found = []
    if lost:
        found.append(f"{lost:,} of {whole} failed and {'has' if lost == 1 else 'have'} no value.")
    if partly:
        missing = int(cells.loc[cells["replicas"] > 0, "failed"].sum())
        lacking = counted(partly, "cell", "lacks", "lack")
        found.append(f"{lacking} some replicas ({missing:,}); the statistics are over those that finished.")
    return [*found, *_reasons(tables)]


def _reasons(tables: Tables) -> list[str]:
    amounts = tables.failures.drop_duplicates(["cell", "message"])["message"].value_counts(sort=True)
    shown = [f"“{message}” ({count(int(amount), 'cell')})" for message, amount in amounts.head(REASONS).items()]
    if len(amounts) > REASONS:
        shown.append(count(len(amounts) - REASONS, "other reason"))
    return [f"{'The reason' if len(amounts) == 1 else 'The reasons'}: {listing(shown, REASONS + 1)}."] if shown else []
