"""The page as a file: one, offline, small, and deaf to what users write into names."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from dynsim.analysis.conflict_log.tables import tables
from dynsim.answers.base import told
from dynsim.answers.wording.findings import findings
from dynsim.dashboard.collect import LEAST, TICKS, collect, provenance, trajectories
from dynsim.dashboard.page import AT_ONCE, facts, report
from dynsim.plots.base import figures
from dynsim.plots.drawing.data import Bands, ReportData, Trajectory
from dynsim.record.recording import Block, MemoryRecording
from tests.plots.cases import CASES, data_of, renamed, run_of
from tests.work import MOMENT, at_most

HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked=2'>&amp;%{y}\u2028"
LIMIT = 8_000_000


class Tags(HTMLParser):
    """Collects what the page loads and runs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.names: set[str] = set()
        self.loaded: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.names.add(tag)
        if tag == "script":
            self.scripts.append(found)
        self.loaded += [str(found[key]) for key in ("src", "href", "action") if key in found]
        assert not [key for key in found if key.startswith("on")], f"a handler in <{tag}>"


def figures_of(page: str) -> list[dict]:
    return [json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)]


@pytest.mark.parametrize("case", CASES)
def test_one_offline_file(case: str) -> None:
    page = report(data_of(case))
    assert len(page.encode()) < LIMIT
    tags = Tags(page)
    assert tags.loaded == []
    drawn = figures_of(page)
    assert len(tags.scripts) == len(drawn) + 2
    for one in figures():
        assert page.count(f'<section id="{one.name}">') == int(one.draw(data_of(case)) is not None)


def test_names_and_titles_are_only_text() -> None:
    data = renamed(data_of("two pulls"), HOSTILE)
    page = report(data)
    tags = Tags(page)
    assert len(tags.scripts) == len(figures_of(page)) + 2
    assert tags.names <= {
        "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "h3", "p", "section", "ol",
        "li", "details", "summary", "div", "script", "table", "tr", "th", "td",
    }
    assert "<img" not in page.split("<script>", 1)[0]
    for text in re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL):
        assert not set("<>&\u2028\u2029") & set(text)


@pytest.mark.parametrize("case", ["two pulls", "thirty agents"])
def test_what_happened_is_told_in_the_answers_sentences(case: str) -> None:
    data = data_of(case)
    story = report(data).split('<section id="story">')[1].split("</section>")[0]
    rows = [unescape(text) for text in re.findall(r"<li>(.*?)</li>", story)]
    assert rows == [sentence for one in data.told for sentence in one.sentences]
    assert re.findall(r"<h3>(.*?)</h3>", story) == [one.heading for one in data.told]
    assert story.count("<details>") == sum(len(one.sentences) > AT_ONCE + 1 for one in data.told)


def test_facts() -> None:
    assert facts(data_of("sweep")) == (
        "2 agents · 1 variable · 40 replicas · 61 recorded ticks · varied: RATE"
    )


def test_hover_templates_have_no_fields_of_users() -> None:
    """%{…} in a name would be filled in by Plotly."""
    for figure in figures_of(report(renamed(data_of("sweep"), "%{customdata}<extra>"))):
        for trace in figure["data"]:
            template = trace.get("hovertemplate") or ""
            assert "%{customdata}&lt;" not in template
            assert "%{customdata}<extra>" not in template.replace("%{customdata}: ", "")


@pytest.mark.slow
def test_a_large_run_fits() -> None:
    """30 agents, 120 variables, 4,000 ticks: more than 10⁶ recorded values."""
    data = many(120)
    assert len(report(data).encode()) < LIMIT


def many(variables: int) -> ReportData:
    """The run with thirty agents, its record played on for 4,000 ticks."""
    rng = np.random.default_rng(0)
    run = run_of("thirty agents")
    assert isinstance(run.recording, MemoryRecording)
    ticks = 4000
    values = {
        slot.name: rng.normal(size=(ticks, run.recording.replicas)).cumsum(axis=0) / 50 for slot in run.program.states
    }
    record = replace(run.recording, chunks=[Block(np.arange(float(ticks)), values)])
    study = replace(run.study, recording=record)
    data = collect(findings(study, tables(study)), run.answers, provenance(run.manifest))
    more = tuple(
        Trajectory((Bands(f"v{k}", one.bands[0].times, one.bands[0].quantiles),), "state", one.singles, one.finals)
        for k, one in enumerate(data.trajectories[0:1] * variables)
    )
    return replace(data, trajectories=more)


def test_collecting_ten_thousand_replicas_is_exact() -> None:
    run = run_of("two pulls")
    replicas, ticks = 10_000, 100
    values = np.random.default_rng(1).normal(size=(ticks, replicas))
    assert isinstance(run.recording, MemoryRecording)
    nothing = np.full(replicas, np.nan)
    names = [slot.name for slot in run.program.states]
    record = replace(
        run.recording, replicas=replicas, diverged_at=nothing, diverged_slot=np.full(replicas, -1),
        parameters={name: np.full(replicas, x[0]) for name, x in run.recording.parameters.items()},
        chunks=[Block(np.arange(float(ticks)), dict.fromkeys(names, values))],
    )
    study = replace(run.study, recording=record)
    found = findings(study, tables(study))
    with at_most(MOMENT):  # nothing is done replica by replica
        data = collect(found, told(found), {})
    (memory,) = data.trajectories
    expected = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    np.testing.assert_allclose(memory.bands[0].quantiles, expected, rtol=1e-12, atol=1e-14)
    assert memory.singles.shape == (5, ticks)


def test_the_pass_over_a_long_record_does_not_depend_on_its_blocks() -> None:
    run = run_of("two pulls")
    assert isinstance(run.recording, MemoryRecording)
    ticks, replicas = 3 * TICKS + 7, run.recording.replicas
    rng = np.random.default_rng(2)
    values = {slot.name: rng.normal(size=(ticks, replicas)) for slot in run.program.states}
    whole = Block(np.arange(float(ticks)), values)
    cuts = [0, 1, 5000, 5001, 9000, ticks]
    pieces = [whole[a:b] for a, b in pairwise(cuts)]
    found = [
        trajectories(replace(run.study, recording=replace(run.recording, chunks=chunks)))[0]
        for chunks in ([whole], pieces)
    ]
    assert LEAST <= len(found[0].bands[0].times) <= TICKS
    np.testing.assert_array_equal(found[0].bands[0].times, found[1].bands[0].times)
    np.testing.assert_array_equal(found[0].bands[0].quantiles, found[1].bands[0].quantiles)
    np.testing.assert_array_equal(found[0].singles, found[1].singles)


def test_the_page_says_what_ran() -> None:
    data = data_of("two pulls")
    page = report(data)
    for text in (data.provenance["hash of the scenario"], data.provenance["versions"], data.title):
        assert text in page
