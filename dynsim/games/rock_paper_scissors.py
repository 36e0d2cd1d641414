"""Rock, paper, scissors."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.vector import Vector
from ..settings import Number, array, number
from .base import GAMES, Example, per_player
from .building.normal_form import NormalForm


@GAMES.register
@dataclass(frozen=True)
class RockPaperScissors(NormalForm):
    """L_i = −x_iᵀ A_i x_j, A_i = [[ε_i, −b, a], [a, ε_i, −b], [−b, a, ε_i]]: paper beats rock, scissors beat paper.

    A win gives a, a loss costs b, a draw gives player i ε_i. An action is the shares of rock, paper and scissors. The
    equilibrium is (⅓, ⅓, ⅓) for all a, b > 0 and −b < ε < a. The game is zero-sum iff a = b and ε_1 = −ε_2; then the
    replicator dynamics of two players is Hamiltonian, with chaos if ε ≠ 0 (Sato, Akiyama and Farmer 2002). Within one
    population with ε = 0, the equilibrium attracts iff a > b (Zeeman 1980; Hofbauer and Sigmund 1998).
    """

    name: ClassVar[str] = "rock_paper_scissors"
    example = Example((3, 3), lambda rng: {"win": rng.uniform(1, 2), "draws": rng.normal()}, symmetric=True)

    win: Number = number(1.0, above=0, doc="a, what a win gives")
    loss: Number = number(1.0, above=0, doc="b, what a loss costs")
    draws: Any = array(doc="ε_i, what a draw gives to each player; default 0", optional=True)

    def tables(self) -> Vector:
        a, b = self.win, self.loss
        one, two = per_player(0.0 if self.draws is None else self.draws, 2, "draws")
        own = (((one, -b, a), (a, one, -b), (-b, a, one)), ((two, a, -b), (-b, two, a), (a, -b, two)))
        return Vector(Vector(Vector(row) for row in table) for table in own)
