"""How a user states an experiment: as a file, or by the arguments of a script."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..algebra.graph import Expr
from ..errors import Advice, InputError, Problem
from ..system.builder import System
from ..system.dump import plain_data, to_yaml
from ..system.grammar.problems import Source, found
from ..system.plain_data import given
from ..system.shipped import experiment_file
from ..system.text.local_path import read_file
from ..system.text.yaml_dumper import dump
from ..system.text.yaml_loader import MAX_BYTES, load, load_file
from .model import Experiment
from .reading.read import read_experiment
from .reading.scenario import Overrides


def load_experiment(
    path: str | Path, overrides: Overrides = (), replicas: int | None = None, seed: int | None = None
) -> Experiment:
    """The experiment in a file, or the shipped experiment of that name.

    overrides: of its scenario, before anything varies. replicas, seed: in place of those in the file. Raises InputError
    with every mistake, in the experiment and in the scenario, with file, line and column.
    """
    file = experiment_file(path)
    content = read_file(file, MAX_BYTES + 1)
    document = load(content, str(file))
    text = content.decode().replace("\r\n", "\n")
    source = Source(document, tuple(text.split("\n")))
    arguments = given(replicas=replicas, seed=seed)
    with _told_once():
        return read_experiment(
            document.data | arguments, text, source=source, folder=file.parent, overrides=overrides,
            arguments=tuple(arguments),
        )


def stated_experiment(
    scenario: System | str | Path,
    *,
    title: str | None = None,
    question: str | None = None,
    vary: Mapping[Any, Any] | None = None,
    variants: Mapping[str, Any] | None = None,
    design: Any = None,
    replicas: int | None = None,
    until: Mapping[str, Any] | None = None,
    seed: int | None = None,
    collect: str | Sequence[str] | None = None,
    set: Any = (),
) -> Experiment:
    """The experiment that the arguments state; they are the keys of a file. Raises InputError with every mistake, each
    with the argument that it is in.

    scenario: also the path of an experiment's file, or the name of a shipped experiment. Then only replicas, seed and
    set may be given, in place of what the file states.
    """
    overrides = _overrides(set)
    keys = given(
        title=title, question=question, vary=_by_name(vary), variants=_by_name(variants), design=design,
        replicas=replicas, until=until, seed=seed, collect=collect,
    )
    if not isinstance(scenario, System):
        path = _path(scenario)
        if _states_experiment(path):
            stated = [key for key in keys if key not in ("replicas", "seed")]
            if stated:
                raise InputError(*(Problem(f"is stated by {path}: change it there", key) for key in stated))
            return load_experiment(path, overrides, replicas, seed)
    named = load(to_yaml(scenario)).data if isinstance(scenario, System) else path
    data = {"experiment": 1, "scenario": named, **{key: plain_data(value) for key, value in keys.items()}}
    system = scenario if isinstance(scenario, System) else None
    with _told_once():
        return read_experiment(data, _text(data), system=system, overrides=overrides)


@contextmanager
def _told_once() -> Iterator[None]:
    """Warns with each `Advice` once, although many cells of an experiment are checked."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Advice)
        yield
    for message in {str(warning.message): warning.message for warning in caught}.values():
        warnings.warn(message, stacklevel=4)


def _states_experiment(path: str) -> bool:
    """Whether a file is that of an experiment. A file that cannot be read is left to whoever reads it as a scenario."""
    try:
        return "experiment" in load_file(experiment_file(path)).data
    except InputError:
        return False


def _path(scenario: Any) -> str:
    if not isinstance(scenario, str | os.PathLike):
        raise InputError(f"expected a System, a scenario file or the name of a scenario, got {found(scenario)}")
    return os.fsdecode(scenario)


def _overrides(given: Any) -> Overrides:
    """What `set` may be: a text, several, or a mapping of paths to values."""
    if isinstance(given, Mapping):
        return {str(path): plain_data(value) for path, value in _by_name(given).items()}
    texts = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    wrong = [text for text in texts if not isinstance(text, str)]
    if wrong:
        expected = "expected texts PATH=VALUE, or a mapping of paths to values"
        raise InputError(*(Problem(f"{expected}, got {found(text)}", "set") for text in wrong))
    return tuple(texts)


def _by_name(value: Any) -> Any:
    """Mappings with the names of symbols in place of keys that are symbols."""
    if not isinstance(value, Mapping):
        return value
    return {key.name or str(key) if isinstance(key, Expr) else key: _by_name(item) for key, item in value.items()}


def _text(data: Mapping[str, Any]) -> str:
    """The experiment as YAML. What YAML cannot hold is a mistake that reading the data reports with its place."""
    try:
        return dump(dict(data))
    except (TypeError, ValueError):
        return ""
