"""The gradient through what the other agents learn, as a path that an agent may see."""

from __future__ import annotations

from collections.abc import Mapping

from ..algebra.differentiate import gradient
from ..algebra.graph import Expr
from ..errors import InputError, Problem
from ..rules.base import Exprs
from .game import Game, Player
from .moves import ruled
from .sight import marked
from .view import View


def with_learning(game: Game) -> Game:
    """The game in which every agent i sees the learning of the agents j that its `learning` names, with the factor g:

        ξ_i += g Σ_v (∂u_jv/∂θ_i)ᵀ ∂E_i/∂x_v

    at the current state. u_j: the move of j, gain included, under its own rule, whatever that is (its memory is a part
    of the state), as if it moved now; it is the move of a learner who sees nobody's learning by this setting.
    ∂E_i/∂x_v is as i sees it, ∂u_j/∂θ_i the true derivative. Where j learns by gradient descent with rate α, g = 1 is
    the opponent-shaping term of Foerster et al. 2018, equation 4.5, with foresight α.
    """
    seen = {name for player in game.players.values() for name in player.agent.learning}
    moves = {name: ruled(View(game, name), game.players[name])[0] for name in game.players if name in seen}
    xi = {name: through_learning(player, game.xi[name], game, moves) for name, player in game.players.items()}
    return game.with_xi(xi, moves)


def through_learning(
    player: Player, own: Exprs, game: Game, moves: Mapping[str, Mapping[str, Expr]]
) -> Exprs:
    """The gradient of a player with what it sees of the others' learning, by their moves."""
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
