"""From what a user gives to the sides of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import DynsimError, InputError, Problem
from ..experiments.experimented import Experimented
from ..experiments.storing.store import CELLS, read_manifest
from ..record.files import read_text
from ..record.manifest import MANIFEST
from ..session.run import Run, load
from ..system.text.local_path import local_path
from .sides import ExperimentSide, RunSide, Side

Given = Run | Experimented | str | Path



def sides_of(given: Sequence[Given] | Mapping[str, Given]) -> tuple[Side, ...]:
    """What is given, with names: those of the mapping, of the directories, or the titles.

    Raises InputError with everything that is wrong with any of them.
    """
    if isinstance(given, str | Path | Run | Experimented):
        raise InputError("compare needs a list of at least two runs, got one run")
    stated = list(given.items()) if isinstance(given, Mapping) else [("", one) for one in given]
    if len(stated) < 2:
        raise InputError(f"compare needs at least two runs, got {len(stated)}")
    problems: list[Problem | str] = []
    loaded = [_loaded(one, problems) for _, one in stated]
    found = [one for one in loaded if one is not None]
    places = [one.directory.resolve() for one in found if one.directory is not None]
    problems += [f"{place}: is given twice" for place in dict.fromkeys(places) if places.count(place) > 1]
    if problems:
        raise InputError(*problems)
    names = _names([name for name, _ in stated], found)
    return tuple(
        RunSide(name, one) if isinstance(one, Run) else ExperimentSide(name, one)
        for name, one in zip(names, found, strict=True)
    )


def _loaded(one: Given, problems: list[Problem | str]) -> Run | Experimented | None:
    """The run or experiment; None, with its problems noted, where there is none."""
    try:
        if isinstance(one, str | Path):
            path = local_path(one)
            found = _experiment(path) if _is_experiment(path) else load(path)
        elif isinstance(one, Run | Experimented):
            found = one
        else:
            raise InputError(f"expected a run or a run directory, got {type(one).__name__}")
        # Tables are read when they are asked for: a damaged one is found here, before anything is written.
        _ = found.tables if isinstance(found, Run) else found.replicas
        if isinstance(found, Run) and not found.manifest.ticks:
            raise InputError(f"{found.directory or found.manifest.title}: has no recorded tick")
        return found
    except InputError as error:
        problems += error.problems
    except (DynsimError, OSError) as error:
        problems.append(str(error))
    return None


def _is_experiment(path: Path) -> bool:
    """Whether the directory's manifest says so; one that cannot be read is left to the reader of runs."""
    try:
        return '"kind": "experiment"' in read_text(path / MANIFEST)
    except (InputError, OSError):
        return False


def _experiment(path: Path) -> Experimented:
    read_manifest(path)
    if not (path / CELLS).exists():
        raise InputError(f"{path}: the experiment is not finished: dynsim experiment --resume goes on with it")
    return Experimented(path)


def _names(given: Sequence[str], found: Sequence[Run | Experimented]) -> list[str]:
    """Short names that tell them apart."""
    titles = [one.manifest.title or one.manifest.scenario if isinstance(one, Run) else "" for one in found]
    paths = [one.directory for one in found]
    short = [
        name or (title if path is None else path.name) for name, title, path in zip(given, titles, paths, strict=True)
    ]
    longer = [
        str(path) if path is not None and short.count(name) > 1 else name
        for name, path in zip(short, paths, strict=True)
    ]
    return [
        f"{name} ({longer[: k + 1].count(name)})" if longer.count(name) > 1 else name for k, name in enumerate(longer)
    ]
