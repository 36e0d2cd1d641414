"""From plain data to an `Experiment`: reads every section, and collects every mistake before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...compiler.program import Program
from ...errors import InputError, Problem
from ...session.simulate import checked
from ...system.builder import System
from ...system.grammar.problems import ROOT, Problems, Source
from ...system.grammar.validation import validated_by
from ...system.model import Model
from ..axis import Axis
from ..design.grid import Grid
from ..grammar.spec import EXPERIMENT
from ..model import Experiment
from ..paths import below_path, written_path
from ..work.size import crowded, size_of, too_large
from .axes import place_axes, read_axes, sound_axes
from .collected import check_metrics, collected
from .designs import check_carried, check_design, read_design
from .scenario import Overrides, broken_sections, read_scenario
from .structures import check_structures
from .until import read_until
from .variants import check_variants


def read_experiment(
    data: Mapping[str, Any],
    text: str,
    *,
    source: Source | None = None,
    folder: Path | None = None,
    system: System | None = None,
    overrides: Overrides = (),
    arguments: Sequence[str] = (),
) -> Experiment:
    """The experiment that `data` states. Raises one InputError with every mistake, each with its place.

    text: the experiment as YAML. source: the text that the data was read from, for the places of mistakes. folder:
    where the experiment's file is. system: in place of the scenario that the data names. overrides: of the
    scenario, before anything varies. arguments: keys that do not stand in the text, because an argument gave them.
    """
    problems = Problems(source)
    spec, _ = validated_by(EXPERIMENT, data, problems)
    named = spec.scenario if system is None else system
    stated, scenarios = None, list[Problem]()
    if named is not None:
        stated, scenarios = read_scenario(named, spec, overrides, folder, problems)
    if not data.get("vary") and not data.get("variants"):
        problems.add(ROOT, "nothing varies: give `vary`, `variants` or both")
    design = read_design(spec.design, problems)
    axes = read_axes(spec.vary, design, problems)
    fits = design is not None and _all_right(axes, data) and check_design(design, axes, problems)
    base = None if stated is None else _base(stated, spec.set, scenarios, problems)
    broken = broken_sections(scenarios)
    places = {} if stated is None else place_axes(spec.vary, stated, broken, problems)
    variants = () if stated is None else check_variants(spec.variants, places, stated, broken, problems)
    if stated is None or base is None:
        check_metrics(spec.collect, problems)
        raise _all(problems, scenarios, arguments)
    model, _ = base
    experiment = Experiment(
        title=spec.title or model.title,
        question=str(stated.data.get("question", "")) if spec.question is None else spec.question,
        scenario=named if isinstance(named, str) else model.title,
        system=stated,
        axes=sound_axes(axes, places),
        variants=variants,
        design=design if design is not None and fits else Grid(),
        replicas=spec.replicas or model.ensemble.replicas,
        seed=model.ensemble.seed if spec.seed is None else spec.seed,
        collect=collected(spec.collect, model),
        text=text,
        until=read_until(spec, design, problems),
        source=source,
    )
    if message := too_large(size_of(experiment, model)):
        problems.add(crowded(experiment), message)
        experiment = replace(experiment, axes=(), design=Grid())
    check_carried(experiment.design, model, problems)
    # What is right so far is checked further, so that one reading finds the mistakes of all of it.
    check_structures(experiment, base, spec, problems)
    if problems.found:
        raise _all(problems, (), arguments)
    return experiment


def _all_right(axes: Sequence[Axis], data: Mapping[str, Any]) -> bool:
    """Whether no axis is wrong: without it, the others may be too few for a design."""
    written = data.get("vary") or {}
    return isinstance(written, Mapping) and len(axes) == len(written)


def _base(
    system: System, changes: Mapping[str, Any], scenarios: list[Problem], problems: Problems
) -> tuple[Model, Program] | None:
    """The scenario's model and program before anything varies. With mistakes None: notes those that one of the
    `changes` made at that change, and puts the rest into `scenarios`."""
    try:
        return checked(system)
    except InputError as error:
        for problem in error.problems:
            at = problem.path or ""
            made = [path for path in changes if below_path(at, written_path(system.data, path))]
            if problem.file == "--set" and made:
                problems.add(ROOT / "set" / max(made, key=len), f"{at}: {problem.message}", at_key=True)
            else:
                scenarios.append(problem)
        return None


def _all(problems: Problems, scenarios: Sequence[Problem], arguments: Sequence[str]) -> InputError:
    """The mistakes in arguments, those of the experiment in the order of its text, then those of its scenario."""
    placed = [replace(p, file=None, line=None, column=None) if p.path in arguments else p for p in problems.found]
    own = sorted(placed, key=lambda p: (p.line or 0, p.column or 0))
    return InputError(*own, *(problem for problem in scenarios if problem not in own))
