"""Values of the iterated prisoner's dilemma."""

from collections.abc import Iterator

import dynsim as ds

from .base import ROWS, SHAPING, Check, Row
from .playing.dilemma import DISCOUNT, dilemma

SURE = 40.0  # a logit whose sigmoid is 1 to all digits, and that of −SURE 0 within 10⁻¹⁷
DEFECT, COOPERATE, UNIFORM = [-SURE] * 5, [SURE] * 5, [0.0] * 5
TIT_FOR_TAT = [SURE, SURE, -SURE, SURE, -SURE]  # after CC, CD, DC, DD, the own action first


@ROWS.register
class IteratedPrisonersDilemma(Row):
    """Payoffs −1 for mutual cooperation, −2 for mutual defection, 0 and −3 for the defector and the other, discount
    γ = .96. A strategy is five probabilities of cooperating, at the start and after each outcome. The loss is −p₀ᵀ(I −
    γP)⁻¹r with the transition matrix P of the outcomes. It is multiplied by 1 − γ, which gives the mean loss of a
    round. Against tit-for-tat, which cooperates once, a defector loses 2γ and costs the other 3(1 − γ) + 2γ.
    """

    name = "iterated_prisoners_dilemma"
    heading = "What are strategies worth in the iterated prisoner's dilemma?"
    section = SHAPING
    order = 20
    source = "Foerster et al. 2018; Letcher et al. 2019"
    quick = True

    def checks(self) -> Iterator[Check]:
        known = {
            "all defect": (DEFECT, DEFECT, 2.0, 2.0),
            "all cooperate": (COOPERATE, COOPERATE, 1.0, 1.0),
            "even chances": (UNIFORM, UNIFORM, 1.5, 1.5),
            "tit-for-tat against itself": (TIT_FOR_TAT, TIT_FOR_TAT, 1.0, 1.0),
            "all defect against tit-for-tat": (DEFECT, TIT_FOR_TAT, 2 * DISCOUNT, 3 * (1 - DISCOUNT) + 2 * DISCOUNT),
            "all defect against all cooperate": (DEFECT, COOPERATE, 0.0, 3.0),
        }
        for what, (one, two, first, second) in known.items():
            run = ds.simulate(dilemma(ds.rules.gradient(rate="rate"), (one, two)), steps=1, compiled=False)
            start = run.states.iloc[0]
            yield Check(f"{what}: first loss", first, float(start.loss_one), "exact")
            yield Check(f"{what}: second loss", second, float(start.loss_two), "exact")
