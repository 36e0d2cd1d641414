"""Many rules on bilinear games of different strength."""

from collections.abc import Iterator

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.comparison import Series, comparison
from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel, rotation
from .playing.outcomes import growth

RATE = 0.2
STRENGTHS = (1, 3, 6)
CHECKED = ("gradient", "lookahead", "consensus", "symplectic", "optimistic")
DRAWN = {"gradient": "gradient", "extragradient": "extragradient", "optimistic": "optimistic gradient",
         "consensus": "consensus, symplectic (γ = 1)", "proximal_point": "proximal point, competitive gradient"}


@ROWS.register
class StrongerRotation(Row):
    """L₁ = a·xy = −L₂ with η = .2 and a = 1, 3, 6, the setting of the source. With h = ηa the modulus of a step
    is √(1 + h²) for gradient descent, √(1 − h² + h⁴) for lookahead with foresight η (here the linearised
    competitive gradient, and extragradient), √((1 − ηγa²)² + h²) for consensus and for the symplectic adjustment with
    γ = λ = 1, and that of the larger root of λ² − (1 ∓ 2ih)λ ∓ ih = 0 for the optimistic gradient. Only implicit steps
    converge at any rotation.
    """

    name = "stronger_rotation"
    heading = "What does a stronger rotation do to a rule?"
    section = BILINEAR
    order = 60
    source = "setting: Schäfer and Anandkumar 2019"
    quick = True

    def checks(self) -> Iterator[Check]:
        for name in CHECKED:
            for a, modulus in zip(STRENGTHS, _modulus(name, np.array(STRENGTHS)), strict=True):
                found = growth(duel(rotation(a), _rule(name)))
                yield Check(f"{name}, a = {a}: growth in one step", float(modulus), found)

    def figure(self) -> Figure:
        points, fine = np.linspace(0.5, 6, 12), np.linspace(0.1, 6.5, 201)
        measured = [
            Series(label, points, [growth(duel(rotation(a), _rule(name))) for a in points])
            for name, label in DRAWN.items()
        ]
        lines = [Series(f"{label}: theory", fine, _modulus(name, fine)) for name, label in DRAWN.items()]
        return comparison(
            measured, lines, "strength of the rotation a", "growth of the distance in one step, η = .2", height=460,
        ).update_yaxes(range=[0.5, 2.0]).update_traces(showlegend=False, selector={"mode": "lines"})


def _rule(name: str) -> ds.rules.RuleSpec:
    return ds.rules.RuleSpec(name, {"rate": RATE, **({"foresight": RATE} if name == "lookahead" else {})})


def _modulus(name: str, a: np.ndarray) -> np.ndarray:
    """The closed forms."""
    h = RATE * a
    if name == "optimistic":
        return np.array([np.abs(np.roots([1.0, -(1 - 2j * x), -1j * x])).max() for x in h])
    ahead, adjusted = 1 - h**2 + h**4, (1 - RATE * a**2) ** 2 + h**2
    square = {
        "gradient": 1 + h**2, "extragradient": ahead, "lookahead": ahead, "consensus": adjusted, "symplectic": adjusted,
        "proximal_point": 1 / (1 + h**2),
    }[name]
    return np.sqrt(square)
