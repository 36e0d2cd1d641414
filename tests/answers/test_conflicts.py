"""What the agents did to each other, word for word."""

from __future__ import annotations

import numpy as np

from dynsim.answers.conflicts import MOST, conflicts
from tests.answers.cases import episodes, findings_of, plain, with_episodes


def told(rows, replicas: int, case: str = "two pulls") -> list[str]:
    return [plain(sentence) for sentence in conflicts(with_episodes(episodes(*rows), replicas, case))]


def test_a_conflict_over_replicas() -> None:
    rows = [
        (r, "conflict", "critic, actor", "memory", 120.0 + r, 480.0 + r, False, "critic ahead" if r < 6 else "even")
        for r in range(8)
    ]
    assert told(rows, 10) == [
        "critic and actor fought over memory from step 123.5 (121.8–125.2) to 483.5 (481.8–485.2) in 80 % of the "
        "replicas, intensity 0.5; critic came out ahead in 75 % of the episodes."
    ]


def test_intensities_have_their_middle_half() -> None:
    table = episodes(*[(r, "conflict", "critic, actor", "memory", 1.0, 2.0, False, "even") for r in range(5)])
    found = with_episodes(table.assign(intensity=[0.9, 0.2, 0.4, 0.3, 0.1]), 5)
    assert conflicts(found) == [
        "critic and actor fought over memory from step 1 to 2 in every replica, intensity 0.3 (0.2–0.4); it ended even."
    ]


def test_one_replica_has_no_shares() -> None:
    rows = [(0, "takeover", "critic, actor", "memory", 10.0, 1000.0, True, "critic ahead")]
    assert told(rows, 1) == [
        "critic took memory over from actor from step 10 to the end of the record, intensity 0.5; "
        "critic came out ahead."
    ]


def test_recurring_episodes_and_mixed_outcomes() -> None:
    outcomes = ["a ahead", "b ahead", "a ahead", "both lost", "both gained"]
    rows = [(0, "exploitation", "a, b", "x, y", 100.0 * k, 100.0 * k + 50, False, outcomes[k]) for k in range(5)]
    assert told(rows, 1) == [
        "a exploited b through x 5 times between step 0 and 450, intensity 0.5; mixed outcomes: a came out ahead in "
        "40 % of the episodes, b came out ahead in 20 %."
    ]


def test_what_lasts_to_the_end_in_most_replicas_says_in_how_many() -> None:
    rows = [(r, "conflict", "a, b", "x", 5.0, 1000.0 if r else 500.0, r > 0, "even") for r in range(4)]
    assert told(rows, 4) == [
        "a and b fought over x from step 5 on in every replica, to the end of the record in 75 % of them, "
        "intensity 0.5; it ended even."
    ]


def test_a_deadlock_is_one_whoever_is_named_first() -> None:
    names = ["critic, actor", "actor, critic"]
    rows = [(r, "deadlock", names[r % 2], "x", 10.0, 20.0, False, "even") for r in range(4)]
    assert told(rows, 4) == [
        "critic and actor held each other in deadlock over x from step 10 to 20 in every replica, intensity 0.5; "
        "it ended even."
    ]


def test_an_oscillation_is_of_a_variable() -> None:
    rows = [(r, "oscillation", "a", "x", 10.0, 30.0, False, "faded") for r in range(2)]
    assert told(rows, 2) == [
        "x oscillated from step 10 to 30 in every replica, intensity 0.5; the swings faded."
    ]


def test_an_unknown_kind_is_told_by_its_name() -> None:
    rows = [(0, "waltz", "a, b", "x", 1.0, 2.0, False, "even")]
    assert told(rows, 1) == ["Waltz of a and b over x from step 1 to 2, intensity 0.5; it ended even."]


def test_the_most_important_come_first_and_no_more_than_twelve() -> None:
    rows = [
        (r, "conflict", f"a{k}, b", "x", 0.0, 1000.0 - 10 * k, False, "even")
        for k in range(20)
        for r in range(4 - k // 5)
    ]
    *found, last = told(rows, 4)
    assert len(found) == MOST
    assert [s.split(" ")[0] for s in found] == [f"a{k}" for k in range(MOST)]
    assert last == "Not told: 8 kinds of episode, rarer than 1 % or less important."


def test_what_hardly_ever_happens_is_only_counted() -> None:
    rows = [(0, "conflict", "a, b", "x", 0.0, 1000.0, False, "even")]
    assert told(rows, 101) == ["Not told: 1 kind of episode, rarer than 1 % or less important."]
    assert len(told(rows, 100)) == 1


def test_braces_in_names_are_only_braces() -> None:
    rows = [(0, "conflict", "{a}, {0}", "{v}", 1.0, 2.0, False, "{a} ahead")]
    assert told(rows, 1) == ["{a} and {0} fought over {v} from step 1 to 2, intensity 0.5; {a} came out ahead."]


def test_what_happens_for_some_values_of_the_swept_parameter_says_for_which() -> None:
    rate = np.linspace(0.01, 1.5, 40)
    rows = [(r, "conflict", "critic, actor", "memory", 1.0, 2.0, False, "even") for r in range(10, 30, 2)]
    (sentence,) = told(rows, 40, "sweep")
    assert f"in 25 % of the replicas (RATE from {rate[10]:.3g} to {rate[28]:.3g}), intensity" in sentence


def test_where_nothing_happened_that_is_said() -> None:
    assert told([], 4) == ["No episode of conflict was found."]
    assert conflicts(findings_of("one agent")) == []


def test_divergence_is_told_with_the_verdict() -> None:
    rows = [(r, "divergence", "a, b", "x", 10.0, 30.0 + r, False, "diverged") for r in range(3)]
    assert told(rows, 6) == ["No episode of conflict was found."]
