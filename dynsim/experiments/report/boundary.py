"""Boundaries as the lines of a figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...answers.wording.words import number
from ...plots.drawing.style import label
from ..effects.sentences import quantity_in_words
from ..quantities import is_condition
from .axes import Drawn, told
from .quantities import VERDICT
from .tables import Tables

KEYS = ["variant", "quantity", "level", "curve"]
ENDS = ("low", "high")


def sides(rows: pd.DataFrame) -> str:
    """What is on both sides of a boundary at which a category changes, else ""."""
    return str(rows["between"].iloc[0]) if "between" in rows and rows["level"].isna().all() else ""


def is_share(quantity: str) -> bool:
    return quantity.startswith(VERDICT) or is_condition(quantity)


def statistic(quantity: str) -> str:
    """What crosses the level: a share, or the mean over replicas."""
    if is_condition(quantity):
        return f"the share of replicas with {quantity}"
    return quantity_in_words(quantity) if is_share(quantity) else f"the mean of {quantity_in_words(quantity)}"


def crossed(quantity: str, level: float, between: str = "") -> str:
    """What lies there, in words: "the share of replicas that converged = 50 %", "between converged and cycling"."""
    if between:
        return f"between {between}"
    value = f"{100 * level:g}\u00a0%" if is_share(quantity) else number(level)
    return f"{statistic(quantity)} = {value}"


def boundary_lines(tables: Tables, axes: tuple[Drawn, ...], groups: list[str]) -> list[dict[str, Any]]:
    """Each curve: the number of its panel or colour in `groups`, its points, and what it is called."""
    table = tables.boundary
    if table is None or not len(table) or not {axis.path for axis in axes} <= set(table):
        return []
    found = []
    for (variant, quantity, level, _), rows in table.groupby(KEYS, sort=False, dropna=False):
        if rows["curve"].isna().all():
            continue
        name_of = crossed(str(quantity), float(str(level)), sides(rows))
        for k, name in enumerate(groups):
            part = rows[_belongs(tables, rows, str(variant), axes, name)]
            if len(part):
                found.append({
                    "group": k, "name": label(name_of, 80),
                    "points": [np.asarray(part[axis.path], float).tolist() for axis in axes],
                    **_sides(part, axes),
                })
    return found


def _sides(rows: pd.DataFrame, axes: tuple[Drawn, ...]) -> dict[str, list[Any]]:
    """The lines on both sides of a curve at which its interval ends: `low` on its right, `high` on its left; of a point
    on one axis, its ends."""
    if not all(f"{axis.path}.{end}" in rows for axis in axes for end in ENDS):
        return {}
    low, high = ([rows[f"{axis.path}.{end}"].to_numpy(float) for axis in axes] for end in ENDS)
    if len(axes) == 2 and len(rows) > 1:
        along_x, along_y = (np.gradient(rows[axis.path].to_numpy(float)) for axis in axes)
        # The left of a way (dx, dy) is (−dy, dx): there a coordinate is larger where that is positive.
        larger = [along_y < 0.0, along_x > 0.0]
        low, high = (
            [np.where(left == up, most, least) for up, least, most in zip(larger, low, high, strict=True)]
            for left in (False, True)
        )
    return {"low": [part.tolist() for part in low], "high": [part.tolist() for part in high]}


def _belongs(tables: Tables, rows: pd.DataFrame, variant: str, axes: tuple[Drawn, ...], group: str) -> np.ndarray:
    """Which rows belong to a group, by its name: the variant and the categories that it stands for."""
    parts = [variant] if len(tables.variants) > 1 else []
    names = pd.Series(", ".join(parts), index=rows.index)
    for axis in tables.categories:
        if axis not in axes and axis.path in rows:
            texts = rows[axis.path].map(told)
            names = names.where(names == "", names + ", ") + texts
    return np.asarray(names == group)
