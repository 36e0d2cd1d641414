"""When a number counts as reproduced, and how it is shown and kept."""

from collections.abc import Iterator
from math import nan
from pathlib import Path

import pytest
from plotly.graph_objects import Figure

from dynsim.atlas import words
from dynsim.atlas.result import Result, measured, read
from dynsim.atlas.rows.base import Check, Row


def test_a_number_without_noise_is_held_to_ten_digits() -> None:
    assert Check("x", 200.0, 200.0 + 1.9e-8).reproduced
    assert not Check("x", 200.0, 200.0 + 2.1e-8).reproduced
    assert Check("x", 0.0, 0.9e-10).reproduced
    assert not Check("x", 0.0, 1.1e-10).reproduced


def test_a_number_with_noise_is_held_to_three_combined_standard_errors() -> None:
    """3·√(.03² + .04²) = .15."""
    assert Check("x", 1.0, 1.1499, error=0.03, expected_error=0.04).reproduced
    assert not Check("x", 1.0, 1.1501, error=0.03, expected_error=0.04).reproduced
    assert Check("x", 1.0, 1.1599, error=0.03, expected_error=0.04, tolerance=0.01).reproduced


def test_a_stated_tolerance_takes_the_place_of_the_usual_one() -> None:
    assert Check("x", 1.0, 1.00004, tolerance=5e-5).reproduced
    assert not Check("x", 1.0, 1.00006, tolerance=5e-5).reproduced
    assert not Check("x", 1.0, 1.0 + 1e-12, tolerance=0.0).reproduced


@pytest.mark.parametrize(("relation", "good", "bad"), [("≤", 0.5, 1.5), ("≥", 1.5, 0.5)])
def test_a_bound_is_left_on_one_side_only(relation: str, good: float, bad: float) -> None:
    assert Check("x", 1.0, good, relation=relation).reproduced
    assert not Check("x", 1.0, bad, relation=relation).reproduced


def test_what_is_not_a_number_is_not_reproduced() -> None:
    assert Check("x", 1.0, nan).failed
    assert Check("x", 1.0, nan, relation="≤").failed


def test_what_is_known_to_be_missed_is_not_reproduced_and_does_not_fail() -> None:
    check = Check("x", 1.0, 2.0, missed="Everything was tried.")
    assert not check.reproduced
    assert not check.failed


def test_a_number_is_shown_to_a_tenth_of_its_tolerance() -> None:
    check = Check("x", 1.0551, 1.05428713, error=0.0018, expected_error=0.0018)
    assert words.measured(check) == "1.0543 ± 0.0018"
    assert words.expected(check) == "1.0551 ± 0.0018"
    assert words.tolerance(check) == "0.0076"
    assert words.expected(Check("x", 0.25, 0.1, relation="≤")) == "≤ 0.25"
    assert words.measured(Check("x", 1.0, 1 / 3)) == "0.3333333333"
    assert words.measured(Check("x", 0.0, 3e-17)) == "3e-17"
    assert words.measured(Check("x", 1.0, nan)) == "nan"


class Both(Row):
    """Two numbers."""

    name = "both"

    def checks(self) -> Iterator[Check]:
        yield Check("a", 1.0, 1.0, "exact")
        yield Check("b", 1.0, 2.0, missed="This.")

    def figure(self) -> Figure:
        return Figure({"data": [{"type": "scatter", "x": [1, 2], "y": [3, 4]}], "layout": {"height": 200}})


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    result = measured(Both(), iter((3.0, 5.5)).__next__)
    assert (result.seconds, result.failed, result.reproduced) == (2.5, False, False)
    result.write(tmp_path)
    again = read(tmp_path / "both.json")
    assert again == result
    assert again.drawn().data[0].y == (3, 4)


def test_a_result_fails_with_its_first_failed_check() -> None:
    assert Result("x", "1", 0.0, (Check("a", 1.0, 1.0), Check("b", 1.0, 2.0))).failed
