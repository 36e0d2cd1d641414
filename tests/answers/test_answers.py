"""The contract of every answer, over every case; and how a terminal chooses among their sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynsim.answers.base import ANSWERS, Answer, Told, answer, answers, told
from dynsim.answers.reading import reading
from dynsim.answers.wording.findings import Findings
from dynsim.session.run import Run
from dynsim.session.summary import LINES, summary
from tests.answers.cases import findings_of
from tests.plots.cases import CASES, data_of, run_of


def test_the_promised_answers_are_there_in_order() -> None:
    names = [one.name for one in answers()]
    assert [name for name in names if name in EXPECTED] == EXPECTED
    orders = [one.order for one in answers()]
    assert orders == sorted(set(orders)), "two answers want one place"


EXPECTED = ["base", "payoffs", "ending", "verdict", "conflicts", "gains", "labels", "hidden", "reading"]


@pytest.mark.parametrize("one", answers(), ids=lambda one: one.name)
def test_every_answer_says_what_it_is(one: Answer) -> None:
    assert one.tell.__doc__
    assert one.heading


@pytest.mark.parametrize("case", CASES)
def test_the_page_tells_what_the_run_tells(case: str) -> None:
    assert data_of(case).told == run_of(case).answers == told(findings_of(case))
    assert all(one.sentences for one in run_of(case).answers)
    assert "verdict" in [one.name for one in run_of(case).answers]


def test_shares_have_the_standard_error_of_an_even_chance_at_most() -> None:
    """√(p(1 − p)/R) ≤ 1/(2√R): 12.5 % for 16 replicas."""
    assert reading(findings_of("two pulls")) == [
        "Numbers are medians over the replicas; brackets hold the middle half. A share of replicas has a standard "
        "error of at most 12.5 percentage points."
    ]
    assert reading(findings_of("one agent")) == ["Numbers are medians over the replicas."], "eight draws have no half"
    assert reading(findings_of("sweep")) == [
        "Numbers are medians over the replicas with parameters in the same range."
    ], "nothing is pooled"
    assert reading(findings_of("one replica")) == []


def test_an_answer_of_ones_own_stands_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    ANSWERS.names()
    monkeypatch.setattr(ANSWERS, "_plugins", dict(ANSWERS._plugins))

    @answer("size", order=25, heading="Size")
    def size(found: Findings) -> list[str]:
        return [f"{found.replicas} replicas of {len(found.agents)} agents."]

    names = [one.name for one in told(findings_of("two pulls"))]
    assert names.index("conflicts") < names.index("size") < names.index("gains")


def shown(monkeypatch: pytest.MonkeyPatch, width: int, *answers: Told) -> list[str]:
    """The lines between the first and the last of a summary."""
    run = replace(run_of("two pulls"))
    monkeypatch.setattr(Run, "answers", answers)
    first, empty, *lines = summary(run, width).splitlines()
    assert first == "a case: 16 replicas to t = 60"
    assert empty == ""
    return lines


def words(count: int, mark: str) -> str:
    return f"{mark} " + " ".join(["word"] * (count - 1)) + "."


def test_the_first_sentence_of_every_answer_is_shown_then_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Told("a", "A", tuple(words(3, f"a{k}") for k in range(20)))
    two = Told("b", "B", tuple(words(3, f"b{k}") for k in range(3)))
    lines = shown(monkeypatch, 80, one, two)
    assert len(lines) == LINES + 1
    assert [line.split()[1] for line in lines[:-1]] == [*(f"a{k}" for k in range(11)), "b0", "b1", "b2"]
    assert lines[-1] == "(9 more sentences in a report)"


def test_an_answer_that_is_full_is_not_told_with_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Told("a", "A", (words(5, "a0"), words(400, "a1"), words(3, "a2")))
    assert shown(monkeypatch, 80, one) == ["- a0 word word word word.", "(2 more sentences in a report)"]


@pytest.mark.parametrize("width", [20, 40, 80, 120, 300])
def test_lines_are_wrapped_at_the_terminals_width(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    lines = shown(monkeypatch, width, Told("a", "A", (words(60, "a0").replace("word word word.", "only 9\u00a0%."),)))
    limit = min(max(width, 40), 120)
    assert limit - 8 < max(map(len, lines)) <= limit
    assert lines[0].startswith("- a0")
    assert all(line.startswith("  ") for line in lines[1:])
    assert lines[-1].endswith("9 %."), "no line ends within a number and its unit"


def test_an_interrupted_run_without_a_tick_has_no_answers() -> None:
    run = run_of("two pulls")
    empty = replace(run, manifest=replace(run.manifest, status="interrupted", ticks=0, time=0.0))
    assert summary(empty) == "a case: 16 replicas to t = 0 (interrupted)"
