"""The sentences, word for word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from dynsim.dashboard.narrative import MOST, facts, sentences, verdict
from tests.plots.cases import data_of, episodes, with_episodes


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_conflict_over_replicas() -> None:
    rows = [
        (r, "conflict", "critic, actor", "memory", 120.0 + r, 480.0 + r, False, "critic ahead" if r < 6 else "even")
        for r in range(8)
    ]
    data = with_episodes(episodes(*rows), replicas=10)
    assert [plain(s) for s in sentences(data)] == [
        "critic and actor fought over memory from step 123.5 to 483.5 in 80 % of the replicas; "
        "critic came out ahead in 75 % of the episodes."
    ]


def test_one_replica_has_no_shares() -> None:
    data = with_episodes(episodes((0, "takeover", "critic, actor", "memory", 10.0, 1000.0, True, "critic ahead")), 1)
    assert sentences(data) == [
        "critic took memory over from actor from step 10 to the end of the record; critic came out ahead."
    ]


def test_recurring_episodes_and_mixed_outcomes() -> None:
    outcomes = ["a ahead", "b ahead", "even", "both lost"]
    rows = [(0, "exploitation", "a, b", "x, y", 100.0 * k, 100.0 * k + 50, False, outcomes[k]) for k in range(4)]
    data = with_episodes(episodes(*rows), 1)
    assert sentences(data) == ["a exploited b through x 4 times between step 0 and 350, with mixed outcomes."]


def test_a_deadlock_is_one_whoever_is_named_first() -> None:
    names = ["critic, actor", "actor, critic"]
    rows = [(r, "deadlock", names[r % 2], "x", 10.0, 20.0, False, "even") for r in range(4)]
    data = with_episodes(episodes(*rows), 4)
    assert sentences(data) == [
        "critic and actor held each other in deadlock over x from step 10 to 20 in every replica; it ended even."
    ]


def test_divergence_names_the_variable_and_the_time() -> None:
    rows = [(r, "divergence", "a, b", "x", 10.0, 30.0 + r, False, "diverged") for r in range(3)]
    data = with_episodes(episodes(*rows), 6)
    assert [plain(s) for s in sentences(data)] == [
        "x, moved by a and b, ran away and left the finite numbers at step 31 (median) in 50 % of the replicas."
    ]


def test_an_oscillation_is_of_a_variable() -> None:
    rows = [(r, "oscillation", "a", "x", 10.0, 30.0, False, "faded") for r in range(2)]
    data = with_episodes(episodes(*rows), 2)
    assert sentences(data) == ["x oscillated from step 10 to 30 in every replica; the swings faded."]


def test_an_unknown_kind_is_told_by_its_name() -> None:
    data = with_episodes(episodes((0, "waltz", "a, b", "x", 1.0, 2.0, False, "even")), 1)
    assert sentences(data) == ["Waltz of a and b over x from step 1 to 2; it ended even."]


def test_the_most_important_come_first_and_no_more_than_twelve() -> None:
    rows = [
        (r, "conflict", f"a{k}, b", "x", 0.0, 1000.0 - 10 * k, False, "even")
        for k in range(20)
        for r in range(4 - k // 5)
    ]
    found = sentences(with_episodes(episodes(*rows), 4))
    assert len(found) == MOST
    assert [s.split(" ")[0] for s in found] == [f"a{k}" for k in range(MOST)]


def test_braces_in_names_are_only_braces() -> None:
    data = with_episodes(episodes((0, "conflict", "{a}, {0}", "{v}", 1.0, 2.0, False, "{a} ahead")), 1)
    assert sentences(data) == ["{a} and {0} fought over {v} from step 1 to 2; {a} came out ahead."]


def test_verdict_in_words() -> None:
    data = data_of("two pulls")
    assert verdict(data) == "All 16 replicas: converged."
    assert verdict(data_of("one replica")) == "The system converged."
    summary = pd.DataFrame({
        "verdict": ["cycling"] * 3 + ["diverged"], "period": [62.0, 63.0, 64.0, np.nan],
        "diverged_at": [np.nan] * 3 + [17.0], "diverged_variable": [None] * 3 + ["memory"],
    })
    mixed = replace(data, replicas=4, tables=replace(data.tables, summary=summary))
    assert plain(verdict(mixed)) == (
        "Of 4 replicas 75 % cycling and 25 % diverged. "
        "Median period 63 steps; diverged at step 17 (median), first in memory."
    )


def test_facts() -> None:
    assert facts(data_of("sweep")) == (
        "2 agents · 1 variable · 40 replicas · 61 recorded ticks · varied: RATE"
    )
