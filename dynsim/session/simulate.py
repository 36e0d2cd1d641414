"""`simulate`: from a system to a finished run."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler.applying.build import build
from ..compiler.program import Program
from ..engine.plan import Plan
from ..engine.random.starts import initial_values, parameter_values
from ..errors import Advice, InputError, Problem, RunError
from ..record.directory import Sources, check_output
from ..record.manifest import Manifest, command_line, now, package_versions, scenario_hash
from ..system.builder import System
from ..system.dump import resolved_yaml, to_yaml
from ..system.grammar.fields import is_number, plain
from ..system.grammar.problems import found
from ..system.large_inputs import detached
from ..system.model import Model
from ..system.overrides import apply_overrides
from ..system.reading.array_files import SUFFIX
from ..system.scenario import load_scenario
from ..system.shipped import scenario_file
from ..system.text.local_path import local_path
from .checks.advice import unlikely
from .checks.column_names import taken_names
from .checks.foresight import runaways
from .checks.given_starts import wrong_starts
from .checks.memory import expect_room_for_replicas
from .checks.metrics import checked_model
from .checks.selection_start import Values, whole_populations, wrong_selection
from .external_plugins import plugins_of
from .job import Job
from .requested_metrics import Progress, silent
from .results import layout_of
from .run import Run
from .scenario_files import graph_files

FEW = 1_000  # replicas that `dynsim validate` examines


def simulate(
    system: System | str | Path,
    *,
    steps: int | None = None,
    time: float | None = None,
    replicas: int | None = None,
    seed: int | None = None,
    every: float | None = None,
    set: str | Sequence[str] = (),
    threads: int | None = None,
    out: str | Path | None = None,
    force: bool = False,
    resume: bool = False,
    compiled: bool = True,
    report: bool = True,
    progress: Progress | None = None,
) -> Run:
    """Simulate a system and analyse the result.

    system: a System, the path of a scenario file, or the name of a shipped scenario. steps, time, replicas, seed, every
    (interval of the record): override the system's; default None keeps them. set: one override as on the command line,
    "agents.critic.rule.rate=0.1", or several; applied before the arguments above. threads: number of threads, by
    default all cores; results do not depend on it. out: run directory, written while the run goes; by default the
    record stays in memory. force: replace the run in `out`. resume: continue the run in `out`, or start it. compiled:
    False interprets, which starts at once and is slower. report: False leaves out report.html. progress: called with
    the name of the current task and the finished share of it.

    Ctrl-C stops the run and raises Interrupted. With `out`, the record until then is kept with its tables, and `resume`
    continues from there, with the same bits as an uninterrupted run.

    Returns the Run. Raises InputError for mistakes in the system, invalid arguments, or an `out` that exists; RunError
    if memory or disk space is insufficient or a file cannot be written; Interrupted. Warns with `Advice`.
    """
    path = None if out is None else local_path(out)
    if path is not None:
        check_output(path, force=force, resume=resume)
    elif force or resume:
        raise InputError("force and resume need an output directory")
    settings = {
        "clock.steps": steps, "clock.time": time, "ensemble.replicas": replicas, "ensemble.seed": seed,
        "record.every": every,
    }
    _check_kinds(settings, set, threads, force=force, resume=resume, compiled=compiled, report=report)
    given = (set,) if isinstance(set, str) else set
    overrides = [*given, *(f"{key}={value}" for key, value in settings.items() if value is not None)]
    try:
        job = prepare(system, overrides, compiled, threads, progress or silent)
        return job.in_memory() if path is None else job.in_directory(path, force, resume, report)
    except MemoryError as error:
        raise RunError(f"not enough memory: {error}; fewer replicas need less") from error


def _check_kinds(settings: Mapping[str, Any], given: Any, threads: Any, **flags: Any) -> None:
    """InputError with every argument of the wrong type. The values of numbers are checked as part of the scenario."""
    def told(name: str, expected: str, value: Any) -> Problem:
        return Problem(f"expected {expected}, got {found(value)}", name)

    numbers = {key: value for key, value in settings.items() if value is not None}
    problems = [told(key, "a number", value) for key, value in numbers.items() if not is_number(plain(value))]
    problems += [told(key, "True or False", flag) for key, flag in flags.items() if not isinstance(plain(flag), bool)]
    texts = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    problems += [told("set", "texts PATH=VALUE", text) for text in texts if not isinstance(text, str)]
    threads = plain(threads)
    if threads is not None and not (is_number(threads) and threads >= 1 and threads == int(threads)):
        problems.append(told("threads", "a positive whole number", threads))
    if problems:
        raise InputError(*problems)


def checked(system: System) -> tuple[Model, Program]:
    """The model of a system and its program. Raises InputError with every mistake that can be found without
    simulating."""
    model, program = _built(system)
    few = np.arange(whole_populations(model, FEW))
    first = parameter_values(model, few)
    initial = initial_values(program, first, model.ensemble.seed, few)
    _check_start(system, model, program, first, initial)
    return model, program


def _built(system: System) -> tuple[Model, Program]:
    """The model and its program. Raises one InputError with every mistake and its place."""
    model = checked_model(system)
    try:
        program = build(model)
        wrong = wrong_starts(model, program)
        if wrong:
            raise InputError(*wrong)
    except InputError as error:
        raise system.placed(error) from error
    return model, program


def _check_start(system: System, model: Model, program: Program, parameters: Values, initial: Values) -> None:
    """InputError for mistakes that the initial values reveal; `Advice` for what is unlikely to be intended."""
    layout = layout_of(model, program, parameters, len(next(iter(parameters.values()), ())))
    problems = [*wrong_selection(model, program, parameters, initial), *taken_names(model, program, layout)]
    if problems:
        raise system.placed(InputError(*problems))
    advice = system.placed(InputError(*unlikely(system, model, program))).problems
    for problem in (*advice, *runaways(system, model, program, parameters, initial)):
        warnings.warn(Advice(problem), stacklevel=4)


def prepare(
    system: System | str | Path, overrides: Sequence[str], compiled: bool, threads: int | None, progress: Progress
) -> Job:
    """Everything that is decided before the first step. Parameters and initial values are sampled here, so that every
    mistake is found before anything is computed or written."""
    progress("reading", 0.0)
    name, written, stated = _stated(system, overrides)
    model, program = _built(stated)
    ensemble = model.ensemble
    expect_room_for_replicas(program, ensemble.replicas, compiled)
    parameters = parameter_values(model)
    initial = initial_values(program, parameters, ensemble.seed, np.arange(ensemble.replicas))
    _check_start(stated, model, program, parameters, initial)
    plan = Plan(ensemble.replicas, ensemble.seed, parameters, initial, model.record.every)
    apart, files = detached(stated, model.populations)
    resolved = resolved_yaml(apart)
    if isinstance(system, System):
        original, more = detached(system, model.populations) if overrides else (apart, {})
        written, files = to_yaml(original), files | more
    beside = graph_files(stated)
    arrays = {name: content for name, content in beside.items() if name.endswith(SUFFIX)}
    manifest = Manifest(
        title=model.title, scenario=name, scenario_hash=scenario_hash(resolved, program.topologies, arrays),
        seed=ensemble.seed, replicas=ensemble.replicas, compiled=compiled, command=command_line(), start=now(),
        versions=package_versions(), plugins=plugins_of(resolved),
    )
    layout = layout_of(model, program, parameters, ensemble.replicas)
    sources = Sources(written, resolved, beside | files)
    return Job(model, program, plan, layout, manifest, sources, threads, progress)


def _stated(system: System | str | Path, overrides: Sequence[str]) -> tuple[str, str, System]:
    """The scenario's name, its text ("" for a System), and the system with the overrides applied."""
    if isinstance(system, System):
        changed = system.copy()
        changed.data, _ = apply_overrides(changed.data, overrides)
        return str(system.data["title"]), "", changed
    if not isinstance(system, str | os.PathLike):
        raise InputError(f"expected a System, a scenario file or the name of a scenario, got {found(system)}")
    stated = load_scenario(scenario_file(os.fsdecode(system)), overrides)
    assert stated.source is not None
    return os.fsdecode(system), "\n".join(stated.source.lines), stated
