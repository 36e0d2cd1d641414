"""Fewer points without false waves, axes without runaways, and text that is only text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsim.plots.drawing.data import Bands
from dynsim.plots.drawing.graph_layout import INSIDE, WIDE, circle, curve, positions
from dynsim.plots.drawing.ranges import bulk
from dynsim.plots.drawing.series import averaged, extremes, starts, thin
from dynsim.plots.drawing.style import LONGEST, label, single
from tests.plots.cases import data_of


def constant_bands(curve_: np.ndarray) -> Bands:
    return Bands("x", np.arange(float(len(curve_))), np.tile(curve_, (5, 1)))


def test_thinning_keeps_short_series_as_they_are() -> None:
    bands = constant_bands(np.arange(400.0))
    assert thin(bands, 400) is bands


def test_an_oscillation_too_fast_to_draw_is_a_band() -> None:
    """Every 25th tick of cos(2πt/25.1) would be a slow wave that was never there."""
    wave = np.cos(2 * np.pi * np.arange(10_000) / 25.1)
    found = thin(constant_bands(wave), 400)
    assert len(found.times) == 400
    assert np.abs(found.median).max() < 0.05
    assert found.quantiles[0].max() < -0.98
    assert found.quantiles[4].min() > 0.98


def test_thinning_leaves_out_what_is_not_finite() -> None:
    values = np.arange(1000.0)
    values[500:] = np.nan
    found = thin(constant_bands(values), 100)
    assert np.isfinite(found.median[:50]).all()
    assert np.isnan(found.median[50:]).all()


@given(st.integers(1, 3000), st.integers(1, 500))
def test_stretches_cover_every_tick_once(ticks: int, points: int) -> None:
    start = starts(ticks, points)
    assert start[0] == 0
    assert len(start) == min(ticks, points)
    lengths = np.diff([*start, ticks])
    assert lengths.min() >= 1
    assert lengths.max() - lengths.min() <= 1
    np.testing.assert_allclose(averaged(np.ones((2, ticks)), start), 1.0)


def test_extremes_keep_spikes() -> None:
    rows = np.zeros((2, 5000))
    rows[1, 1234] = 7.0
    found = extremes(rows, 400)
    assert found.shape == (2, 400)
    assert found[1].max() == 7.0


def test_a_runaway_does_not_flatten_the_rest_but_a_transient_is_shown() -> None:
    t = np.arange(400.0)
    low, high, cut = bulk(np.tile(np.exp(t - 350), (5, 1)))
    assert cut
    assert high < np.exp(49) / 50
    low, high, cut = bulk(np.tile(1e6 * np.exp(-t), (5, 1)))
    assert not cut
    assert low < 0
    assert high > 1e6
    assert bulk(np.full((5, 3), np.nan)) == (0.0, 1.0, False)
    low, high, _ = bulk(np.full((5, 3), 2.0))
    assert low < 2.0 < high


def test_numbers_beyond_single_precision_stay_finite() -> None:
    assert np.isfinite(single([1e300, -1e300])).all()
    assert single([0.1]).dtype == np.float32


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("critic", "critic"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("%{y}", "%&#123;y}"),
        ("a & b", "a &amp; b"),
        ("two\nlines", "two lines"),
        ("x" * 99, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_labels_are_literal(text: str, shown: str) -> None:
    assert label(text) == shown


def test_the_layout_is_always_the_same_and_keeps_nodes_apart() -> None:
    graph = data_of("thirty agents").graph
    ring = [n for n, kind in graph.nodes(data="kind") if kind == "agent"]
    inner = [n for n, kind in graph.nodes(data="kind") if kind != "agent"]
    place = positions(graph, ring, inner)
    assert place == positions(graph, ring, inner)
    points = np.array(list(place.values()))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2) + np.eye(len(points))
    assert apart.min() > 0.02
    for node in ring:
        assert np.hypot(place[node][0] / WIDE, place[node][1]) == pytest.approx(1.0, abs=1e-3)
    for node in inner:
        assert np.hypot(place[node][0] / WIDE, place[node][1]) <= INSIDE + 1e-3


def test_a_ring_starts_at_the_top_and_a_pair_stands_side_by_side() -> None:
    np.testing.assert_allclose(circle(4), [[0, 1], [1, 0], [0, -1], [-1, 0]], atol=1e-12)
    np.testing.assert_allclose(circle(2), [[-1, 0], [1, 0]], atol=1e-12)


def test_two_ways_between_two_nodes_are_two_curves() -> None:
    there, back = curve((0.0, 0.0), (1.0, 0.0), 0.2), curve((1.0, 0.0), (0.0, 0.0), 0.2)
    assert there[1][3] == pytest.approx(-0.1)
    assert back[1][3] == pytest.approx(0.1)
    assert there[0][:7] == back[0][6::-1]
