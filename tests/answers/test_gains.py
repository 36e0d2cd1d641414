"""Who gained and who lost, and what became of the base objective."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from dynsim.answers.base import base
from dynsim.answers.gains import gains
from tests.answers.cases import findings_of, plain, simulated, with_summary
from tests.plots.cases import run_of

SEED = 20240612
NUMBER = r"(-?[\d.,e+-]*\d)"


def ends(critic: tuple[list[float], list[float]], actor: tuple[list[float], list[float]]) -> pd.DataFrame:
    """Objectives at the first and the last tick, a replica each."""
    columns = {"first_objective.critic": critic[0], "objective.critic": critic[1]}
    columns |= {"first_objective.actor": actor[0], "objective.actor": actor[1]}
    return pd.DataFrame(columns).assign(verdict="converged")


@pytest.mark.parametrize(("name", "goal"), [("actor", -1), ("critic", 1)])
def test_the_numbers_of_two_pulls_follow_from_its_states(name: str, goal: int) -> None:
    """E = (m − goal)²: told are the median and the quartiles of its change from the first to the last memory."""
    states = run_of("two pulls").states
    first, last = ((states[states.t == t].memory.to_numpy() - goal) ** 2 for t in (0, 60))
    found = re.search(
        rf"{name}(?:'s| (?:gained|lost)[^:]*: its) objective (fell|rose) by {NUMBER} \({NUMBER}(?:–| to ){NUMBER}\), "
        rf"from {NUMBER} to {NUMBER}, in (\d+).% of", " ".join(gains(findings_of("two pulls"))),
    )
    assert found is not None
    sign = 1 if found[1] == "rose" else -1
    low, middle, high = np.quantile(sign * (last - first), [0.25, 0.5, 0.75])
    *numbers, share = map(float, found.groups()[1:])
    np.testing.assert_allclose(numbers, [middle, low, high, np.median(first), np.median(last)], rtol=6e-3)
    assert share == pytest.approx(100 * (sign * (last - first) > 0).mean(), abs=0.51)


def test_a_winner_and_a_loser() -> None:
    found = with_summary(ends(([4.0, 4.0, 4.0], [1.0, 2.0, 3.0]), ([1.0, 1.0, 1.0], [3.0, 2.0, 0.5])))
    assert [plain(s) for s in gains(found)] == [
        "critic gained: its objective fell by 2 (1.5–2.5), from 4 to 2, in every replica.",
        "actor lost: its objective rose by 1 (0.25–1.5), from 1 to 2, in 67 % of the replicas.",
    ]


def test_what_is_left_of_an_objective_after_convergence_is_nothing() -> None:
    found = with_summary(ends(([4.0, 4.0], [1e-80, 1e-30]), ([1.0, 1.0], [3.0, 3.0])))
    assert gains(found)[0] == "critic gained: its objective fell by 4, from 4 to 0, in every replica."


def test_who_gains_more_is_told_by_the_share_of_what_was_there() -> None:
    found = with_summary(ends(([4.0, 4.0], [1.0, 2.0]), ([100.0, 100.0], [60.0, 60.0])))
    assert gains(found) == [
        "critic gained most: its objective fell by 2.5 (2.25–2.75), from 4 to 1.5, in every replica.",
        "Nobody lost: actor's objective fell by 40, from 100 to 60, in every replica.",
    ]


def test_who_is_not_clearly_ahead_gained_about_as_much() -> None:
    found = with_summary(ends(([4.0, 4.0], [1.0, 2.1]), ([4.0, 4.0], [2.0, 1.4])))
    assert gains(found)[0].startswith("critic gained, about as much as actor: its objective fell by ")


def test_what_hardly_changes_is_no_gain() -> None:
    still = [4.0, 4.0], [4.001, 4.0]
    assert [plain(s) for s in gains(with_summary(ends(still, still)))] == [
        "No objective changed by more than 0.1 % from first to last."
    ]
    nothing = [0.0, 0.0], [0.0, 0.0]
    assert gains(with_summary(ends(nothing, nothing))) == []


def test_replicas_that_diverged_are_left_out() -> None:
    table = ends(([4.0, 4.0, 4.0], [1.0, 1.0, 1e300]), ([1.0, 1.0, 1.0], [2.0, 2.0, 1e300]))
    found = with_summary(table.assign(verdict=["converged", "converged", "diverged"]))
    assert gains(found) == [
        "critic gained: its objective fell by 3, from 4 to 1, in every replica.",
        "actor lost: its objective rose by 1, from 1 to 2, in every replica.",
        "Left out: 1 replica that diverged.",
    ]
    assert gains(findings_of("all diverged")) == []


def test_a_population_stands_for_its_sum() -> None:
    (sentence,) = gains(simulated("""
dynsim: 1
title: a crowd that comes together
graphs: {ring: {generator: cycle_graph, n: 12}}
variables: {v: {on: ring, init: "normal(0, 1)"}}
agents: {nodes: {controls: v, declared: "sum_neighbors((v - neighbor(v))**2)", rule: {gradient: {rate: 0.05}}}}
clock: {steps: 60}
"""))
    assert sentence.startswith("nodes gained: its objective, summed over 12 nodes, fell by ")


BASE = """
dynsim: 1
title: what the designers want
params: {{pull: 1}}
variables: {{x: {{init: {start}}}}}
agents: {{one: {{controls: x, declared: (x - {goal})**2, rule: {{gradient: {{rate: 0.1}}}}}}}}
base: {{objective: x**2}}
clock: {{steps: 400}}
ensemble: {{replicas: 9}}
"""


def test_the_base_objective_may_rise_while_the_only_agent_gains() -> None:
    """From x = start an agent goes to its goal, at |goal| > |start|: the base x² rises from start² to goal²."""
    rng = np.random.default_rng(SEED)
    start, goal = rng.uniform(0.5, 1.0), rng.uniform(2.0, 3.0)
    told = base(simulated(BASE.format(start=start, goal=goal)))
    first, last = start**2, goal**2
    assert told == [
        f"The base objective rose by {last - first:.3g}, from {first:.3g} to {last:.3g}, in every replica; it rose in "
        "every replica although no agent's own objective did.",
    ]


def test_the_base_objective_in_a_part_of_the_replicas() -> None:
    """The goal is 1: from x = ±r the base x² falls iff r > 1."""
    found = simulated(BASE.format(start='"uniform(-2, 2)"', goal=1).replace("replicas: 9", "replicas: 101, seed: 4"))
    first = found.tables.summary["base.first"].to_numpy()
    (told,) = (plain(sentence) for sentence in base(found))
    worse = float((first < 1).mean())
    assert told.startswith("The base objective rose by ") == (worse > 0.5)
    assert told.endswith(f"; it rose in {round(100 * worse)} % of the replicas although no agent's own objective did.")


def test_the_base_objective_has_its_changes_in_every_phase() -> None:
    """x = goal + (start − goal) 0.8^t: the base x² rises from t = 0 to 9 in training, and from t = 10 on after it."""
    rng = np.random.default_rng(SEED)
    start, goal = rng.uniform(0.5, 1.0), rng.uniform(2.0, 3.0)
    told = base(simulated(BASE.format(start=start, goal=goal) + "phases: {training: 0, deployment: 10}\n"))
    x = np.array([goal + (start - goal) * 0.8**t for t in (0, 9, 10, 400)]) ** 2
    assert told[1] == (
        f"In training it rose by {x[1] - x[0]:.3g}, from {x[0]:.3g} to {x[1]:.3g}, in every replica; "
        f"in deployment it rose by {x[3] - x[2]:.3g}, from {x[2]:.3g} to {x[3]:.3g}, in every replica."
    )


def test_where_one_agent_lost_it_is_no_wonder_that_the_base_objective_rose() -> None:
    loser = "two: {controls: x, declared: (x - 1)**2, rule: {gradient: {rate: 0.01}}}, "
    (told,) = base(simulated(BASE.format(start=1, goal=3).replace("agents: {", f"agents: {{{loser}")))
    assert told.startswith("The base objective rose by ")
    assert "although" not in told


def test_without_a_base_objective_nothing_is_said_of_it() -> None:
    assert base(findings_of("two pulls")) == []


def test_a_base_objective_that_stays_has_its_value() -> None:
    assert base(simulated(BASE.format(start=1, goal=1))) == [
        "The base objective did not change from the first to the last tick: it is 1."
    ]


@pytest.mark.parametrize("case", ["one replica", "thirty agents", "sweep", "one tick"])
def test_sentences_end(case: str) -> None:
    assert all(sentence.endswith(".") and "nan" not in sentence for sentence in gains(findings_of(case)))
