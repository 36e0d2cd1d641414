"""The report of an experiment in a real browser: figures, the menu, a click on a cell, sorting."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynsim.experiments.report.page import report
from tests.browser import Page, open_page
from tests.experiments.report_cases import case

pytestmark = pytest.mark.browser

READY = "document.documentElement.dataset.explored === 'yes' && document.documentElement.dataset.drawn === 'yes'"
FIGURE = "document.getElementById('explored')"


def written(name: str, folder: Path) -> Path:
    path = folder / "report.html"
    path.write_text(report(case(name)), encoding="utf-8")
    return path


def choose(page: Page, words: str) -> None:
    """Choose an option of the menu by its text, and wait for the figure."""
    page.run(
        f"window.again = false; {FIGURE}.once('plotly_afterplot', () => window.again = true);"
        "const menu = document.getElementById('shown');"
        "menu.value = [...menu.options].find(option => option.text === arguments[0]).value;"
        "menu.dispatchEvent(new Event('change'))", words)
    page.wait("window.again")


@pytest.mark.parametrize("name", [
    "one axis, variants", "variants", "five axes", "scattered", "one cell", "only variants",
])  # fmt: skip
def test_everything_is_drawn_and_fits_any_window(name: str, tmp_path: Path) -> None:
    with open_page(written(name, tmp_path), 1280) as page:
        page.wait(READY)
        for width in (1280, 700):
            page.resize(width, 900)
            drawn = "[...document.querySelectorAll('#explored svg, .figure svg')]"
            widest = f"Math.max(0, ...{drawn}.map(s => s.clientWidth))"
            page.wait(f"{widest} <= {width} && document.documentElement.scrollWidth <= {width}")
        options = page.run("return [...(document.getElementById('shown')?.options ?? [])].map(o => o.text)")
        for words in options[1::3]:
            choose(page, words)
        assert bool(options) == (name != "one cell")
        rows = page.run("return document.querySelectorAll('table.cells tbody tr').length")
        assert rows == min(len(case(name).cells), 25)
        assert page.console_errors() == []


def test_failed_cells_are_marked_and_never_numbers(tmp_path: Path) -> None:
    with open_page(written("failures", tmp_path)) as page:
        page.wait(READY)
        choose(page, "the base objective at the end: median")
        crosses, grey, numbers = page.run(
            f"const traces = {FIGURE}.data; const maps = traces.filter(t => t.type === 'heatmap');"
            "return [traces.find(t => t.marker?.symbol === 'x-thin').x.length,"
            "  maps[1].z.flat().filter(v => v !== null).length, maps[0].z.flat().filter(v => v !== null).length]")
        assert (crosses, grey) == (25, 30)  # 25 failed, and 5 have no finite value
        assert numbers == len(case("failures").cells) - 30
        assert set(page.run(f"return {FIGURE}.data.filter(t => t.showlegend && t.name).map(t => t.name)")) == {
            "failed", "no value", "not simulated"}


def test_a_click_shows_the_cell_and_the_command_that_opens_it(tmp_path: Path) -> None:
    tables = case("variants")
    with open_page(written("variants", tmp_path)) as page:
        page.wait(READY)
        page.run(f"{FIGURE}.emit('plotly_click', {{points: [{{customdata: 100}}]}})")
        text = page.run("return document.getElementById('cell').innerText")
        row = tables.cells.iloc[100]
        assert f"dynsim experiment open leaks.exp --cell {row['cell']} --out run" in text
        assert row["variant"] in text
        assert f"median {row['base.last.median']:.4g}" in text
        assert f"{100 * row['verdict.converged']:.3g}" in text


def test_the_fields_lie_where_the_cells_do(tmp_path: Path) -> None:
    """The row of the table behind each field has the field's values."""
    tables = case("failures")
    with open_page(written("failures", tmp_path)) as page:
        page.wait(READY)
        x, y, rows = page.run(f"const t = {FIGURE}.data[0]; return [t.x, t.y, t.customdata]")
        for j, line in enumerate(rows):
            for i, row in enumerate(line):
                if row >= 0:
                    cell = tables.cells.iloc[row]
                    assert x[i] < cell["params.kappa"] < x[i + 1]
                    assert y[j] < cell["params.eta"] < y[j + 1]


def test_the_table_sorts_and_puts_cells_without_a_value_last(tmp_path: Path) -> None:
    tables = case("one axis")
    with open_page(written("one axis", tmp_path)) as page:
        page.wait(READY)
        heads = page.run("return [...document.querySelectorAll('table.cells th')].map(h => h.innerText)")
        at = heads.index("base objective at the end")
        order = tables.cells["base.last.median"].sort_values()
        for click, expected in enumerate((order, order[::-1])):
            page.run("document.querySelectorAll('table.cells th')[arguments[0]].click()", at)
            rows = "[...document.querySelectorAll('table.cells tbody tr')]"
            cells = page.run(f"return {rows}.map(row => Number(row.cells[0].innerText))")
            known = [int(cell) for cell in expected.dropna().index]
            assert cells == [*known, 3], click  # cell 3 failed


def test_a_hundred_thousand_cells(tmp_path: Path) -> None:
    with open_page(written("100,000 cells", tmp_path)) as page:
        page.wait(READY, 60)
        choose(page, "the base objective at the end: median")
        assert page.run(f"return {FIGURE}.data[0].z.length * {FIGURE}.data[0].z[0].length") == 320 * 320
        assert page.console_errors() == []
