"""The report of an experiment: claims that its tables support, and a page that is one offline file."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dynsim.experiments.axis import Axis
from dynsim.experiments.design.boundary import Boundary
from dynsim.experiments.report.axes import drawn_axis
from dynsim.experiments.report.boundary import boundary_lines
from dynsim.experiments.report.files import boundary_table
from dynsim.experiments.report.packing import pack, packed, rounded
from dynsim.experiments.report.page import report
from dynsim.experiments.report.sentences import sentences
from dynsim.experiments.report.tables import Tables
from tests.dashboard.test_page import HOSTILE, Tags
from tests.experiments.report_cases import MAKE, case

LIMIT = 8_000_000


def told(tables: Tables, name: str) -> str:
    return " ".join(text for one in sentences(tables) if one.name == name for text in one.sentences)


def data_of(page: str) -> dict:
    found = re.search(r'id="cells-data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def unpacked(column: dict, count: int) -> np.ndarray:
    planes = np.frombuffer(zlib.decompress(b64decode(column["data"])), np.uint8).reshape(4, count)
    return np.ascontiguousarray(planes.T).view("<u4" if column.get("whole") else "<f4").ravel()


@pytest.mark.parametrize("name", MAKE)
def test_one_offline_file(name: str) -> None:
    page = report(case(name))
    assert len(page.encode()) < LIMIT
    assert Tags(page).loaded == []
    assert ("diagram" in page.split("<script", 1)[0]) == (name not in ("one cell", "all failed"))
    for one in sentences(case(name)):
        for text in one.sentences:
            assert "nan" not in text
            assert "  " not in text
            assert text.endswith(".")


def test_every_column_is_on_the_page_in_four_digits() -> None:
    tables = case("failures")
    data = data_of(report(tables))
    count = len(tables.cells)
    for name in ("base.last.median", "base.last.se", "objective.one.q95", "verdict.converged", "verdict.converged.low"):
        np.testing.assert_allclose(unpacked(data["columns"][name], count), tables.cells[name], rtol=2**-15)
    assert "verdict.diverged" not in data["columns"]  # it never occurs
    kappa = data["columns"]["axis:0"]
    assert [kappa["levels"][code] for code in unpacked(kappa, count)] == tables.cells["params.kappa"].tolist()


def test_what_has_no_value_is_no_number_on_the_page() -> None:
    tables = case("failures")
    data = data_of(report(tables))
    failed = tables.cells["replicas"].to_numpy() == 0
    assert failed.sum() == 25
    for name in ("base.last.median", "verdict.converged"):
        values = unpacked(data["columns"][name], len(failed))
        assert np.isnan(values[failed]).all()
    messages = data["columns"]["message"]
    texts = np.array(messages["levels"], dtype=object)[unpacked(messages, len(failed))]
    assert set(texts[failed]) == {"params.eta: 1 is too large", "OverflowError"}
    assert set(texts[~failed]) == {""}
    verdicts = data["columns"]["commonest"]
    assert set(np.array(verdicts["levels"])[unpacked(verdicts, len(failed))][failed]) == {""}


def test_bands_without_room_are_left_out_whole() -> None:
    tables = case("two axes")
    everything = pack(tables, LIMIT)
    assert everything.left_out == ()
    sizes = {name: len(json.dumps(column)) for name, column in everything.columns.items()}
    some = pack(tables, sum(sizes.values()) - sizes["verdict.converged.low"] - sizes["base.last.q05"])
    assert some.left_out
    for low, high in (("q05", "q95"), ("q25", "q75")):
        assert (f"base.last.{low}" in some.columns) == (f"base.last.{high}" in some.columns)
    assert set(some.columns) | set(some.left_out) == set(everything.columns)


@pytest.mark.parametrize("values", [[0.0, -0.0, 1e-30, -1e30, np.pi, np.nan, np.inf], [1.0], []])
def test_rounding_keeps_four_digits(values: list[float]) -> None:
    array = np.array(values)
    found = unpacked({"data": packed(rounded(array))}, len(array))
    known = np.isfinite(array)
    np.testing.assert_allclose(found[known], array[known], rtol=2**-15)
    assert np.isnan(found[~known]).all()


@pytest.mark.parametrize(("values", "spacing", "log"), [
    ([0.01, 0.1, 1.0], "log", True),
    ([1, 2, 5, 10, 20, 50], "listed", True),
    ([0, 1, 10, 100], "listed", False),
    ([1, 2, 3, 4, 20], "listed", False),
    ([1, 4, 7, 10, 13], "linear", False),
    ([1.0, 2.0, 4.0], "log", False),
])  # fmt: skip
def test_which_axes_are_logarithmic(values: list[float], spacing: str, log: bool) -> None:
    axis = drawn_axis(Axis("params.k", tuple(values), spacing), pd.Series(values))  # type: ignore[arg-type]
    assert axis.log == log
    edges = axis.edges()
    assert (edges[:-1] < axis.values).all()
    assert (axis.values < edges[1:]).all()


def test_parts_of_the_structure_are_told_by_their_names() -> None:
    rules = ['{"gradient": {"rate": 1}}', '{"adam": {"rate": 1}}']
    axis = Axis("agents.one.rule", tuple(rules), "listed")
    assert drawn_axis(axis, pd.Series(rules)).texts == ["gradient", "adam"]
    same = ['{"gradient": {"rate": 1}}', '{"gradient": {"rate": 2}}']
    assert drawn_axis(axis, pd.Series(same)).texts == same


def test_where_the_boundary_lies() -> None:
    assert told(case("one axis"), "boundary") == (
        "The share of replicas that converged crosses 50\u00a0% at kappa = 0.5172 (95\u00a0% interval 0.4981–0.5377)."
    )
    assert "With slow, the share of replicas that converged crosses 50\u00a0% along one curve" in told(
        case("variants"), "boundary")
    made = case("two axes")
    assert made.boundary is not None
    changes = made.boundary.assign(level=np.nan, between="converged and cycling")
    text = told(replace(made, boundary=changes), "boundary")
    assert text.startswith("The boundary between converged and cycling lies along one curve")


def test_the_boundary_that_a_design_finds() -> None:
    """A variant without a boundary has no point; the level is the design's."""
    found = pd.DataFrame({
        "variant": ["as_is", "slow"], "params.kappa": [0.5, np.nan], "params.kappa.low": [0.4, np.nan],
        "params.kappa.high": [0.6, np.nan], "curve": [0, np.nan], "between": ["below, above", None],
    })
    table = boundary_table(Boundary(of="verdict.converged", level=0.25), found)
    text = told(replace(case("one axis"), boundary=table), "boundary")
    assert text == "The share of replicas that converged crosses 25\u00a0% at kappa = 0.5 (95\u00a0% interval 0.4–0.6)."
    of_mean = boundary_table(Boundary(of="x", level=2.0), found)
    assert told(replace(case("one axis"), boundary=of_mean), "boundary").startswith("The mean of x crosses 2 at kappa")
    of_share = boundary_table(Boundary(of="x > y"), found)
    text = told(replace(case("one axis"), boundary=of_share), "boundary")
    assert text.startswith("The share of replicas with x > y crosses 50\u00a0% at kappa")


def test_the_message_of_a_search_is_told() -> None:
    found = pd.DataFrame({
        "variant": ["as_is", "slow"], "params.kappa": [0.5, np.nan], "curve": [0, np.nan],
        "between": ["below, above", None], "message": ["the budget is used up", "the mean is 1 at both ends"],
    })
    text = told(replace(case("variants"), boundary=boundary_table(Boundary(of="x"), found)), "boundary")
    assert text.endswith(
        "With as_is, the budget is used up. With slow, no boundary was found: the mean is 1 at both ends."
    )
    nowhere = found.iloc[1:].drop(columns=["curve", "between"]).assign(variant="as_is")
    text = told(replace(case("one axis"), boundary=boundary_table(Boundary(of="x"), nowhere)), "boundary")
    assert text == "No boundary was found: the mean is 1 at both ends."


@pytest.mark.parametrize("way", [1, -1])
def test_the_interval_of_a_curve_is_drawn_on_both_sides(way: int) -> None:
    """Along eta = ±kappa with intervals of .1 at right angles, the lines are eta = ±kappa + .1 and − .1."""
    kappa = np.linspace(0.2, 0.8, 7)
    eta = kappa if way == 1 else 1.0 - kappa
    table = pd.DataFrame({
        "variant": "as_is", "quantity": "x", "level": 0.0, "curve": 0, "params.kappa": kappa, "params.eta": eta,
        "params.kappa.low": kappa - 0.05, "params.kappa.high": kappa + 0.05,
        "params.eta.low": eta - 0.05, "params.eta.high": eta + 0.05,
    })
    made = replace(case("two axes"), boundary=table)
    x, y = made.numeric if made.numeric[0].path == "params.kappa" else made.numeric[::-1]
    (line,) = boundary_lines(made, (x, y), [""])
    for end, beside in (("low", -0.1), ("high", 0.1)):
        along, across = map(np.array, line[end])
        np.testing.assert_allclose(across - (along if way == 1 else 1.0 - along), beside)


def test_a_category_is_told_by_its_name() -> None:
    found = pd.DataFrame({"variant": "as_is", "params.kappa": [0.1, 0.2], "params.eta": [0.3, 0.5], "curve": 0,
                          "between": "0, 1", "message": ""})
    table = boundary_table(Boundary(of="argmax([x, y])"), found)
    text = told(replace(case("two axes"), boundary=table), "boundary")
    assert text.startswith("The boundary of argmax([x, y]) between 0 and 1 lies along one curve")


def test_what_matters_most() -> None:
    text = told(case("five axes"), "matters")
    assert "depends most on a: with its interactions it accounts for 55.8\u00a0% of the variance" in text
    assert "more than each of the 2 other parameters" in text
    table = case("five axes").sensitivity
    assert table is not None
    close = table.assign(**{"total.low": table["total"] - 0.1, "total.high": table["total"] + 0.1})
    assert "the interval of b overlaps with this one" in told(replace(case("five axes"), sensitivity=close), "matters")


def test_which_variant_wins() -> None:
    text = told(case("variants"), "effects")
    assert text.startswith(
        "slow lowers the base objective at the end most: by 0.25 (95\u00a0% interval 0.23–0.27) against as_is."
    )
    table = case("variants").effects
    assert table is not None
    worse = table.assign(difference=table["difference"].abs(), low=0.01, high=1.0)
    assert told(replace(case("variants"), effects=worse), "effects").startswith("No variant clearly lowers")


def test_how_many_failed() -> None:
    text = told(case("failures"), "failed")
    assert text == (
        "25 of 117 cells failed and have no value. 2 cells lack some replicas (8); the statistics are over those that "
        "finished. The reasons: “params.eta: 1 is too large” (13 cells) and “OverflowError” (12 cells)."
    )
    assert told(case("two axes"), "failed") == "All 775 cells finished."


def test_a_tie_is_no_winner_of_its_own() -> None:
    tables = case("failures")
    cells = tables.cells.assign(**{"base.last.median": 1.0})
    assert told(replace(tables, cells=cells), "best") == ""


def test_shares_are_of_replicas_and_not_of_cells() -> None:
    """A cell with one replica does not weigh as much as a cell with 64."""
    cells = case("one axis").cells.iloc[[0, 1]].reset_index(drop=True)
    cells["replicas"] = [60, 20]
    cells["verdict.converged"], cells["verdict.cycling"] = [1.0, 0.0], [0.0, 1.0]
    text = told(replace(case("one axis"), cells=cells, boundary=None), "outcome")
    assert "Of the 80 replicas of all cells, 75\u00a0% converged and 25\u00a0% cycled." in text


def test_absent_tables_have_no_sentence() -> None:
    names = {one.name for one in sentences(case("failures"))}
    assert names == {"best", "outcome", "failed"}


def test_names_are_only_text() -> None:
    tables = case("failures")
    failures = tables.failures.assign(message=HOSTILE)
    page = report(replace(tables, failures=failures, directory=HOSTILE))
    assert "<img" not in page.split("<script>", 1)[0]
    assert not set("<>&\u2028\u2029") & set(re.search(r'id="cells-data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert len(Tags(page).scripts) == len(re.findall('type="application/json"', page)) + 3


def test_that_no_replica_settled_is_said_so_that_it_has_one_meaning() -> None:
    made = case("one axis")
    cells = made.cells.loc[:, [name for name in made.cells if not str(name).startswith("verdict.")]]
    assert told(replace(made, cells=cells.assign(**{"verdict.unsettled": 1.0})), "outcome").endswith(
        "All replicas ended alike: they did not settle."
    )
