"""The scenarios that come with dynsim, by name: `two_pulls` is scenarios/two_pulls.yaml."""

import os
import re
from pathlib import Path

from .. import errors
from ..errors import InputError
from ..registry import unknown
from .text.local_path import local_path


def shipped_scenarios() -> dict[str, Path]:
    """The file of every shipped scenario, by name, in alphabetical order."""
    package = Path(errors.__file__).parent
    # Inside the package if it is installed; beside it in a checkout or an editable installation.
    places = (package / "scenarios", package.parent / "scenarios")
    folder = next(place for place in places if place.is_dir())
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def scenario_file(name: str) -> Path:
    """The file that `name` stands for: a path, or the name of a shipped scenario.

    An existing file takes precedence. Raises InputError, with the nearest name, if it is neither.
    """
    if "\n" in name:
        raise InputError("expected a file or the name of a scenario, got a text: ds.load_scenario reads one")
    path = local_path(name)
    if os.path.isfile(path) or not re.fullmatch(r"[\w-]+", name):
        return path
    scenarios = shipped_scenarios()
    if name not in scenarios:
        raise InputError(unknown("scenario", name, scenarios))
    return scenarios[name]
