"""What is said of the swept parameter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dynsim.answers.wording.findings import Findings
from dynsim.answers.wording.sweep import inside, only_within, stretches
from dynsim.system.model import Ensemble, Sweep
from tests.answers.cases import changed, findings_of


def swept(values: np.ndarray, **more: Sweep) -> Findings:
    """Findings of a run in which K takes these values, listed in its scenario, and nothing is drawn."""
    found = undrawn()
    ensemble = Ensemble(len(values), vary={"K": Sweep(tuple(values)), **more})
    return changed(found, {"K": values}, model=replace(found.model, ensemble=ensemble))


def undrawn() -> Findings:
    found = findings_of("two pulls")
    return changed(found, program=replace(found.program, initial={}))


def test_a_range_is_told_unless_it_is_nearly_everything() -> None:
    found = swept(np.linspace(0, 1, 101))
    assert only_within(found, [20, 35, 50]) == "K from 0.2 to 0.5"
    assert only_within(found, [7]) == "K = 0.07"
    assert only_within(found, [3, 99]) == ""
    assert only_within(findings_of("two pulls"), [1, 2]) == ""


def test_of_several_parameters_those_are_told_that_confine_it() -> None:
    one, two = (values.ravel() for values in np.meshgrid([0.0, 1.0], [1.0, 2.0, 3.0, 4.0], indexing="ij"))
    found = undrawn()
    ensemble = Ensemble(8, grid={"K": Sweep((0.0, 1.0)), "m": Sweep((1.0, 2.0, 3.0, 4.0))})
    found = changed(found, {"K": one, "m": two}, model=replace(found.model, ensemble=ensemble))
    assert only_within(found, np.flatnonzero(one == 1)) == "K = 1"
    assert only_within(found, np.flatnonzero((one == 1) & (two < 3))) == "K = 1 and m from 1 to 2"
    assert inside(found, np.flatnonzero((one == 1) & (two < 3))) == 2
    assert only_within(found, np.arange(8)) == ""
    assert inside(found, np.arange(8)) == 8


def test_stretches_of_one_word() -> None:
    found = swept(np.arange(10.0))
    words = ["left"] * 4 + ["stayed"] * 6
    assert stretches(found, words) == "left up to K = 3, stayed from 4 on"
    assert stretches(found, words[:7] + ["left"] * 3) == "left up to K = 3, stayed at 4–6, left from 7 on"
    assert stretches(found, ["left", "stayed"] * 5) == ""
    assert stretches(found, ["left"] * 10) == ""
    assert stretches(swept(np.array([2.0, 1.0, 3.0])), ["b", "a", "b"]) == "a at K = 1, b from 2 on"
    assert stretches(found, ["left"] * 9 + ["stayed"]) == "left up to K = 8, stayed at 9"


def test_one_value_with_several_words_has_no_stretches() -> None:
    assert stretches(swept(np.array([1.0, 1.0, 2.0, 2.0])), ["a", "b", "b", "b"]) == ""


def test_where_chance_plays_a_part_a_range_is_told_if_chance_would_hardly_make_it() -> None:
    """Of 40 values 3 lie within 5 neighbours in Σ (C(w, 3) − C(w − 1, 3))/C(40, 3) = (36·6 + 3 + 1)/9880 = 2 %, within
    8 in (33·21 + 15 + 10 + 6 + 3 + 1)/9880 = 7 %: counting windows by where they begin."""
    found = changed(swept(np.arange(40.0)), program=findings_of("two pulls").program)
    assert only_within(found, [10, 12, 14]) == "K from 10 to 14"
    assert only_within(found, [10, 12, 17]) == ""
    assert only_within(found, [10]) == "K = 10", "where it is"
    assert only_within(swept(np.arange(40.0)), [10, 12, 17]) == "K from 10 to 17", "nothing is drawn"


def test_a_single_replica_among_others_is_no_stretch_where_chance_plays_a_part() -> None:
    words = ["fell"] * 4 + ["rose"] + ["fell"] * 5
    assert stretches(swept(np.arange(10.0)), words) == "fell up to K = 3, rose at 4, fell from 5 on"
    found = changed(swept(np.arange(10.0)), program=findings_of("two pulls").program)
    assert stretches(found, words) == ""
    words[5] = "rose"
    assert stretches(found, words) == "fell up to K = 3, rose at 4–5, fell from 6 on"
