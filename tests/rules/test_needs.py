"""What rules need is read off what they do: a few of which it is known."""

from __future__ import annotations

import pytest

from dynsim.rules.base import RULES
from dynsim.rules.building.information import NEEDS, needs


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gradient", ["own gradient"]),
        ("heuristic", []),
        ("momentum", ["own gradient", "memory"]),
        ("optimistic", ["own gradient", "memory"]),
        ("extragradient", ["own gradient", "others' gradients", "gradients elsewhere"]),
        ("hola", ["own gradient", "others' gradients", "cross gradients", "gradients elsewhere", "Jᵀ·v"]),
        ("lead", ["own gradient", "J·v", "memory"]),
        ("lookahead", ["own gradient", "others' gradients", "J·v"]),
        ("lola", ["own gradient", "others' gradients", "cross gradients", "J·v", "Jᵀ·v"]),
        ("consensus", ["own gradient", "others' gradients", "Jᵀ·v"]),
        ("evolution_strategies", ["values elsewhere", "random numbers"]),
        ("replicator", ["own gradient"]),
        ("repeated_risk_minimization", ["own gradient", "gradients elsewhere", "own Hessian"]),
    ],
)
def test_needs_of_known_rules(name: str, expected: list[str]) -> None:
    assert needs(RULES.get(name)) == expected


@pytest.mark.parametrize("name", RULES.names())
def test_needs_of_every_rule_are_among_the_words(name: str) -> None:
    """And whoever draws random numbers says so, and the other way round."""
    found = needs(RULES.get(name))
    assert set(found) <= set(NEEDS)
    assert ("random numbers" in found) == RULES.get(name).random
