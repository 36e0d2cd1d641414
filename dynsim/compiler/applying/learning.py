"""The gradient through the learning of other agents, as a path that an agent may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...algebra.differentiate import gradient
from ...algebra.graph import Expr
from ...algebra.substitute import depends_on
from ...errors import InputError, Problem
from ...rules.base import Exprs
from .game import Game, Player
from .moves import ruled
from .sight import marked
from .view import View

Moves = Mapping[str, Expr]


def with_learning(game: Game) -> Game:
    """The game in which every agent i sees the learning of the agents j that its `learning` names, with the factor g:

        ξ_i += g Σ_v (∂u_jv/∂θ_i)ᵀ ∂E_i/∂x_v

    at the current state. u_j: the move of j, gain included, under its own rule (whose memory is part of the state), as
    if it moved now. j is taken to be naive, that is, to see nobody's learning itself: if two agents saw each other's
    learning, each would have to move before the other. If the naive move of j does not depend on what i moves (j acts
    on i only through the learning of others), u_j is the move of j as it sees their learning, in which i is naive.
    ∂E_i/∂x_v is the derivative as i sees it, ∂u_j/∂θ_i the true one. If j learns by gradient descent with rate α, g = 1
    is the opponent-shaping term of Foerster et al. 2018, equation 4.5, with foresight α.
    """
    seen = {name for player in game.players.values() for name in player.agent.learning}
    learners = Learners(game, {n: ruled(View(game, n), p)[0] for n, p in game.players.items() if n in seen})
    moves = {name: learners.seen_by((name,)) for name in game.players}
    xi = {name: through_learning(player, game.xi[name], game, moves[name]) for name, player in game.players.items()}
    return game.with_xi(xi, moves)


def through_learning(player: Player, own: Exprs, game: Game, moves: Mapping[str, Moves]) -> Exprs:
    """The gradient `own` of a player plus its gradient through the learning of others, who make these `moves`."""
    name = player.agent.name
    for other, factor in player.agent.learning.items():
        if player.objective.domain.kind != "scalar":
            raise InputError(Problem(
                "the gradient through another's learning is that of one number, and the objective has "
                f"{player.objective.domain}: reduce it with mean(...) or sum(...)", f"agents.{name}.paths.{other}",
            ))
        slopes = player.gradient_by(game.players[other])
        through = gradient(list(moves[other].values()), player.symbols, slopes)
        mark = marked(factor, name, other)
        own = [a + mark * b for a, b in zip(own, through, strict=True)]
    return list(own)


@dataclass(frozen=True)
class Learners:
    """The moves of agents as other agents take them. naive: moves that see nobody's learning."""

    game: Game
    naive: Mapping[str, Moves]

    def seen_by(self, chain: tuple[str, ...]) -> dict[str, Moves]:
        """The moves of the agents whose learning the last agent of `chain` sees. chain: who thinks of whom."""
        return {name: self._move(name, chain) for name in self.game.players[chain[-1]].agent.learning}

    def _move(self, name: str, chain: tuple[str, ...]) -> Moves:
        naive, game, player = self.naive[name], self.game, self.game.players[name]
        answers = depends_on(list(naive.values()), game.players[chain[-1]].symbols)
        # `name in chain` ends the regress: i thinks of j, who thinks of i, who is naive
        if answers or name in chain or not player.agent.learning:
            return naive
        own = through_learning(player, game.xi[name], game, self.seen_by((*chain, name)))
        return ruled(View(game.with_xi({**game.xi, name: own}, {}), name), player)[0]
