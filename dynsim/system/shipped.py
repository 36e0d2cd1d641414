"""The scenarios and experiments that come with dynsim, by name: `two_pulls` is scenarios/two_pulls.yaml, and
`five_leaks` is scenarios/experiments/five_leaks.yaml."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from .. import errors
from ..errors import InputError
from ..registry import unknown
from .text.local_path import local_path


def shipped_scenarios() -> dict[str, Path]:
    """The file of every shipped scenario, by name, in alphabetical order."""
    return _files_in(_folder())


def shipped_experiments() -> dict[str, Path]:
    """The file of every shipped experiment, by name, in alphabetical order."""
    return _files_in(_folder() / "experiments")


def scenario_file(name: str) -> Path:
    """The file that `name` stands for: a path, or the name of a shipped scenario.

    An existing file takes precedence. Raises InputError, with the nearest name, if it is neither.
    """
    if "\n" in name:
        raise InputError("expected a file or the name of a scenario, got a text: ds.load_scenario reads one")
    return _file("scenario", name, shipped_scenarios())


def experiment_file(name: str | Path) -> Path:
    """The file that `name` stands for: a path, or the name of a shipped experiment. As `scenario_file`."""
    return _file("experiment", name, shipped_experiments())


def _folder() -> Path:
    package = Path(errors.__file__).parent
    # Inside the package if it is installed; beside it in a checkout or an editable installation.
    places = (package / "scenarios", package.parent / "scenarios")
    return next(place for place in places if place.is_dir())


def _files_in(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _file(kind: str, name: str | Path, shipped: Mapping[str, Path]) -> Path:
    path = local_path(name)
    if os.path.isfile(path) or not re.fullmatch(r"[\w-]+", str(name)):
        return path
    if name not in shipped:
        raise InputError(unknown(kind, str(name), shipped))
    return shipped[str(name)]
