"""Whose moves the label does not explain."""

from __future__ import annotations

import numpy as np
import pytest

from dynsim.answers.labels import labels
from tests.answers.cases import findings_of, simulated

SEED = 20240613
TURNED = """
dynsim: 1
title: a module that is turned away from its label
params: {{c: {cos}, s: {sin}, leak: 1}}
variables: {{x: {{init: 0}}, y: {{init: 0}}, z: {{init: "normal(0, 1)"}}}}
agents:
  turned: {{controls: [x, y], declared: x, pursues: c*x + s*y, rule: {{gradient: {{rate: 0.1}}}}}}
  honest: {{controls: z, declared: z**2, credit: {{turned: leak}}, rule: {{gradient: {{rate: 0.1}}}}}}
clock: {{steps: 20}}
ensemble: {{replicas: 8}}
"""


def test_a_module_turned_by_an_angle_scores_its_squared_cosine() -> None:
    """What pursues cos θ x + sin θ y but declares x has label fidelity cos² θ."""
    angle = np.random.default_rng(SEED).uniform(0.5, 1.2)
    (sentence,) = labels(simulated(TURNED.format(cos=np.cos(angle), sin=np.sin(angle))))
    assert sentence == (
        f"turned follows its label least closely: fidelity {np.cos(angle) ** 2:.3g}. The other moves exactly where its "
        "points (1). turned pursues something else than it declares."
    )


def test_nothing_alarming_where_all_do_what_their_labels_say() -> None:
    text = TURNED.format(cos=1, sin=0).replace("pursues: c*x + s*y, ", "")
    (sentence,) = labels(simulated(text))
    assert sentence.endswith("move exactly where their labels point (fidelity 1).")
    assert {"turned", "honest"} <= set(sentence.split())


def test_a_memory_is_no_reason_to_doubt_an_agent() -> None:
    (sentence,) = labels(findings_of("two pulls"))
    assert sentence == "critic and actor move exactly where their labels point (fidelity 1)."


def test_who_climbs_its_label_moves_against_it() -> None:
    text = TURNED.format(cos=-1, sin=0)
    assert labels(simulated(text))[0].startswith("turned moves against its label: fidelity -1. The other ")
    half = TURNED.format(cos=1, sin=0).replace("c*x + s*y", '"where(t < 10, x, -x)"')
    assert labels(simulated(half))[0].startswith("turned follows its label least closely: fidelity 0. The other ")


def test_a_rule_that_looks_at_no_objective_is_told_apart() -> None:
    text = """
dynsim: 1
title: a reflex, a walk, and a blend
variables: {x: {init: 1}, y: {init: 3}, z: {init: 2}}
agents:
  reflex: {controls: x, declared: x**2, pursues: -x, rule: {heuristic: {target: 3}}}
  both: {controls: z, declared: z**2, rule: {blend: {share: 0.5, target: 1, rule: {gradient: {rate: 0.1}}}}}
clock: {steps: 20}
"""
    assert labels(simulated(text)) == [
        "both moves exactly where its label points (fidelity 1).",
        "reflex's rule, heuristic, ignores objectives: with any other label it would do the same.",
    ]
    walk = text.replace("clock:", "  walk: {controls: y, declared: y**2, rule: {random_walk: {scale: 1}}}\nclock:")
    assert labels(simulated(walk))[1] == (
        "The rules of reflex and walk ignore objectives: with any other labels they would do the same."
    )


def test_who_does_not_move_for_one_value_is_not_said_to_have_an_undefined_label() -> None:
    text = """
dynsim: 1
title: at rest for one value
params: {k: 1}
variables: {x: {init: 1}}
agents: {a: {controls: x, declared: x**2, rule: {gradient: {rate: k}}}}
clock: {steps: 20}
ensemble: {replicas: 2, vary: {k: [0, 0.1]}}
"""
    found = simulated(text)
    assert labels(found.of_cell(0)) == ["a has no label fidelity: no recorded tick shows a move."]
    assert labels(found.of_cell(1)) == ["a moves exactly where its label points (fidelity 1)."]


def test_few_ticks_are_told() -> None:
    text = TURNED.format(cos=0.6, sin=0.8).replace("pursues:", "every: 9, pursues:")
    (sentence,) = labels(simulated(text))
    assert ": fidelity 0.36 over 3 recorded ticks. The other moves exactly where its points (1)." in sentence


NEVER = "no recorded tick shows a move"


@pytest.mark.parametrize(("changes", "reason"), [
    ({}, f"{NEVER} (`record.every: 3` records all at which there may be one)"),
    ({"every: 10": "every: 3", "two: 11, three: 15": "two: 19, three: 20"}, NEVER),
    ({"every: 10": "every: 1", "-x": "0*x"}, NEVER),
    ({"every: 10": "every: 1", "x**2": "sqrt(-x)"},
     "its label is undefined whenever a recorded tick shows a move"),
])  # fmt: skip
def test_why_there_is_no_fidelity_is_told(changes: dict[str, str], reason: str) -> None:
    text = """
dynsim: 1
title: none recorded
phases: {one: 0, two: 11, three: 15}
variables: {x: {init: 1}}
agents:
  a: {controls: x, declared: x**2, pursues: -x, every: 3, during: two, rule: {gradient: {rate: 0.1}}}
clock: {steps: 30}
record: {every: 10}
"""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    assert labels(simulated(text)) == [f"a has no label fidelity: {reason}."]


def test_a_label_that_the_rule_cannot_descend_is_told() -> None:
    """A label per node, and a path that needs one number."""
    text = """
dynsim: 1
title: one number in place of many
graphs: {net: {generator: cycle_graph, n: 4}}
variables: {u: {on: net, init: index}, y: {init: 1}}
agents:
  a: {controls: u, declared: (u - y)**2, pursues: mean(u)**2 + y**2, paths: {b: 0.5}, rule: {gradient: {rate: 0.1}}}
  b: {controls: y, declared: (y - mean(u))**2, rule: {gradient: {rate: 0.1}}}
clock: {steps: 5}
"""
    assert labels(simulated(text)) == [
        "b moves exactly where its label points (fidelity 1).",
        "a has no label fidelity: its rule cannot descend its label (agents.a.paths.b: the gradient through another's "
        "learning is that of one number, and the objective has one value per node of net: reduce it with mean(...) or "
        "sum(...)).",
    ]


def test_credit_is_named_as_a_reason_only_where_its_weight_is_not_zero() -> None:
    text = """
dynsim: 1
title: a leak
params: {leak: 1}
variables: {x: {init: 1}, y: {init: 7}}
agents:
  turned: {controls: x, declared: x**2 + y**2, rule: {gradient: {rate: 0.1}}}
  honest: {controls: y, declared: (y - 9)**2, credit: {turned: leak}, rule: {gradient: {rate: 0.1}}}
clock: {steps: 20}
"""
    assert "honest gets credit from turned." in labels(simulated(text))[0]
    closed = text.replace("leak: 1", "leak: 0").replace("credit:", "pursues: (y - 9)**2 + sin(5*y), credit:")
    assert labels(simulated(closed))[0].endswith(" honest pursues something else than it declares.")


def test_looking_at_the_others_learning_is_no_reason_to_doubt_an_agent() -> None:
    text = """
dynsim: 1
title: two learners
params: {w: 1}
variables: {x: {init: 1}, y: {init: 0.5}}
agents:
  one: {controls: x, declared: x*y + x**2/9, rule: {lola: {rate: 0.1, foresight: 3}}}
  two: {controls: y, declared: y**2/9 - x*y, paths: {one: 0.5}, rule: {gradient: {rate: 0.1}}}
clock: {steps: 60}
"""
    assert labels(simulated(text)) == ["one and two move exactly where their labels point (fidelity 1)."]


def test_objectives_in_a_rule_are_named() -> None:
    text = """
dynsim: 1
title: two objectives
variables: {x: {init: 1}, y: {init: 3}}
agents: {a: {controls: [x, y], declared: x, rule: {multiple_gradient: {rate: 0.1, objectives: "[x, y]"}}}}
clock: {steps: 20}
"""
    assert labels(simulated(text)) == [
        "a follows its label only in part: fidelity 0.5. a has other objectives in its rule multiple_gradient."
    ]


@pytest.mark.parametrize("case", ["one replica", "thirty agents", "all diverged", "population", "one tick"])
def test_sentences_end(case: str) -> None:
    assert all(sentence.endswith(".") and "nan" not in sentence for sentence in labels(findings_of(case)))


def test_who_moves_across_or_partly_against_its_label_does_not_follow_it_in_part() -> None:
    """sign(cos θ) cos² θ at 90, 100 and 150 degrees."""
    text = TURNED.replace("  honest:", "  # honest:")
    for degrees, words in ((60, "follows its label only in part: fidelity 0.25"), (90, "does not follow its label: "
            "fidelity 0."), (150, "moves more against its label than along it: fidelity -0.75")):
        angle = np.radians(degrees)
        sentence = labels(simulated(text.format(cos=np.cos(angle), sin=np.sin(angle))))[0]
        assert sentence.startswith(f"turned {words}"), sentence


def test_where_parameters_vary_the_lowest_fidelity_counts() -> None:
    """cos² θ of one agent is 1 at one value and 0 at another, that of a second one is 0.75 at both."""
    text = TURNED.format(cos=0, sin=0).replace("replicas: 8", (
        "replicas: 5, vary: {c: [1, 1, 1, 1, 0], s: [0, 0, 0, 0, 1]}"
    ))
    text = text.replace("variables: {", "variables: {v: {init: 0}, w: {init: 0}, ").replace("agents:", """agents:
  steady: {controls: [v, w], declared: v, pursues: v*sqrt(3) + w, rule: {gradient: {rate: 0.1}}}""")
    sentence = labels(simulated(text))[0]
    assert sentence.startswith("turned follows its label least closely: fidelity 0–1. The 2 others reach 0.75–1.")


def test_agents_that_are_alike_are_told_together() -> None:
    text = TURNED.format(cos=0.6, sin=0.8).replace("agents:", """agents:
  twin: {controls: [v, w], declared: v, pursues: 0.6*v + 0.8*w, rule: {gradient: {rate: 0.1}}}""")
    text = text.replace("variables: {", "variables: {v: {init: 0}, w: {init: 0}, ")
    assert labels(simulated(text))[0] == (
        "twin and turned follow their labels least closely: fidelity 0.36. The other moves exactly where its points "
        "(1). twin pursues something else than it declares. turned pursues something else than it declares."
    )
