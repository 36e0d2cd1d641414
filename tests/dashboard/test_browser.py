"""The page in a real browser: everything is drawn, the slider moves the graph, and the console stays silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from dynsim.dashboard.page import report
from dynsim.plots.drawing.data import ReportData
from tests.browser import Page, open_page
from tests.dashboard.test_page import HOSTILE
from tests.plots.cases import data_of, renamed

pytestmark = pytest.mark.browser

DRAWN = "document.documentElement.dataset.drawn === 'yes'"
# Everything of the state graph that can move, and what the slider says.
GRAPH = """
  const place = document.querySelector('#state_graph .figure');
  const shown = place.data.map(t => [t.x, t.y, t.text, t.marker && t.marker.size]);
  return [JSON.stringify(shown), place.querySelector('.slider-label').textContent];
"""


def written(data: ReportData, folder: Path) -> Path:
    path = folder / "report.html"
    path.write_text(report(data), encoding="utf-8")
    return path


def move_slider(page: Page, share: float) -> None:
    rail = page.driver.find_element(By.CSS_SELECTOR, "#state_graph .slider-rail-touch-rect")
    page.run("arguments[0].scrollIntoView({block: 'center'})", rail)
    width = rail.rect["width"]
    ActionChains(page.driver).move_to_element_with_offset(rail, round((share - 0.5) * width), 0).click().perform()


def test_the_slider_moves_the_graph(tmp_path: Path) -> None:
    with open_page(written(data_of("two pulls"), tmp_path)) as page:
        page.wait(DRAWN)
        before, said = page.run(GRAPH)
        page.run("window.before = arguments[0]", said)
        move_slider(page, 0.9)
        page.wait("document.querySelector('#state_graph .slider-label').textContent !== window.before")
        after, says = page.run(GRAPH)
        assert after != before
        assert float(says.removeprefix("step ")) > float(said.removeprefix("step "))
        assert page.console_errors() == []


@pytest.mark.parametrize("case", ["thirty agents", "all diverged", "population", "one tick"])
def test_every_figure_is_drawn_and_fits_any_window(case: str, tmp_path: Path) -> None:
    with open_page(written(data_of(case), tmp_path), 1280) as page:
        page.wait(DRAWN)
        undrawn = "[...document.querySelectorAll('.figure')].filter(f => !f.querySelector('svg')).length"
        assert page.run(f"return {undrawn}") == 0
        for width in (1280, 700):
            page.resize(width, 900)
            widest = "Math.max(...[...document.querySelectorAll('.figure svg')].map(s => s.clientWidth))"
            page.wait(f"{widest} <= {width} && document.documentElement.scrollWidth <= {width}")
        assert page.console_errors() == []


def test_hostile_names_do_nothing(tmp_path: Path) -> None:
    with open_page(written(renamed(data_of("sweep"), HOSTILE), tmp_path)) as page:
        page.wait(DRAWN)
        assert page.run("return window.hacked === undefined")
        assert page.run("return document.querySelectorAll('img').length") == 0
        assert "</script><script>" in page.run("return document.querySelector('h1').textContent")
        assert page.console_errors() == []


def test_the_menu_turns_the_page(tmp_path: Path) -> None:
    with open_page(written(data_of("thirty agents"), tmp_path)) as page:
        page.wait(DRAWN)
        button = "document.querySelector('#trajectories .figure').layout.updatemenus[0].buttons[2].args"
        page.run(f"return Plotly.update(document.querySelector('#trajectories .figure'), ...{button})")
        page.wait("document.querySelector('#trajectories').textContent.includes('x29')")
        assert page.console_errors() == []
