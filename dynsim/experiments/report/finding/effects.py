"""Which variant wins, and what each changes."""

from __future__ import annotations

import pandas as pd

from ....answers.wording.words import listing, number
from ...effects.sentences import Effects, interaction_sentences, quantity_in_words, sentences
from ..quantities import BASE
from ..tables import Tables
from .words import interval


def what_variants_change(tables: Tables) -> list[str]:
    """Of several variants, which lowers the base objective most; then what each changes, and interactions."""
    if tables.effects is None or not len(tables.effects):
        return []
    axes = [axis.path for axis in tables.axes if len(axis.levels) > 1]
    found = Effects(tables.effects, tables.cells, tuple(axes))
    told = [*_winner(found, tables.variants[0]), *sentences(tables.effects, tables.cells, axes)]
    return told if tables.interactions is None else [*told, *interaction_sentences(tables.interactions)]


def _winner(found: Effects, reference: str) -> list[str]:
    """The variant with the largest clear fall of the base objective, and those whose intervals overlap with its."""
    rows = found.over_all[found.over_all["quantity"] == BASE]
    rows = rows[rows["pairs"] > 0].sort_values("difference", kind="stable")
    if len(rows) < 2:
        return []
    lower = rows[rows["sign"] < 0]
    what = quantity_in_words(BASE)
    if not len(lower):
        return [f"No variant clearly lowers {what} below that of {reference}."]
    best = lower.iloc[0]
    text = f"{best['variant']} lowers {what} most: by {_amount(best)} against {reference}"
    near = rows[(rows["variant"] != best["variant"]) & (rows["low"] <= best["high"])]["variant"].tolist()
    if near:
        text += f"; the interval of {near[0]} overlaps" if len(near) == 1 else f"; those of {listing(near)} overlap"
    return [f"{text}."]


def _amount(row: pd.Series) -> str:
    return f"{number(-row['difference'])} ({interval(-row['high'], -row['low'])})"
