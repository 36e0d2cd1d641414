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
        "In 80 % of replicas, critic and actor fought over memory from step 123.5 to 483.5. critic came out ahead in "
        "75 % of these episodes."
    ]


def test_the_middle_half_of_the_times_is_told_from_ten_replicas_on() -> None:
    rows = [(r, "conflict", "critic, actor", "memory", 120.0 + r, 480.0, False, "even") for r in range(12)]
    assert told(rows, 12) == [
        "In every replica, critic and actor fought over memory from step 125.5 (122.8–128.2) to 480. Neither gained "
        "nor lost each time."
    ]
    assert "(" not in told(rows[:9], 9)[0]


def test_one_replica_has_no_shares() -> None:
    rows = [(0, "takeover", "critic, actor", "memory", 10.0, 1000.0, True, "critic ahead")]
    assert told(rows, 1) == [
        "critic took memory over from actor from step 10 until the end. critic came out ahead."
    ]


def test_recurring_episodes_and_mixed_outcomes() -> None:
    outcomes = ["a ahead", "b ahead", "a ahead", "both lost", "both gained"]
    rows = [(0, "exploitation", "a, b", "x, y", 100.0 * k, 100.0 * k + 50, False, outcomes[k]) for k in range(5)]
    assert told(rows, 1) == [
        "a harmed b through x and was helped by it: 5 times, between step 0 and 450. a came out ahead in 40 % of these "
        "episodes; b came out ahead in 20 %."
    ]


def test_times_that_are_a_mean_are_called_one() -> None:
    counts = [1, 2, 2, 5]
    rows = [
        (r, "deadlock", "actor, configurator", "plan", 10.0 * k + r, 1000.0 if k == n - 1 else 10.0 * k + 5, k == n - 1,
         "both lost" if k else "both gained")
        for r, n in enumerate(counts) for k in range(n)
    ]
    assert told(rows, 4) == [
        "In every replica, actor and configurator deadlocked over plan: 2.5 times on average, first at step 1.5, and "
        "until the end. Both lost in 60 % of these episodes."
    ]


def exploiting(ahead: int, behind: int, other: str = "both gained", more: int = 0) -> str:
    outcomes = ["a ahead"] * ahead + ["b ahead"] * behind + [other] * more
    rows = [(r, "exploitation", "a, b", "x", 1.0, 2.0, False, outcome) for r, outcome in enumerate(outcomes)]
    return told(rows, len(rows))[0]


def test_to_exploit_is_to_come_out_ahead_clearly() -> None:
    """Of 16 replicas 12 against 4 is p = 0.077 by the sign test, 13 against 3 p = 0.021."""
    assert "a exploited b through x" in exploiting(13, 3)
    assert "a harmed b through x and was helped by it" in exploiting(12, 4)
    assert "exploited" not in exploiting(8, 8)
    assert "exploited" not in exploiting(3, 13)
    assert "exploited" not in exploiting(13, 3, more=14), "most often both gained"


def test_what_lasts_to_the_end_in_most_replicas_says_in_how_many() -> None:
    rows = [(r, "conflict", "a, b", "x", 5.0, 1000.0 if r else 500.0, r > 0, "even") for r in range(4)]
    assert told(rows, 4) == [
        "In every replica, a and b fought over x from step 5 until the end in 75 %. Neither gained nor lost each time."
    ]
    assert "until the end in 75 % of them. " in told(rows, 8)[0]


def test_a_deadlock_is_one_whoever_is_named_first() -> None:
    names = ["critic, actor", "actor, critic"]
    rows = [(r, "deadlock", names[r % 2], "x", 10.0, 20.0, False, "even") for r in range(4)]
    assert told(rows, 4) == [
        "In every replica, critic and actor deadlocked over x from step 10 to 20. Neither gained nor lost each time."
    ]


def test_an_oscillation_is_of_a_variable() -> None:
    rows = [(r, "oscillation", "a", "x", 10.0, 30.0, False, "faded") for r in range(2)]
    assert told(rows, 2) == [
        "In every replica, x oscillated from step 10 to 30. The swings faded each time."
    ]


def test_an_unknown_kind_is_told_by_its_name() -> None:
    rows = [(0, "waltz", "a, b", "x", 1.0, 2.0, False, "even")]
    assert told(rows, 1) == [
        "There was a waltz of a and b over x from step 1 to 2. Neither gained nor lost."
    ]


def test_the_most_important_come_first_and_no_more_than_twelve() -> None:
    rows = [
        (r, "conflict", f"a{k}, b", "x", 0.0, 1000.0 - 10 * k, False, "even")
        for k in range(20)
        for r in range(4 - k // 5)
    ]
    *found, last = told(rows, 4)
    assert len(found) == MOST
    assert [s.split(" fought")[0].split(" and ")[0].split(", ")[-1] for s in found] == [f"a{k}" for k in range(MOST)]
    assert last == "8 kinds of episode are omitted (less important)."


def test_what_hardly_ever_happens_is_only_counted() -> None:
    rows = [(0, "conflict", "a, b", "x", 0.0, 1000.0, False, "even")]
    assert told(rows, 101) == ["One kind of episode is omitted (seen in under 1 % of replicas)."]
    assert len(told(rows, 100)) == 1


def test_braces_in_names_are_only_braces() -> None:
    rows = [(0, "conflict", "{a}, {0}", "{v}", 1.0, 2.0, False, "{a} ahead")]
    assert told(rows, 1) == ["{a} and {0} fought over {v} from step 1 to 2. {a} came out ahead."]


def test_what_happens_for_some_values_of_the_swept_parameter_says_for_which() -> None:
    rate = np.linspace(0.01, 1.5, 40)
    rows = [(r, "conflict", "critic, actor", "memory", 1.0, 2.0, False, "even") for r in range(10, 30, 2)]
    (sentence,) = told(rows, 40, "sweep")
    assert sentence == (
        f"In 25 % of replicas (RATE from {rate[10]:.3g} to {rate[28]:.3g}), critic and actor fought over memory "
        "between step 1 and 2."
    )


def test_where_nothing_happened_that_is_said() -> None:
    assert told([], 4) == ["No episode of conflict was found."]
    assert conflicts(findings_of("one agent")) == []


def test_divergence_is_told_with_the_verdict() -> None:
    rows = [(r, "divergence", "a, b", "x", 10.0, 30.0 + r, False, "diverged") for r in range(3)]
    assert told(rows, 6) == ["No episode of conflict was found."]


def test_names_keep_their_case() -> None:
    found = with_episodes(episodes((0, "oscillation", "critic", "memory", 3.0, 1000.0, True, "steady")), 1)
    assert conflicts(found) == ["memory oscillated from step 3 until the end. The swings kept their size."]
