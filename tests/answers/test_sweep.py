"""What is said of the swept parameter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from dynsim.answers.findings import Findings
from dynsim.answers.sweep import along, only_within, stretches
from dynsim.system.model import Ensemble, Sweep
from tests.answers.cases import findings_of

SEED = 20240614


def swept(values: np.ndarray, **more: Sweep) -> Findings:
    """Findings of a run in which K takes these values, and in whose scenario they are listed."""
    found = findings_of("two pulls")
    ensemble = Ensemble(len(values), vary={"K": Sweep(tuple(values)), **more})
    return replace(
        found, replicas=len(values), model=replace(found.model, ensemble=ensemble), parameters={"K": values},
    )


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_dependence_is_told_by_spearmans_rank_correlation(sign: int) -> None:
    rng = np.random.default_rng(SEED)
    values = np.linspace(0, 1, 200)
    quantity = sign * values**3 + rng.normal(0, 0.05, 200)
    quantity[:3] = np.nan
    expected = spearmanr(values[3:], quantity[3:]).statistic
    text = along(swept(values), quantity)
    verb = "rises" if sign > 0 else "falls"
    assert text.startswith(f"{verb} with K (rank correlation {expected:.2f}: ")


def test_no_dependence_no_words() -> None:
    rng = np.random.default_rng(SEED)
    values = np.linspace(0, 1, 200)
    assert along(swept(values), rng.normal(size=200)) == ""
    assert along(swept(values), np.ones(200)) == ""
    two = swept(values, other=Sweep((1.0, 2.0)))
    two = replace(two, parameters={**two.parameters, "other": np.tile([1.0, 2.0], 100)})
    assert along(two, values) == "", "of two swept parameters"
    assert along(findings_of("two pulls"), rng.normal(size=16)) == "", "nothing is swept"


def test_few_values_are_told_one_by_one() -> None:
    values = np.repeat([1.5, 3.0, 4.0], 5)
    quantity = values**2 + np.tile([-1.0, 0.0, 0.0, 0.0, 1.0], 3)
    assert along(swept(values), quantity) == "is 2.25 at K = 1.5, 9 at K = 3 and 16 at K = 4"
    assert along(swept(values), np.ones(15)) == ""


def test_a_range_is_told_unless_it_is_nearly_everything() -> None:
    found = swept(np.linspace(0, 1, 101))
    assert only_within(found, [20, 35, 50]) == "K from 0.2 to 0.5"
    assert only_within(found, [7]) == "K = 0.07"
    assert only_within(found, [3, 99]) == ""
    assert only_within(findings_of("two pulls"), [1, 2]) == ""


def test_stretches_of_one_word() -> None:
    found = swept(np.arange(10.0))
    words = ["left"] * 4 + ["stayed"] * 6
    assert stretches(found, words) == "left up to K = 3, stayed from 4 on"
    assert stretches(found, words[:7] + ["left"] * 3) == "left up to K = 3, stayed at 4–6, left from 7 on"
    assert stretches(found, ["left", "stayed"] * 5) == ""
    assert stretches(found, ["left"] * 10) == ""
    assert stretches(swept(np.array([2.0, 1.0, 3.0])), ["b", "a", "b"]) == "a up to K = 1, b from 2 on"


def test_one_value_with_several_words_has_no_stretches() -> None:
    assert stretches(swept(np.array([1.0, 1.0, 2.0, 2.0])), ["a", "b", "b", "b"]) == ""
