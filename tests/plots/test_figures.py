"""Every figure over every case, and that what is drawn is what was measured."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from plotly.graph_objects import Figure

from dynsim.analysis.motion.verdicts import VERDICTS
from dynsim.answers.wording.verdicts import VERBS
from dynsim.plots.alignment import alignment
from dynsim.plots.base import AGENTS, CONFLICT, COURSE, OUTCOME, ReportFigure, figure, figures
from dynsim.plots.contest import contest
from dynsim.plots.drawing.data import ReportData
from dynsim.plots.drawing.graph_motion import CLASSES, HIDDEN, classes
from dynsim.plots.drawing.style import LARGEST
from dynsim.plots.drawing.verdict_colours import COLOURS, UNKNOWN
from dynsim.plots.ledger import ledger
from dynsim.plots.state_graph import state_graph
from dynsim.plots.sweep import sweep
from dynsim.plots.trajectories import trajectories
from dynsim.plots.verdicts import verdicts
from tests.plots.cases import CASES, collected, data_of, example_of, run_of


def numbers(values: object) -> np.ndarray:
    return np.asarray(values, dtype=float)


CONTENTS = [
    (OUTCOME, "verdicts"), (OUTCOME, "base_objective"), (OUTCOME, "fitness"), (OUTCOME, "sweep"),
    (CONFLICT, "state_graph"), (CONFLICT, "episodes"), (CONFLICT, "ledger"),
    (COURSE, "trajectories"), (COURSE, "contest"), (COURSE, "objectives"),
    (AGENTS, "alignment"), (AGENTS, "label_fidelity"),
]  # fmt: skip


def test_the_table_of_contents() -> None:
    """Of the figures listed here; others may stand anywhere among them."""
    contents = [(one.section, one.name) for one in figures()]
    assert [line for line in contents if line in CONTENTS] == CONTENTS, (
        "\n".join(["the order has become", *(f"{section}: {name}" for section, name in contents)]))


def test_a_figure_names_a_section_that_there_is() -> None:
    with pytest.raises(ValueError, match="'sizes' names the section 'Sizes': expected one of How the run ended"):
        figure("sizes", section="Sizes", heading="How large?", caption="")


@pytest.mark.parametrize("one", figures(), ids=lambda one: one.name)
def test_every_figure_says_what_it_is(one: ReportFigure) -> None:
    assert one.draw.__doc__, "the docstring says what the figure shows"
    assert one.heading.endswith("?"), "a figure's heading is the question that it answers"
    assert one.caption.endswith("."), "a caption says how to read the figure, in sentences"


@pytest.mark.parametrize("one", figures(), ids=lambda one: one.name)
def test_every_figure_shows_some_run(one: ReportFigure) -> None:
    if one.example:
        data = collected(example_of(one.example))
        assert isinstance(one.draw(data), Figure), "the figure shows nothing of its own example"
        check_drawn(one, data)
    else:
        assert any(isinstance(one.draw(data_of(case)), Figure) for case in CASES), (
            "it shows no run: give @figure(…, example=…) a scenario of which it shows something")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("one", figures(), ids=lambda one: one.name)
def test_a_figure_shows_something_or_says_why_not(one: ReportFigure, case: str) -> None:
    check_drawn(one, data_of(case))


def check_drawn(one: ReportFigure, data: ReportData) -> None:
    drawn = one.draw(data)
    if drawn is None:
        assert one.optional, "only a figure that is `optional` may return None; others return a sentence that says why"
        return
    if isinstance(drawn, str):
        assert len(drawn) > 20, "a sentence says why there is nothing to show"
        assert drawn.endswith(".")
        return
    visible = [trace for trace in drawn.data if trace.visible is not False and trace.visible != "legendonly"]
    lengths = [np.size(trace.z) if trace.type == "heatmap" else np.size(trace.x) for trace in visible]
    assert max(lengths) > 0
    assert drawn.layout.height >= 100
    assert drawn.layout.width is None, "figures follow their container"
    text = drawn.to_json()
    assert parsed(Figure(json.loads(text)).to_json()) == parsed(text), "what Plotly's own check makes of it"


def parsed(text: str) -> object:
    """Angles are the same to rounding."""
    return json.loads(text, parse_float=lambda number: round(float(number), 6))


def test_words_instead_of_empty_axes() -> None:
    assert isinstance(ledger(data_of("one agent")), str)
    assert isinstance(contest(data_of("one agent")), str)
    assert isinstance(alignment(data_of("one agent")), str)
    assert isinstance(sweep(data_of("two pulls")), str)


def test_ledger_rows_are_the_table() -> None:
    """The row "critic → actor" is what the critic does to the actor."""
    data = data_of("two pulls")
    trace = ledger(data).data[0]  # type: ignore[union-attr]
    table = data.tables.ledger
    for mover, harmed in (("critic", "actor"), ("actor", "critic")):
        rows = table[(table["mover"] == mover) & (table["harmed"] == harmed)]
        drawn = numbers(trace.z)[list(trace.y).index(f"{mover} → {harmed}")]
        np.testing.assert_allclose(drawn, rows["normalised"], rtol=1e-6)
    np.testing.assert_allclose(numbers(trace.x), rows["t"])


def test_of_many_pairs_the_strongest_are_shown_and_counted() -> None:
    figure = ledger(data_of("thirty agents"))
    assert not isinstance(figure, str)
    assert len(figure.data[0].y) == 40
    assert figure.layout.title.text == "The 40 strongest of 870 ordered pairs, by mean size."
    sizes = np.abs(numbers(figure.data[0].z)).mean(axis=1)
    assert (np.diff(sizes) >= -1e-6).all(), "strongest last, which is at the top"


def test_trajectories_are_the_quantiles_of_the_record() -> None:
    data = data_of("two pulls")
    figure = trajectories(data)
    assert not isinstance(figure, str)
    wide = run_of("two pulls").states.pivot(index="t", columns="replica", values="memory")
    median = next(trace for trace in figure.data if trace.name == "median")
    np.testing.assert_allclose(numbers(median.y), wide.median(axis=1), rtol=1e-6, atol=1e-7)
    for k, q in enumerate((0.05, 0.95)):
        expected = wide.quantile(q, axis=1)
        np.testing.assert_allclose(numbers(median.customdata)[:, k], expected, rtol=1e-6, atol=1e-7)
    singles = next(trace for trace in figure.data if trace.name == "single replicas")
    assert singles.visible == "legendonly"
    assert np.isnan(numbers(singles.y)).sum() == 5, "five curves with a gap after each"


def test_each_value_has_its_own_curve() -> None:
    figure = trajectories(data_of("two values"))
    assert not isinstance(figure, str)
    wide = run_of("two values").states
    lines = {trace.name: trace for trace in figure.data if trace.fill is None}
    assert list(lines) == ["RATE = 0.02", "RATE = 0.1"]
    assert len({(trace.line.color, trace.line.dash) for trace in lines.values()}) == 2
    for trace, rate in zip(lines.values(), (0.02, 0.1), strict=True):
        own = wide[wide["RATE"] == rate].pivot(index="t", columns="replica", values="memory")
        np.testing.assert_allclose(numbers(trace.y), own.median(axis=1), rtol=1e-6, atol=1e-7)
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    for trace, rate in zip(bands, (0.02, 0.1), strict=True):
        own = wide[wide["RATE"] == rate].pivot(index="t", columns="replica", values="memory")
        np.testing.assert_allclose(numbers(trace.y)[: len(own)], own.quantile(0.75, axis=1), rtol=1e-6, atol=1e-7)


def test_many_values_share_a_scale_of_colours_and_a_second_parameter_is_dashed() -> None:
    figure = trajectories(data_of("grid"))
    assert not isinstance(figure, str)
    lines = [trace for trace in figure.data if trace.mode == "lines" and len(trace.x) > 1]
    assert len(lines) == 12
    assert len({trace.line.color for trace in lines}) == 3
    assert len({trace.line.dash for trace in lines}) == 4
    assert figure.layout.coloraxis.cmin == 0.02
    assert figure.layout.coloraxis.cmax == 0.1
    assert not [trace for trace in figure.data if trace.fill == "toself"], "no band over different values"


def test_what_varies_is_a_row_or_a_column_of_every_matrix() -> None:
    few, many = data_of("two values"), data_of("grid")
    effects = ledger(few).data[0]  # type: ignore[union-attr]
    table = few.tables.ledger
    for rate in (0.02, 0.1):
        rows = table[(table["mover"] == "critic") & (table["harmed"] == "actor") & (table["vary.RATE"] == rate)]
        drawn = numbers(effects.z)[list(effects.y).index(f"critic → actor · RATE = {rate:g}")]
        np.testing.assert_allclose(drawn, rows["normalised"], rtol=1e-6)
    means = many.tables.ledger.groupby(["harmed", "mover", "vary.RATE", "vary.agents.actor.rule.beta"], observed=True)
    expected = means["normalised"].mean()["actor"]["critic"].to_numpy()
    trace = ledger(many).data[0]  # type: ignore[union-attr]
    np.testing.assert_allclose(numbers(trace.z)[list(trace.y).index("critic → actor")], expected, rtol=1e-6)
    assert list(trace.x)[:2] == ["0.02, 0", "0.02, 0.3"]
    assert ledger(many).layout.xaxis.title.text == "RATE, agents.actor.rule.beta"  # type: ignore[union-attr]
    for data in (few, many):
        cosines = alignment(data).data[0]  # type: ignore[union-attr]
        assert np.shape(cosines.z) == (1, data.cells.count)


def test_verdicts_have_a_bar_for_every_value() -> None:
    data = data_of("grid")
    total = sum(numbers(trace.x) for trace in verdicts(data).data)  # type: ignore[union-attr]
    assert total.tolist() == [2.0] * 12


def test_one_replica_is_a_curve_and_no_band() -> None:
    figure = trajectories(data_of("one replica"))
    assert [trace.name for trace in figure.data] == ["value"]  # type: ignore[union-attr]


def test_thirty_variables_are_pages_of_twelve() -> None:
    figure = trajectories(data_of("thirty agents"))
    assert not isinstance(figure, str)
    buttons = figure.layout.updatemenus[0].buttons
    assert [button.label for button in buttons] == ["1–12 of 30", "13–24 of 30", "25–30 of 30"]
    shown = [button.args[0]["visible"] for button in buttons]
    assert all(len(one) == len(figure.data) for one in shown)
    assert [sum(state is True for state in states) for states in zip(*shown, strict=True)].count(2) == 0
    last = buttons[-1].args[1]
    assert last["annotations[5].text"] == "x29"
    assert last["annotations[6].text"] == ""


def test_verdicts_count_every_replica() -> None:
    for case in ("two pulls", "all diverged", "sweep"):
        data = data_of(case)
        bars = {trace.name.split(":")[0]: sum(trace.x) for trace in verdicts(data).data}  # type: ignore[union-attr]
        assert bars == data.tables.summary["verdict"].value_counts().to_dict()


def test_sweep_shows_final_values_against_the_parameter() -> None:
    data = data_of("sweep")
    figure = sweep(data)
    assert not isinstance(figure, str)
    summary = data.tables.summary
    drawn = sum(np.size(trace.x) for trace in figure.data)
    assert drawn == data.replicas
    for trace in figure.data:
        rows = summary[summary["verdict"] == trace.name]
        np.testing.assert_allclose(numbers(trace.x), rows["RATE"], rtol=1e-6)
        np.testing.assert_allclose(numbers(trace.y), rows["memory"].clip(-LARGEST, LARGEST), rtol=1e-6)


def test_the_state_graph_slider_restyles_what_moves() -> None:
    figure = state_graph(data_of("two pulls"))
    assert not isinstance(figure, str)
    steps = figure.layout.sliders[0].steps
    assert len(steps) == 40
    change, traces = steps[0].args
    for position, k in enumerate(traces):  # the first step is what the page begins with
        assert list(change["x"][position]) == list(figure.data[k].x)
        assert list(change["y"][position]) == list(figure.data[k].y)
    effect = data_of("two pulls").tables.ledger
    first = effect[(effect["t"] < 1) & (effect["mover"] == "actor") & (effect["harmed"] == "critic")]["normalised"]
    arrows = next(trace for trace in figure.data if trace.marker.angle is not None and trace.name is None)
    words = dict(text.split(": ") for text in arrows.text)
    assert abs(float(words["actor → critic"]) - float(first.iloc[0])) < 1e-3


def test_classes_of_effects() -> None:
    values = np.array([-1.0, -0.3, -0.1, -0.01, 0.0, 0.01, 0.1, 0.3, 1.0, np.nan])
    words = [CLASSES[k][3] if k != HIDDEN else "" for k in classes(values)]
    assert words == [
        "help over 0.5", "help 0.2–0.5", "help under 0.2", "", "", "",
        "harm under 0.2", "harm 0.2–0.5", "harm over 0.5", "",
    ]


def test_every_verdict_has_its_colour_and_its_word() -> None:
    assert set(COLOURS) == set(VERBS) == set(VERDICTS)
    assert len(set(COLOURS.values()) | {UNKNOWN}) == len(VERDICTS) + 1
    data = data_of("two pulls")
    summary = data.tables.summary.assign(verdict=np.resize(VERDICTS, data.replicas))
    figure = verdicts(replace(data, found=replace(data.found, tables=data.tables.but(summary=summary))))
    assert [trace.marker.color for trace in figure.data] == [COLOURS[name] for name in VERDICTS]  # type: ignore[union-attr]
