"""The report of the tables in a directory."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from ...errors import Advice, InputError, Problem
from ...record.files import write_text
from ..design.boundary import Boundary
from ..design.sampling.sensitivity import SensitivityDesign
from ..experimented import Experimented
from ..storing.store import REPORT
from .page import report
from .tables import Tables


def write_report(found: Experimented) -> None:
    """Write report.html into the directory of what was found, with all analyses that the experiment is made for:
    effects where it has variants, indices where its design is sampled for them. An analysis whose package is not
    installed is left out with `Advice`."""
    changed, joint, experiment, cells = None, None, found.experiment, found.cells
    carries = experiment.design.carries
    if cells["variant"].nunique() > 1 and not carries:  # cells on the way of different branches are no pairs
        try:
            changed, joint = found.effects, found.interactions
        except InputError as error:
            warnings.warn(Advice(Problem(f"the report has no effects of the variants: {error}")), stacklevel=3)
    indices = found.sensitivity if isinstance(experiment.design, SensitivityDesign) else None
    curves = boundary_table(experiment.design, found.found) if isinstance(experiment.design, Boundary) else None
    followed = found.found if carries else None
    tables = Tables(experiment, str(found.directory), cells, found.failures, changed, joint, curves, indices, followed)
    write_text(found.directory / REPORT, report(tables))


def boundary_table(design: Boundary, found: pd.DataFrame) -> pd.DataFrame:
    """What the design found, as `Tables` has boundaries: with what changes."""
    level = np.nan if design.is_category else design.level
    named = found.assign(quantity=design.of, level=level)
    if "curve" not in found:
        return named.assign(curve=np.nan, between=None)
    return named.assign(between=found["between"].str.replace(", ", " and "))
