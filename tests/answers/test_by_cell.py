"""Answers of a run in which parameters vary: told for single values, or as a dependence."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import dynsim as ds
from dynsim.answers.base import answers
from dynsim.answers.wording.by_cell import FEW, by_cell
from dynsim.answers.wording.findings import Findings, findings
from dynsim.session.simulate import simulate

TEXT = """
dynsim: 1
title: pulls of different strength
params: {k: 1.0, c: 0.0}
variables: {x: {init: "normal(0, 1)"}, y: {init: "normal(0, 1)"}}
agents:
  one: {controls: x, declared: "(x - k)**2 + x*y/2", credit: {two: c}, rule: {gradient: {rate: 0.05}}}
  two: {controls: y, declared: "(y + 1)**2 + k*x*y", rule: {gradient: {rate: 0.05}}}
base: {objective: "(x - y)**2"}
clock: {steps: 60}
"""


def found(ensemble: str) -> Findings:
    run = simulate(ds.load_scenario(f"{TEXT}ensemble: {ensemble}\n"), compiled=False)
    return findings(run.study, run.tables)


def alone(ensemble: str) -> list[tuple[str, list[str]]]:
    own = found(ensemble)
    return [(one.name, list(one.tell(own))) for one in answers()]


def test_of_few_values_every_answer_is_that_of_a_run_with_the_value_alone() -> None:
    both = found("{replicas: 20, seed: 4, vary: {k: [2, 0.5]}}")
    lone = dict(alone("{replicas: 10, seed: 4, vary: {k: [2]}}"))
    checked = 0
    for one in answers():
        if one.of == "run":
            continue
        told = by_cell(one.tell, both, one.of)
        mine = [text.split(": ", 1)[1] for text in told if re.match(r"At k = 2:|At k = 0.5 and 2:|Throughout:", text)]
        assert [text.lower() for text in mine] == [text.lower() for text in lone[one.name]]
        checked += len(mine)
    assert checked >= 4


def test_a_weight_that_is_0_for_one_value_is_no_reason_there() -> None:
    both = found("{replicas: 8, seed: 4, vary: {c: [0, 1]}}")
    assert not both.of_cell(0).ever(both.model.agents["one"].credit["two"])
    assert both.of_cell(1).ever(both.model.agents["one"].credit["two"])


def test_of_many_values_the_ends_and_the_middle_are_told() -> None:
    many = found('{replicas: 22, seed: 4, vary: {k: "linspace(0, 2, 11)"}}')
    assert many.cells.count == 11 > FEW
    told = by_cell(lambda part: [f"{part.replicas} at {part.part}"], many, "cells")
    assert told == ["At k = 0: 2 at k = 0", "At k = 1: 2 at k = 1", "At k = 2: 2 at k = 2"]
    assert by_cell(lambda part: ["same"], many, "cells") == ["At k = 0, 1 and 2: same"]
    assert by_cell(lambda part: [f"all {part.replicas}"], many, "few cells") == ["all 22"]


def test_after_the_values_a_sentence_goes_on_in_lower_case_unless_a_name_is_first() -> None:
    both = found("{replicas: 4, vary: {k: [2, 0.5]}}")
    told = {text: by_cell(lambda part, text=text: [text], both, "cells")[0] for text in (
        "In every replica.", "x ended.", "one's objective.", "One replica.")}
    assert list(told.values()) == [
        "Throughout: in every replica.", "Throughout: x ended.", "Throughout: one's objective.",
        "Throughout: one replica.",
    ]


def test_what_is_the_same_everywhere_is_told_once() -> None:
    both = found("{replicas: 4, vary: {k: [2, 0.5]}}")
    assert by_cell(lambda part: ["same"], both, "cells") == ["Throughout: same"]
    pooled = found("{replicas: 4}")
    assert by_cell(lambda part: ["same"], pooled, "cells") == ["same"]


def sentences(ensemble: str) -> list[str]:
    own = found(ensemble)
    return list(next(one for one in answers() if one.name == "dependence").tell(own))


def test_a_dependence_is_told_with_its_ends() -> None:
    told = sentences('{replicas: 40, seed: 4, vary: {k: "linspace(0.5, 2, 8)"}}')
    (rising,) = [text for text in told if text.startswith("x at the end")]
    assert re.fullmatch(
        r"x at the end rises with k \(rank correlation (0.9\d|1.00)\): [\d.]+ at k = 0.5, [\d.]+ at k = 2\.", rising
    )
    assert not sentences("{replicas: 40, seed: 4, vary: {k: [0.5, 2]}}"), "few values are told one by one"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_is_no_dependence(seed: int) -> None:
    """c moves nobody where two's label does not depend on x (k = 0): replicas differ by their draws alone."""
    own = found(f'{{replicas: 60, seed: {seed}, vary: {{c: "linspace(0, 1)"}}}}')
    summary = own.tables.summary
    rng = np.random.default_rng(seed)
    noise = {name: rng.normal(size=60) for name in summary.select_dtypes("number") if name != "replica"}
    silent = replace(own, tables=own.tables.but(summary=summary.assign(verdict="converged", **noise)))
    (told,) = next(one for one in answers() if one.name == "dependence").tell(silent)
    assert told == "Neither an objective nor the final state depends clearly on c."


def test_of_two_parameters_an_end_is_that_of_a_combination() -> None:
    """Both move x: a median over one of them would be the end of neither."""
    ensemble = "{replicas: 45, seed: 4, grid: {k: [0.5, 1, 1.5], c: [0, 0.5, 1]}}"
    text = next(text for text in sentences(ensemble) if text.startswith("x at the end"))
    medians = found(ensemble).tables.summary.groupby(["k", "c"])["x"].median()
    for place in (medians.idxmin(), medians.idxmax()):
        assert f"{medians[place]:.3g} (k = {place[0]:g}, c = {place[1]:g})" in text
