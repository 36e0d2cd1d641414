"""Who gained and who lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dynsim.answers.gains_and_losses import gains_and_losses
from tests.answers.cases import findings_of, plain, simulated, with_summary
from tests.plots.cases import run_of

SEED = 20240612


def ends(critic: tuple[list[float], list[float]], actor: tuple[list[float], list[float]]) -> pd.DataFrame:
    """Objectives at the first and the last tick, a replica each."""
    columns = {"first_objective.critic": critic[0], "objective.critic": critic[1]}
    columns |= {"first_objective.actor": actor[0], "objective.actor": actor[1]}
    return pd.DataFrame(columns).assign(verdict="converged")


def told(critic, actor, case: str = "two pulls") -> list[str]:
    return [plain(sentence) for sentence in gains_and_losses(with_summary(ends(critic, actor), case))]


@pytest.mark.parametrize(("name", "goal"), [("actor", -1), ("critic", 1)])
def test_the_numbers_of_two_pulls_follow_from_its_states(name: str, goal: int) -> None:
    """E = (m − goal)²: told are its medians at the first and the last memory, and in which share it moved that way."""
    states = run_of("two pulls").states
    first, last = ((states[states.t == t].memory.to_numpy() - goal) ** 2 for t in (0, 60))
    (sentence,) = (s for s in gains_and_losses(findings_of("two pulls")) if s.startswith(name))
    fell = bool((last < first).mean() >= 0.5)
    part = (last < first).mean() if fell else (last > first).mean()
    ends = f"{np.median(first):.3g}", f"{np.median(last):.3g}"
    share = f"{round(100 * part)}\u00a0% of replicas"
    clear = f"its objective {'fell' if fell else 'rose'} from {ends[0]} to {ends[1]} in {share}."
    unclear = f"showed no clear change ({ends[0]} to {ends[1]}; it {'fell' if fell else 'rose'} in {share})."
    assert sentence.endswith((clear, unclear))


def test_a_winner_a_loser_and_what_is_not_clear() -> None:
    """Eight of eight is p = 0.008 by the sign test; six of eight is p = 0.29."""
    critic = [4.0] * 8, [1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0]
    assert told(critic, ([1.0] * 8, [3.0] * 8)) == [
        "critic gained: its objective fell from 4 to 2 in every replica.",
        "actor lost: its objective rose from 1 to 3 in every replica.",
    ]
    assert told(critic, ([1.0] * 8, [3.0, 2.0, 0.5, 2.0, 3.0, 0.5, 2.0, 2.0])) == [
        "critic gained: its objective fell from 4 to 2 in every replica.",
        "actor's objective showed no clear change (1 to 2; it rose in 75 % of replicas).",
    ]


def test_a_few_draws_that_agree_are_described_and_prove_nothing() -> None:
    """Five of five is p = 0.0625."""
    assert told(([4.0] * 5, [1.0] * 5), ([1.0] * 5, [2.0] * 5)) == [
        "critic's objective fell from 4 to 1 in every replica.",
        "actor's objective rose from 1 to 2 in every replica.",
    ]
    assert told(([4.0] * 6, [1.0] * 6), ([1.0] * 6, [1.0] * 6))[0] == (
        "critic gained: its objective fell from 4 to 1 in every replica."
    )


@pytest.mark.parametrize("seed", range(20))
def test_changes_that_are_symmetric_about_0_are_no_gain(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(0.0, 2.0, rng.integers(1, 30)))
    change = np.concatenate([size, -size])
    first = rng.choice([-1.0, 0.0, 5.0]) + rng.normal(0.0, 1.0, len(size))
    first = np.concatenate([first, first])
    text = " ".join(told((first.tolist(), (first + change).tolist()), (first.tolist(), (first - change).tolist())))
    assert text.count("showed no clear change") == 2
    assert not any(word in text for word in ("gained", "lost", "most"))


def test_where_medians_and_replicas_disagree_nothing_is_claimed() -> None:
    """It fell a little in 16 of 20 replicas; but the median of the ends rose, because the four that rose crossed it."""
    first = [*[1.0] * 9, *[2.0] * 7, *[1.2] * 4]
    last = [*[0.99] * 9, *[1.99] * 7, *[5.0] * 4]
    assert np.median(last) > np.median(first)
    assert told((first, last), (first, first))[0] == (
        "critic's objective showed no clear change (1.2 to 1.99; it fell in 80 % of replicas)."
    )


def test_what_is_left_of_an_objective_after_convergence_is_nothing() -> None:
    found = told(([4.0] * 8, [1e-80, 1e-30] * 4), ([1.0] * 8, [3.0] * 8))
    assert found[0] == "critic gained: its objective fell from 4 to 0 in every replica."


def test_who_gains_most_is_told_by_the_share_of_what_was_there() -> None:
    assert told(([4.0] * 8, [1.0, 2.0] * 4), ([100.0] * 8, [60.0] * 8)) == [
        "critic gained most relative to the size of its objective, which fell from 4 to 1.5 in every replica.",
        "actor gained, too: its objective fell from 100 to 60 in every replica.",
    ]


def test_who_is_not_clearly_ahead_did_not_gain_most() -> None:
    assert told(([4.0] * 8, [1.0, 2.1] * 4), ([4.0] * 8, [2.0, 1.4] * 4)) == [
        "critic gained: its objective fell from 4 to 1.55 in every replica.",
        "actor gained, too: its objective fell from 4 to 1.7 in every replica.",
    ]


def test_what_hardly_changes_is_no_gain() -> None:
    still = [4.0, 4.0], [4.001, 4.0]
    assert told(still, still) == ["No objective changed by more than 0.1 %."]
    nothing = [0.0, 0.0], [0.0, 0.0]
    assert told(nothing, nothing) == []
    assert told(still, nothing) == ["critic's objective did not change by more than 0.1 %."]


def test_a_small_change_has_digits_enough() -> None:
    assert told(([4.0] * 8, [4.008] * 8), ([1.0] * 8, [1.0] * 8))[0] == (
        "critic lost: its objective rose from 4 to 4.01 in every replica."
    )
    assert told(([4.001] * 8, [4.006] * 8), ([1.0] * 8, [1.0] * 8))[0] == (
        "critic lost: its objective rose from 4 to 4.01 in every replica."
    )
    assert told(([1.001] * 8, [1.0024] * 8), ([1.0] * 8, [1.0] * 8))[0] == (
        "critic lost: its objective rose from 1.001 to 1.002 in every replica."
    )


def test_replicas_that_diverged_are_left_out() -> None:
    table = ends(([4.0] * 9, [*[1.0] * 8, 1e300]), ([1.0] * 9, [*[2.0] * 8, 1e300]))
    found = with_summary(table.assign(verdict=[*["converged"] * 8, "diverged"]))
    assert gains_and_losses(found) == [
        "critic gained: its objective fell from 4 to 1 in every replica that did not diverge.",
        "actor lost: its objective rose from 1 to 2 in every replica that did not diverge.",
    ]
    assert gains_and_losses(findings_of("all diverged")) == []


def test_where_an_objective_was_undefined_its_change_is_not_told() -> None:
    table = ends(([4.0] * 9, [1.0] * 9), ([1.0] * 9, [2.0] * 9))
    found = with_summary(table.assign(**{"undefined_from.critic": [np.nan] * 8 + [3.0], "undefined_from.actor": 3.0}))
    assert gains_and_losses(found) == [
        "critic gained: its objective fell from 4 to 1 in every replica in which it stayed defined."
    ]


def test_a_population_stands_for_its_sum() -> None:
    (sentence,) = gains_and_losses(simulated("""
dynsim: 1
title: a crowd that comes together
graphs: {ring: {generator: cycle_graph, n: 12}}
variables: {v: {on: ring, init: "normal(0, 1)"}}
agents: {nodes: {controls: v, declared: "sum_neighbors((v - neighbor(v))**2)", rule: {gradient: {rate: 0.05}}}}
clock: {steps: 60}
"""))
    assert sentence.startswith("nodes's objective (the sum over its 12 nodes) fell from ")


SWEPT = """
dynsim: 1
title: who goes where
params: {{goal: 1}}
variables: {{x: {{init: 1}}}}
agents:
  one: {{controls: x, declared: (x - 2)**2, pursues: (x - goal)**2, rule: {{gradient: {{rate: 0.1}}}}}}
  other: {{controls: [], declared: (x - 1.5)**2, rule: {{gradient: {{rate: 0.1}}}}}}
clock: {{steps: 200}}
ensemble: {{replicas: {n}, vary: {{goal: {values}}}}}
"""


def test_a_sweep_is_not_pooled() -> None:
    """Without draws every replica is what its parameter makes of it. (goal − 1.5)² < (1 − 1.5)² from 1 to 2."""
    text = SWEPT.format(n=21, values='"linspace(0, 3)"').replace("controls: []", "controls: {x: 0}")
    sentences = [plain(sentence) for sentence in gains_and_losses(simulated(text))]
    (other,) = (sentence for sentence in sentences if sentence.startswith("other"))
    assert other == (
        "other's objective rose up to goal = 0.9, fell at 1.05–1.95, rose from 2.1 on."
    )


@pytest.mark.parametrize("case", ["one replica", "thirty agents", "sweep", "one tick"])
def test_sentences_end(case: str) -> None:
    assert all(sentence.endswith(".") and "nan" not in sentence for sentence in gains_and_losses(findings_of(case)))


def test_what_an_objective_grew_from_is_not_nothing() -> None:
    """−x² of x = 1.2^t is −1 at the start, whatever it becomes."""
    (sentence,) = gains_and_losses(simulated("""
dynsim: 1
title: a runaway
variables: {x: {init: 1}}
agents: {one: {controls: x, declared: -x**2, rule: {gradient: {rate: 0.1}}}}
clock: {steps: 100}
"""))
    assert sentence.startswith("one gained: its objective fell from -1 to -6.86e+15"), sentence
