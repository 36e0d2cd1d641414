"""Which axes of an experiment the collected quantities depend on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import InputError
from .design.base import DESIGNS
from .design.sampling.sensitivity import SensitivityDesign
from .model import Experiment

MEAN = ".mean"
VERDICT = "verdict."
INTERVAL = (".low", ".high")


def sensitivity(experiment: Experiment, cells: pd.DataFrame) -> pd.DataFrame:
    """The sensitivity of everything collected to every axis, a row per variant, quantity and axis.

    experiment: with a design that is sampled for it (`sobol_indices`, `morris`). cells: its table of cells. The
    quantities are the means over replicas (`Q.mean`) and the shares of verdicts (`verdict.NAME`). All cells draw the
    same random numbers, so that noise does not count as variance between cells; the result is that of these draws.
    Columns: variant, parameter, quantity, and those of `SensitivityDesign.indices`.

    Raises InputError if the design is another one, or the cells are not its points.
    """
    design = experiment.design
    if not isinstance(design, SensitivityDesign):
        able = [name for name in DESIGNS.names() if issubclass(DESIGNS.get(name), SensitivityDesign)]
        named = " and ".join(able)
        raise InputError(f"design {design.name} is not sampled for an analysis of sensitivity: {named} are")
    points = np.array(list(design.points(experiment.axes)), dtype=float)
    paths = [axis.path for axis in experiment.axes]
    rows = cells.sort_values("cell")
    tables = []
    for variant in experiment.variants:
        own = rows[rows["variant"] == variant.name]
        if not np.array_equal(own[paths].to_numpy(float), points):
            raise InputError(f"the cells of variant {variant.name!r} are not the points of design {design.name}")
        for column in quantities(cells):
            found = design.indices(experiment.axes, own[column].to_numpy(float))
            found.insert(1, "quantity", column.removesuffix(MEAN))
            tables.append(found.assign(variant=variant.name))
    table = pd.concat(tables, ignore_index=True)
    return table[["variant", *(name for name in table if name != "variant")]]


def quantities(cells: pd.DataFrame) -> list[str]:
    """The columns with one number per cell for each thing collected, without verdicts that no replica has."""
    names = list(map(str, cells))
    shares = [name for name in names if name.startswith(VERDICT) and not name.endswith(INTERVAL) and cells[name].any()]
    return [*shares, *(name for name in names if name.endswith(MEAN))]
