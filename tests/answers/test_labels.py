"""Whose moves the label does not explain."""

from __future__ import annotations

import numpy as np
import pytest

from dynsim.answers.labels import labels
from tests.answers.cases import findings_of, plain, simulated

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
        f"turned's label explains least of its moves: label fidelity {np.cos(angle) ** 2:.3g}; that of the other is 1. "
        "turned pursues something else than it declares."
    )


def test_nothing_alarming_where_all_do_what_their_labels_say() -> None:
    text = TURNED.format(cos=1, sin=0).replace("pursues: c*x + s*y, ", "")
    (sentence,) = labels(simulated(text))
    assert plain(sentence).endswith("gradients of their labels: label fidelity 1 in 95 % of the replicas.")
    assert {"turned", "honest"} <= set(sentence.split())


def test_rules_with_memory_are_told_apart() -> None:
    (faithful, remembering) = (plain(s) for s in labels(findings_of("two pulls")))
    assert faithful == "critic moves along the gradient of its label: label fidelity 1 in 95 % of the replicas."
    values = findings_of("two pulls").tables.summary["label_fidelity.actor"]
    low, middle, high = (f"{q:.3g}" for q in np.quantile(values, [0.05, 0.5, 0.95]))
    assert remembering == (
        "A rule with a memory lowers the label fidelity of an honest agent, too: actor (momentum) "
        f"{middle} (middle 90 %: {low}–{high})."
    )


def test_credit_is_named_as_a_reason_only_where_its_weight_is_not_zero() -> None:
    text = """
dynsim: 1
title: a leak
params: {leak: 1}
variables: {x: {init: 1}, y: {init: 3}}
agents:
  turned: {controls: x, declared: x**2 + y**2, rule: {gradient: {rate: 0.1}}}
  honest: {controls: y, declared: (y - 9)**2, credit: {turned: leak}, rule: {gradient: {rate: 0.1}}}
clock: {steps: 20}
"""
    assert "honest gets credit from turned." in labels(simulated(text))[0]
    closed = text.replace("leak: 1", "leak: 0").replace("credit:", "pursues: (y - 9)**2 + sin(5*y), credit:")
    assert labels(simulated(closed))[0].endswith(" honest pursues something else than it declares.")


def test_a_rule_that_looks_at_the_others_learning_is_named() -> None:
    text = """
dynsim: 1
title: two learners
params: {w: 1}
variables: {x: {init: 1}, y: {init: 0.5}}
agents:
  one: {controls: x, declared: x*y + x**2/9, rule: {lola: {rate: 0.1, foresight: 3}}}
  two: {controls: y, declared: y**2/9 - x*y, rule: {gradient: {rate: 0.1}}}
clock: {steps: 60}
"""
    assert labels(simulated(text))[0].endswith(" one learns by lola.")


def test_a_fidelity_that_depends_on_the_swept_parameter_says_how() -> None:
    """pursues = x + s y, so that label fidelity is 1/(1 + s²)."""
    text = TURNED.format(cos=1, sin=0).replace("replicas: 8", 'replicas: 40, vary: {s: "linspace(0, 2)"}')
    sentence = labels(simulated(text))[0]
    s = np.linspace(0, 2, 40)
    lowest, highest = (np.median(1 / (1 + part**2)) for part in (s[:4], s[-4:]))
    assert (
        f", which falls with s (rank correlation -1.00: {lowest:.3g} in its lowest tenth, {highest:.3g} in its highest)"
    ) in sentence


@pytest.mark.parametrize("case", ["one replica", "thirty agents", "all diverged", "population", "one tick"])
def test_sentences_end(case: str) -> None:
    assert all(sentence.endswith(".") and "nan" not in sentence for sentence in labels(findings_of(case)))
