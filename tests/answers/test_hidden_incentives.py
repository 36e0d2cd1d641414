"""Hidden incentives: in how many replicas they are open, how strongly, and what keeps them closed."""

from __future__ import annotations

import numpy as np
import pytest

from dynsim.answers.hidden_incentives import hidden_incentives
from tests.answers.cases import findings_of, plain, simulated

SEED = 20240615
FORECAST = """
dynsim: 1
title: a forecast that the world answers to
params: {{g: 0, c: 0}}
variables:
  theta: {{init: 0.1}}
  push: {{init: 0.1}}
  world: {{expr: 1 + 0.4*theta + push}}
agents:
  forecaster:
    controls: theta
    declared: (theta - world)**2
    credit: {{actor: c}}
    paths: {{world: g}}
    rule: {{gradient: {{rate: 0.1}}}}
  actor: {{controls: push, declared: (world - 2)**2 + push**2, rule: {{gradient: {{rate: 0.1}}}}}}
clock: {{steps: 12}}
ensemble: {{replicas: {replicas}, seed: 5, vary: {{{vary}}}}}
"""


def told(vary: str, replicas: int) -> list[str]:
    return [plain(sentence) for sentence in hidden_incentives(simulated(FORECAST.format(vary=vary, replicas=replicas)))]


def test_a_path_that_is_open_in_some_replicas() -> None:
    assert told("g: [0, 0, 0.25, 1]", 4) == [
        "In 50 % of replicas (g from 0.25 to 1), forecaster has a hidden incentive to control world (theta → world → "
        "declared); the strength lies between 0.25 and 1.",
        "forecaster's credit from actor is closed (0).",
    ]


def test_all_closed() -> None:
    assert told("", 1) == [
        "No agent has a hidden incentive: every variable that agents gain from controlling appears in their labels.",
        "forecaster's credit from actor and forecaster's path through world are closed (0).",
    ]


def test_credit_without_a_path_is_open_but_leads_to_no_other_variable() -> None:
    assert told("c: [0.5, 2]", 2) == [
        "No agent has a hidden incentive: every variable that agents gain from controlling appears in their labels.",
        "forecaster's credit from actor (0.5–2) is open but reaches no hidden variable.",
        "forecaster's path through world is closed (0).",
    ]


def test_a_random_factor_is_told_with_the_share_of_replicas_and_its_range() -> None:
    """g drawn by the test: its positive part opens the path."""
    g = np.random.default_rng(SEED).uniform(-0.5, 1.0, 50).clip(0.0).round(3)
    sentence = told(f"g: {g.tolist()}", 50)[0]
    is_open = g[g > 0]
    assert sentence.startswith(f"In {round(100 * len(is_open) / 50)} % of replicas")
    assert sentence.endswith(f"; the strength lies between {min(is_open):.3g} and {max(is_open):.3g}.")


def test_the_strength_of_a_way_is_the_product_of_what_stands_on_it() -> None:
    """What is pursued reads nothing but theta; the actor's label is reached through the world: g·c."""
    text = FORECAST.format(vary="", replicas=1).replace("declared: (theta - world)**2\n", (
        "declared: (theta - world)**2\n    pursues: theta**2\n"
    )).replace("{g: 0, c: 0}", "{g: 0.5, c: 0.3}")
    assert hidden_incentives(simulated(text)) == [
        "forecaster has a hidden incentive to control world (theta → world → actor's label); the strength is 0.15."
    ]


def test_a_factor_that_an_event_opens_counts() -> None:
    text = FORECAST.format(vary="", replicas=1) + "events: {opening: {at: 6, set: {g: 0.5}}}\n"
    assert hidden_incentives(simulated(text))[0].endswith("(theta → world → declared); the strength is 0.5.")


def test_shaping_what_another_learns_is_a_hidden_incentive() -> None:
    (sentence,) = hidden_incentives(simulated("""
dynsim: 1
title: two learners
params: {w: 1}
variables: {x: {init: 1}, y: {init: 0.5}}
agents:
  one: {controls: x, declared: x*y + x**2/9, rule: {lola: {rate: 0.1, foresight: 1}}}
  two: {controls: y, declared: y**2/9 - x*y, rule: {gradient: {rate: 0.1}}}
clock: {steps: 12}
"""))
    assert sentence == "one has a hidden incentive to control y (one → two learns → y → declared)."


def test_agents_in_the_same_case_are_told_together() -> None:
    modules = "\n".join(
        f"  m{k}: {{controls: x{k}, declared: shared**2 + x{k}, paths: {{shared: g}}, rule: {{gradient: {{rate: 1}}}}}}"
        for k in range(5)
    )
    variables = ", ".join(f"x{k}: {{init: 0.{k}}}" for k in range(5))
    (sentence,) = hidden_incentives(simulated(f"""
dynsim: 1
title: modules alike
params: {{g: 0.25}}
variables: {{{variables}, shared: {{expr: x0 + x1 + x2 + x3 + x4}}}}
agents:
{modules}
clock: {{steps: 12}}
"""))
    assert sentence == (
        "m0, m1, m2 and 2 others have hidden incentives to control shared (x0 → shared → declared); the strength is "
        "0.25."
    )


def test_the_only_agent_is_not_counted() -> None:
    text = FORECAST.format(vary="", replicas=1)
    alone = text.replace("    credit: {actor: c}\n", "").replace(text[text.index("  actor: {"):text.index("clock")], "")
    assert hidden_incentives(simulated(alone))[0] == (
        "The agent has no hidden incentive: every variable it gains from controlling appears in its label."
    )


@pytest.mark.parametrize("case", ["two pulls", "one agent", "population", "thirty agents"])
def test_nothing_is_said_where_every_agent_has_nothing_but_its_label(case: str) -> None:
    assert hidden_incentives(findings_of(case)) == []


def test_what_an_agent_controls_and_its_label_does_not_read_is_told() -> None:
    text = """
dynsim: 1
title: a label that shows one of two
variables: {x: {init: 0}, y: {init: 0}, z: {expr: x + y}}
agents:
  one: {controls: [x, y], declared: -x, pursues: -x - y, rule: {gradient: {rate: 0.1}}}
  two: {controls: x, declared: (x - 1)**2, rule: {gradient: {rate: 0.1}}}
clock: {steps: 10}
"""
    assert hidden_incentives(simulated(text)) == ["one is trained to move y, which appears nowhere in its label."]
    assert hidden_incentives(simulated(text.replace("declared: -x,", "declared: -z,"))) == [
        "No agent has a hidden incentive: every variable that agents gain from controlling appears in their labels."
    ]
    assert hidden_incentives(simulated(text.replace("pursues: -x - y, ", ""))) == []


def test_a_rule_that_shapes_in_some_replicas_has_the_incentive_there() -> None:
    """`one_of`: number 0 is gradient descent, number 1 is LOLA."""
    text = """
dynsim: 1
title: shaping, or not
params: {kind: 0}
variables: {x: {init: "normal(0, 1)"}, y: {init: "normal(0, 1)"}}
agents:
  one:
    controls: x
    declared: "(x - y)**2 + x*y**2"
    rule: {one_of: {which: kind, rules: [{gradient: {rate: 0.01}}, {lola: {rate: 0.01, foresight: 1}}]}}
  two: {controls: y, declared: "x*y + y**2", rule: {gradient: {rate: 0.01}}}
clock: {steps: 5}
ensemble: {replicas: 5, vary: {kind: [0, 1, 0, 0, 0]}}
"""
    (sentence,) = hidden_incentives(simulated(text))
    assert plain(sentence).startswith("In 20 % of replicas (kind = 1), one has a hidden incentive to control y (")
