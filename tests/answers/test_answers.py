"""The contract of every answer, over every case; and how a terminal chooses among their sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynsim.answers.base import ANSWERS, CONFLICT, LABELS, OUTCOME, READING, Answer, Told, answer, answers, told
from dynsim.answers.how_to_read import how_to_read
from dynsim.answers.wording.by_cell import by_cell
from dynsim.answers.wording.findings import Findings
from dynsim.session.run import Run
from dynsim.session.summary import LINES, summary
from tests.answers.cases import findings_of, of_run
from tests.plots.cases import CASES, data_of, example_of, run_of

CONTENTS = [
    (OUTCOME, "base"), (OUTCOME, "payoffs"), (OUTCOME, "ending"), (OUTCOME, "verdict"), (OUTCOME, "dependence"),
    (CONFLICT, "conflicts"), (CONFLICT, "gains"),
    (LABELS, "labels"), (LABELS, "hidden"),
    (READING, "reading"),
]  # fmt: skip


def test_the_table_of_contents() -> None:
    """Of the answers listed here; others may stand anywhere among them."""
    contents = [(one.section, one.name) for one in answers()]
    assert [line for line in contents if line in CONTENTS] == CONTENTS, (
        "\n".join(["the order has become", *(f"{section}: {name}" for section, name in contents)]))


@pytest.mark.parametrize("one", answers(), ids=lambda one: one.name)
def test_every_answer_says_what_it_is(one: Answer) -> None:
    assert one.tell.__doc__, "the docstring says what the answer tells; the documentation shows it"
    assert one.tell.__doc__.splitlines()[0].endswith("."), "its first line is a sentence, which `dynsim list` shows"
    assert one.heading[:1].isupper(), "a heading begins with a capital"
    assert not one.heading.endswith("."), "a heading is no sentence"


@pytest.mark.parametrize("one", answers(), ids=lambda one: one.name)
def test_every_answer_has_something_to_say_in_sentences(one: Answer) -> None:
    runs = [findings_of(case) for case in CASES] + ([of_run(example_of(one.example))] if one.example else [])
    said = [by_cell(one.tell, found, one.of) for found in runs]
    assert any(said), "silent about every run: give @answer(…, example=…) a scenario that it has something to say about"
    assert not one.example or said[-1], "the answer has nothing to say about its own example"
    for sentence in (text for sentences in said for text in sentences):
        assert sentence.endswith("."), f"expected a complete sentence: {sentence}"
        assert "\n" not in sentence, f"expected one line: {sentence}"


def test_an_answer_names_a_section_that_there_is() -> None:
    with pytest.raises(ValueError, match="'size' names the section 'Sizes': expected one of How the run ended"):
        answer("size", section="Sizes", heading="Size")


@pytest.mark.parametrize("case", CASES)
def test_the_page_tells_what_the_run_tells(case: str) -> None:
    assert data_of(case).told == run_of(case).answers == told(findings_of(case))
    assert all(one.sentences for one in run_of(case).answers)
    assert "verdict" in [one.name for one in run_of(case).answers]


def test_shares_have_the_standard_error_of_an_even_chance_at_most() -> None:
    """√(p(1 − p)/R) ≤ 1/(2√R): 12.5 % for 16 replicas."""
    assert how_to_read(findings_of("two pulls")) == [
        "Numbers are medians over the replicas; brackets hold the middle half. A share of replicas has a standard "
        "error of at most 12.5 percentage points."
    ]
    assert how_to_read(findings_of("one agent")) == ["Numbers are medians over the replicas."], "too few for a half"
    assert how_to_read(findings_of("sweep")) == [
        "Numbers are medians over the replicas with parameters in the same range."
    ], "nothing is pooled"
    assert how_to_read(findings_of("one replica")) == []


def test_an_answer_of_ones_own_stands_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    ANSWERS.names()
    monkeypatch.setattr(ANSWERS, "_plugins", dict(ANSWERS._plugins))

    @answer("size_of_a_test", section=CONFLICT, order=15, heading="Size")
    def size(found: Findings) -> list[str]:
        return [f"{found.replicas} replicas of {len(found.agents)} agents."]

    names = [one.name for one in told(findings_of("two pulls"))]
    assert names.index("conflicts") < names.index("size_of_a_test") < names.index("gains")


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
