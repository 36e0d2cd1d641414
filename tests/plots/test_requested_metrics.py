"""Requested metrics as figures: what is drawn is the table, also of thirty agents, and where nothing is defined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from plotly.graph_objects import Figure

from dynsim.analysis.reading.replica_values import ReplicaValues, spread
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.base import REQUESTED_METRICS, RequestedMetric
from dynsim.dashboard.page import report
from dynsim.plots.drawing.data import ReportData
from dynsim.plots.drawing.requested_dots import ROWS
from dynsim.plots.drawing.requested_metrics import draw
from tests.browser import open_page
from tests.plots.cases import data_of

REPLICAS = 16
rng = np.random.default_rng(3)


def shaped(shape: str) -> type[RequestedMetric]:
    @dataclass(frozen=True)
    class Some(RequestedMetric):
        """A metric that has a shape."""

        name: ClassVar[str] = f"some_{shape}"
        heading: ClassVar[str] = f"What are {shape}?"
        caption: ClassVar[str] = "Some numbers."
        value: ClassVar[str] = "size"
        over: ClassVar[str] = "distance"

        def values(self, study: Study) -> ReplicaValues:
            raise NotImplementedError

    Some.shape = shape  # type: ignore[assignment]
    return Some


def values(*shape: int) -> dict[str, Any]:
    found = spread(rng.normal(1, 1, (*shape, REPLICAS)))
    return {name: np.ravel(column) for name, column in found.items()}


def agents(n: int) -> list[str]:
    return [f"agent <{k}>" for k in range(n)]


def table(shape: str, n: int) -> pd.DataFrame:
    names = agents(n)
    match shape:
        case "lines" | "curve":
            over = np.tile(np.arange(50.0), n)
            keys = {"x" if shape == "curve" else "t": over, "agent": np.repeat(names, 50)}
            return pd.DataFrame({**keys, **values(n, 50)})
        case "dots":
            keys = {"agent": names * 2, "quantity": ["share"] * n + ["bits"] * n}
            return pd.DataFrame({**keys, **values(2 * n)})
        case _:
            return pd.DataFrame({"a": np.repeat(names, n), "b": names * n, **values(n, n)})


def drawn(shape: str, found: pd.DataFrame | str) -> Figure:
    figure = draw(shaped(shape), found, data_of("two pulls"))
    assert isinstance(figure, Figure)
    return figure


SHAPES = ("lines", "curve", "dots", "matrix")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [1, 30])
def test_a_table_becomes_a_figure(shape: str, n: int) -> None:
    figure = drawn(shape, table(shape, n))
    assert figure.layout.height >= 100
    assert figure.layout.width is None
    assert "agent <" not in figure.to_json(), "names are shown literally"


def test_lines_are_the_quantiles_of_the_table() -> None:
    found = table("lines", 2)
    medians = [trace for trace in drawn("lines", found).data if trace.name == "median"]
    assert len(medians) == 2
    for trace, (_, rows) in zip(medians, found.groupby("agent"), strict=True):
        np.testing.assert_allclose(np.asarray(trace.y, float), rows["median"], rtol=1e-6)
        np.testing.assert_allclose(np.asarray(trace.x, float), rows["t"])


def test_dots_stand_at_the_medians_and_quantities_have_axes_of_their_own() -> None:
    found = table("dots", 3)
    figure = drawn("dots", found)
    shown = [trace for trace in figure.data if trace.hovertemplate]
    assert [trace.xaxis for trace in shown] == ["x", "x2"]
    for trace, quantity in zip(shown, ("share", "bits"), strict=True):
        rows = found[found["quantity"] == quantity]
        np.testing.assert_allclose(np.asarray(trace.x, float), rows["median"], rtol=1e-6)
        reach = np.asarray(trace.x, float) + np.asarray(trace.error_x.array, float)
        np.testing.assert_allclose(reach, rows["q95"], rtol=1e-5)
    assert figure.layout.xaxis.title.text == "share"
    assert figure.layout.xaxis2.title.text == "bits"
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1], "one below the other"


def test_a_matrix_has_rows_a_and_columns_b() -> None:
    found = table("matrix", 3)
    trace = drawn("matrix", found).data[0]
    z = np.asarray(trace.z, float)[::-1]
    np.testing.assert_allclose(z, found["median"].to_numpy().reshape(3, 3), rtol=1e-6)
    assert list(trace.x) == ["agent &lt;0&gt;", "agent &lt;1&gt;", "agent &lt;2&gt;"]


def test_a_matrix_over_time_is_that_of_the_last_tick() -> None:
    first, last = table("matrix", 2), table("matrix", 2)
    both = pd.concat([first.assign(t=0.0), last.assign(t=5.0)])
    figure = drawn("matrix", both)
    np.testing.assert_allclose(np.asarray(figure.data[0].z, float)[::-1].ravel(), last["median"], rtol=1e-6)
    assert figure.layout.title.text == "Median over 16 replicas at step 5."


def test_of_many_dots_the_largest_are_shown_and_the_rest_counted() -> None:
    found = table("matrix", 12).rename(columns={"a": "of", "b": "by"})
    figure = drawn("dots", found)
    shown = np.abs(np.asarray(figure.data[0].x, float))
    assert len(shown) == ROWS
    assert shown.min() >= np.sort(np.abs(found["median"]))[-ROWS] - 1e-6
    assert f"The largest {ROWS} of 144 values." in figure.layout.title.text


def test_what_is_not_defined_is_said() -> None:
    found = table("dots", 3)
    undefined = found["agent"] == "agent <1>"
    found.loc[undefined, list(spread(np.zeros((1, 1))))] = np.nan
    assert "Not defined for agent &lt;1&gt;." in drawn("dots", found).layout.title.text
    nothing = table("lines", 1)
    nothing[list(spread(np.zeros((1, 1))))] = np.nan
    for shape in SHAPES:
        told = draw(shaped(shape), nothing, data_of("two pulls"))
        assert told == "This metric is not defined in any replica of this run."
        assert draw(shaped(shape), nothing[:0], data_of("two pulls")) == (
            "This run has nothing that this metric measures.")
        assert draw(shaped(shape), "No agent has goals.", data_of("two pulls")) == "No agent has goals."


def varied(shape: str, values: int, more: int = 1) -> pd.DataFrame:
    """The table of two agents for every combination of values of k and m, k alone where m has one."""
    parts = []
    for k in range(values):
        for m in range(more):
            own = table(shape, 2)
            columns = {"vary.k": float(k)} | ({"vary.m": float(m)} if more > 1 else {})
            parts.append(pd.concat([pd.DataFrame(columns, index=own.index), own], axis=1))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("values", "more"), [(2, 1), (11, 1), (4, 3)])
def test_every_value_of_what_varies_is_shown(shape: str, values: int, more: int) -> None:
    """Each median is drawn, once, whether as a line, a dot, a cell of a matrix or a point over the parameter."""
    found = varied(shape, values, more)
    figure = drawn(shape, found)
    medians = []
    for trace in figure.data:
        if trace.type == "heatmap":
            medians.append(np.asarray(trace.z, float).ravel())
        elif trace.fill is None and trace.mode and trace.visible is not False and np.size(trace.y) > 1:
            skip = shape == "dots" and trace.hoverinfo == "skip"
            if not skip:
                medians.append(np.asarray(trace.x if shape == "dots" and values == 2 else trace.y, float))
    points = np.concatenate(medians)
    np.testing.assert_allclose(np.sort(points[np.isfinite(points)]), np.sort(found["median"]), rtol=1e-6)


@pytest.fixture
def page() -> Any:
    """The report of a run with every shape, of two agents and of thirty."""
    made = {f"{shape}_{n}": (shape, n) for shape in SHAPES for n in (2, 30)}
    REQUESTED_METRICS.names()
    for name, (shape, _) in made.items():
        measure = shaped(shape)
        measure.name = name
        REQUESTED_METRICS.register(measure)
    requested = {name: table(shape, n) for name, (shape, n) in made.items()} | {"gone": "It is gone."}
    yield replace(data_of("two pulls"), requested=requested)
    for name in made:
        REQUESTED_METRICS._plugins.pop(name)


def test_every_metric_has_a_section_after_the_figures_of_the_conflict_log(page: ReportData) -> None:
    html = report(page)
    places = [html.index(f'<section id="metric-{name}">') for name in sorted(page.requested)]
    assert places == sorted(places)
    assert places[0] > html.index('<section id="label_fidelity">')
    assert '<p class="empty">It is gone.</p>' in html


@pytest.mark.browser
def test_every_shape_fits_any_window(page: ReportData, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(report(page), encoding="utf-8")
    with open_page(path, 1280) as shown:
        shown.wait("document.documentElement.dataset.drawn === 'yes'")
        for width in (1280, 700):
            shown.resize(width, 900)
            widest = "Math.max(...[...document.querySelectorAll('.figure svg')].map(s => s.clientWidth))"
            shown.wait(f"{widest} <= {width} && document.documentElement.scrollWidth <= {width}")
        assert shown.console_errors() == []
