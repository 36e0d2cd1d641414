"""What a dry run tells: how large an experiment is, and about how long it takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..answers.wording.words import count
from ..engine.compiled.kernel import duration
from .design.base import Adaptive
from .measuring import Measured, measured
from .model import Experiment
from .work.size import Size, expect_disk, size_of

MB = 1e6

Ends = tuple[int | None, int | None]
"""The least and the most; None where nobody knows it."""


def planned(experiment: Experiment, directory: Path) -> str:
    """The title, and a line each for cells, programs, replicas, disk and time. InputError where the results do not fit
    on the disk of the directory. Nothing is written there; for the time, some tasks run for a few seconds."""
    model = experiment.system.resolve()
    size = size_of(experiment, model)
    expect_disk(experiment, size, directory)
    found = measured(experiment, experiment.cells())
    ends, design = _replicas(experiment, size), experiment.design
    axes, variants = count(len(experiment.axes), "axis", "axes"), count(len(experiment.variants), "variant")
    least = "at least " if isinstance(design, Adaptive) else ""
    disk = _told(ends, lambda replicas: _megabytes(size.disk * replicas / size.replicas))
    lines = [
        experiment.title,
        f"{least}{count(size.cells, 'cell')}: design {design.name} over {axes}, {variants}",
        f"{count(len(found.programs), 'program')} to compile",
        f"{_told(ends, '{:,}'.format)} replica{'' if ends == (1, 1) else 's'}{_each(experiment, ends)}",
        f"{disk} in {directory}",
        *_time(found, ends, size),
    ]
    return "\n  ".join(lines)


def _replicas(experiment: Experiment, size: Size) -> Ends:
    """How many replicas there are in all cells."""
    if isinstance(experiment.design, Adaptive):
        most = experiment.design.most(experiment.axes)
        return (size.replicas, None) if most is None else (None, most * len(experiment.variants))
    until = experiment.until
    return size.replicas, size.replicas if until is None else size.cells * until.most


def _each(experiment: Experiment, ends: Ends) -> str:
    if ends[0] is None:
        return f": what design {experiment.design.name} may use"
    most = "" if experiment.until is None else f" to {experiment.until.most:,}"
    return f": {experiment.replicas:,}{most} in each cell"


def _time(found: Measured, ends: Ends, size: Size) -> list[str]:
    """One line; none where no cell can be simulated."""
    if not found.paces:
        return []
    told = _told(ends, lambda replicas: _about(found.estimate(replicas / size.replicas)))
    where = f"on the {count(found.cores, 'core')} of this machine"
    how = f"measured on a few tasks of {len(found.paces):,} of {count(len(found.programs), 'program')}"
    return [f"{told} of simulation {where}, {how}"]


def _told(ends: Ends, words: Callable[[int], str]) -> str:
    least, most = (None if end is None else words(end) for end in ends)
    if least is None:
        return f"at most {most}".replace("at most less than", "less than")
    if most is None:
        return f"at least {least}".replace("at least less than", "to begin with, less than")
    return least if least == most else f"{least} to {most}"


def _megabytes(size: float) -> str:
    return "less than 1 MB" if size < MB else f"about {size / MB:,.0f} MB"


def _about(seconds: float) -> str:
    return "less than 1 s" if seconds < 1 else f"about {duration(seconds)}"
