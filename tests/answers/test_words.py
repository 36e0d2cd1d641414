"""Numbers and lists in sentences."""

from __future__ import annotations

import numpy as np
import pytest

from dynsim.answers.wording.words import between, count, listing, moment, number, share, spread


def test_words() -> None:
    values = (120.0, 0.03125, 12345.6, 1.5e9, 0.0, -0.0, 999.6, -1234.0, 0.00004567)
    assert [number(v) for v in values] == [
        "120", "0.0312", "12,300", "1.5e+09", "0", "0", "1,000", "-1,230", "4.57e-05",
    ]
    assert [moment(t) for t in (120.0, 12345.0, 12345.6, 123.5, 0.03125)] == [
        "120", "12,345", "12,346", "123.5", "0.03125",
    ]
    assert [share(v) for v in (0.0, 0.001, 0.834, 0.999, 1.0)] == [
        "0\u00a0%", "under 1\u00a0%", "83\u00a0%", "over 99\u00a0%", "100\u00a0%",
    ]
    assert [listing(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c", "d"], ["a", "b", "c", "d", "e"])] == [
        "nothing", "a", "a and b", "a, b, c and 1 other", "a, b, c and 2 others",
    ]
    assert [count(n, "kind") for n in (1, 12_000)] == ["1 kind", "12,000 kinds"]
    assert [between(*pair) for pair in (("1", "2"), ("-1", "2"), ("3", "3"))] == ["1–2", "-1 to 2", "3"]


def test_a_spread_is_the_median_and_the_middle_half_of_what_is_finite() -> None:
    values = np.random.default_rng(7).normal(5.0, 2.0, 400)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    text = spread([*values, np.nan, np.inf])
    assert text == f"{middle:.3g} ({low:.3g}–{high:.3g})"
    low, high = np.quantile(values, [0.05, 0.95])
    assert spread(values, low=0.05, high=0.95, about="90 %: ") == f"{middle:.3g} (90 %: {low:.3g}–{high:.3g})"


@pytest.mark.parametrize(
    ("values", "text"),
    [([3.0], "3"), ([3.0, 3.0001], "3"), ([0.0, 0.0, 0.0], "0"), ([1e-17, 1.0, 2.0], "1 (0.5–1.5)"),
     ([-1.0, 1e-17, 1.0], "0 (-0.5 to 0.5)")],
)
def test_spreads_of_few_values(values: list[float], text: str) -> None:
    assert spread(values) == text
