"""The gradient through what the other agents learn, as a path that an agent may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..algebra.differentiate import depends_on, gradient
from ..algebra.graph import Expr
from ..errors import InputError, Problem
from ..rules.base import Exprs
from .game import Game
from .moves import ruled
from .sight import marked
from .view import View

Moves = Mapping[str, Expr]


def with_learning(game: Game) -> Game:
    """The game in which every agent i sees the learning of the agents j that its `learning` names, with the factor g:

        ξ_i += g Σ_v (∂u_jv/∂θ_i)ᵀ ∂E_i/∂x_v

    at the current state. u_j: the move of j, gain included, under its own rule, whatever that is (its memory is a part
    of the state), as if it moved now. It is the move of a naive learner, who sees nobody's learning by this setting. If
    a naive j would not answer to what i moves, as one who acts on i only through the learning of others, it is j's move
    as j sees their learning, in which i is naive. ∂E_i/∂x_v is as i sees it, ∂u_j/∂θ_i the true derivative. Where j
    learns by gradient descent with rate α, g = 1 is the opponent-shaping term of Foerster et al. 2018, equation 4.5,
    with foresight α.
    """
    seen = {name for player in game.players.values() for name in player.agent.learning}
    naive = {name: ruled(View(game, name), game.players[name])[0] for name in game.players if name in seen}
    learners = Learners(game, naive)
    return game.with_xi({name: learners.seen_by(name, (name,)) for name in game.players})


@dataclass(frozen=True)
class Learners:
    """Agents as others take them. naive: the moves of those who see nobody's learning."""

    game: Game
    naive: Mapping[str, Moves]

    def seen_by(self, name: str, chain: tuple[str, ...]) -> Exprs:
        """ξ of an agent with the learning that it sees. chain: who thinks of whom, this agent last."""
        player = self.game.players[name]
        own = list(self.game.xi[name])
        for other, factor in player.agent.learning.items():
            if player.objective.domain.kind != "scalar":
                raise InputError(Problem(
                    "the gradient through another's learning is that of one number, and the objective has "
                    f"{player.objective.domain}: reduce it with mean(...) or sum(...)", f"agents.{name}.paths.{other}",
                ))
            slopes = player.gradient_by(self.game.players[other])
            through = gradient(list(self.moves(other, chain).values()), player.symbols, slopes)
            mark = marked(factor, name, other)
            own = [a + mark * b for a, b in zip(own, through, strict=True)]
        return own

    def moves(self, name: str, chain: tuple[str, ...]) -> Moves:
        """The moves of an agent as the last of the chain takes them."""
        moves = self.naive[name]
        learning = self.game.players[name].agent.learning
        if name in chain or not learning or depends_on(list(moves.values()), self.game.players[chain[-1]].symbols):
            return moves
        xi = self.game.xi | {name: self.seen_by(name, (*chain, name))}
        return ruled(View(self.game.with_xi(xi), name), self.game.players[name])[0]
