"""What became of the base objective, and when it was best."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dynsim.answers.base import told as everything
from dynsim.answers.base_objective import base_objective
from tests.answers.cases import findings_of, plain, simulated

SEED = 20240612
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


def told(text: str) -> list[str]:
    return [plain(sentence) for sentence in base_objective(simulated(text))]


def test_it_may_rise_while_the_only_agent_gains() -> None:
    """From x = start an agent goes to its goal, at |goal| > |start|: the base x² rises from start² to goal²."""
    rng = np.random.default_rng(SEED)
    start, goal = rng.uniform(0.5, 1.0), rng.uniform(2.0, 3.0)
    assert told(BASE.format(start=start, goal=goal)) == [
        f"The base objective rose from {start**2:.3g} to {goal**2:.3g} in every replica. It was never better than at "
        "the start.",
        "In every replica it rose although no agent's own objective did.",
    ]


def test_it_says_when_it_was_best() -> None:
    """x = 2 − 3·0.8^t passes 0 between t = 1 (−0.4) and t = 2 (0.08): the least x² at a recorded tick is 0.0064."""
    assert told(BASE.format(start=-1, goal=2))[0] == (
        "The base objective rose from 1 to 4 in every replica. It was best at step 2: 0.0064."
    )
    assert told(BASE.format(start=3, goal=0))[0] == (
        "The base objective fell from 9 to 0 in every replica. It was best at the end."
    )


def test_a_plain_is_best_at_its_end() -> None:
    """x goes from 3 to 1 and stays: x² is as low at the end as ever, but for rounding."""
    first = told(BASE.format(start=3, goal=1).replace("x**2", "(x - 1)**2 + 1e-9*sin(1e6*x) + 2"))[0]
    assert first.endswith(" It was best at the end.")


def test_it_leads() -> None:
    found = simulated(BASE.format(start=-1, goal=2))
    assert everything(found)[0].name == "base"


def test_in_a_part_of_the_replicas() -> None:
    """The goal is 1: from x = ±r the base x² falls iff r > 1."""
    found = simulated(BASE.format(start='"uniform(-3, 3)"', goal=1).replace("replicas: 9", "replicas: 101, seed: 4"))
    first = found.tables.summary["base.first"].to_numpy()
    sentences = [plain(sentence) for sentence in base_objective(found)]
    worse = float((first < 1).mean())
    assert worse < 0.4
    assert sentences[0].startswith(f"The base objective fell from {np.median(first):.3g} to 1 in ")
    assert sentences[1] == f"In {round(100 * worse)} % of replicas it rose although no agent's own objective did."


def test_it_has_its_changes_in_every_phase() -> None:
    """x = goal + (start − goal) 0.8^t: the base x² rises from t = 0 to 9 in training, and from t = 10 on after it."""
    rng = np.random.default_rng(SEED)
    start, goal = rng.uniform(0.5, 1.0), rng.uniform(2.0, 3.0)
    found = told(BASE.format(start=start, goal=goal) + "phases: {training: 0, deployment: 10}\n")
    x = np.array([goal + (start - goal) * 0.8**t for t in (0, 9, 10, 400)]) ** 2
    assert found[1:3] == [
        f"In training it rose from {x[0]:.3g} to {x[1]:.3g} in every replica.",
        f"In deployment it rose from {x[2]:.3g} to {x[3]:.3g} in every replica.",
    ]


def test_where_one_agent_lost_it_is_no_wonder_that_it_rose() -> None:
    loser = "two: {controls: x, declared: (x - 1)**2, rule: {gradient: {rate: 0.01}}}, "
    (sentence,) = told(BASE.format(start=1, goal=3).replace("agents: {", f"agents: {{{loser}"))
    assert sentence.startswith("The base objective rose from ")


def test_without_a_base_objective_nothing_is_said_of_it() -> None:
    assert base_objective(findings_of("two pulls")) == []


def test_one_that_stays_has_its_value() -> None:
    assert told(BASE.format(start=1, goal=1)) == ["The base objective changed by less than 0.1 %: it is 1."]


@pytest.mark.parametrize("replicas", [1, 9])
def test_pure_noise_is_no_change(replicas: int) -> None:
    """x is redrawn at every step around 0: its square has nowhere to go."""
    text = f"""
dynsim: 1
title: noise
variables: {{x: {{init: "normal(0, 1)", flow: -x, noise: 1}}}}
agents: {{one: {{controls: {{x: 0}}, declared: x, rule: {{gradient: {{rate: 0.1}}}}}}}}
base: {{objective: x**2}}
clock: {{steps: 40}}
ensemble: {{replicas: {replicas}, seed: 1}}
"""
    sentence = told(text)[0]
    if replicas == 1:
        assert sentence.startswith(("The base objective fell from ", "The base objective rose from "))
    else:
        assert sentence.startswith("The base objective showed no clear change (")


def test_one_that_ends_where_it_began_has_its_best() -> None:
    """x goes from 0 to 4, past 2 after step 3 (2.05): (x - 2)**2 + 1 is 5 at both ends."""
    first = told(BASE.format(start=0, goal=4).replace("x**2", "(x - 2)**2 + 1"))[0]
    assert first == "The base objective ended where it began (5). It was best at step 3: 1."


def test_where_it_is_undefined_its_change_is_not_told() -> None:
    """x passes 2 after step 3."""
    text = BASE.format(start=0, goal=4).replace("x**2", "sqrt(2 - x)")
    what = "he base objective was undefined (NaN or infinite), first at step 4; the state stayed finite."
    assert told(text) == [f"In every replica, t{what}"]
    assert told(text.replace("replicas: 9", "replicas: 1")) == [f"T{what}"]


def test_best_at_any_time_is_not_told_of_what_varies() -> None:
    """x goes from 1 to the pull: x² is best at the start for 2, 3 and 4, at the end for 0, and between for −1."""
    text = BASE.format(start=1, goal=2).replace("(x - 2)", "(x - pull)")
    some = told(text.replace("replicas: 9", "replicas: 5, vary: {pull: [-1, -2, -3, -4, -5]}"))[0]
    assert re.search(r" It was best between step \d and \d\.$", some), some
    every = told(text.replace("replicas: 9", "replicas: 10, vary: {pull: [0, -1, -2, -3, -4, 2, 3, 4, 0.1, 0.2]}"))[0]
    assert "best" not in every
