"""The moves that an agent would make if its label alone were its objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...algebra.graph import Expr
from ...algebra.substitute import substitute
from ...rules.base import descending
from ...system.model import Model
from .game import Game, Player
from .learning import through_learning
from .moves import update_of


@dataclass(frozen=True, eq=False)
class Label:
    """An agent whose objective is not its label, in the game that it plays.

    game: includes what every agent sees of the others' learning. silenceable: whether events may silence the agent.
    seen: in a sequential order, the state at which it moves.
    """

    game: Game
    model: Model
    name: str
    silenceable: bool
    seen: Mapping[Expr, Expr]

    def moves(self) -> dict[str, Expr]:
        """Its moves by its own rule, with its label in place of its objective.

        Everything else stays as in the run, so that a difference to the actual moves is due to the objective alone: the
        agent's percepts, its factors on paths to variables and to the others' learning, its horizon, gains, clock and
        memory, and all other agents, whose objectives, gradients or moves the rule may use. The agent gets no credit,
        and a rule that has objectives among its settings has the label alone. Where this changes nothing, the moves
        are the same expressions as in the run.
        """
        # Others keep the gradients and moves that they have in the run: they answer to the agent as it is.
        player = with_label(self.game.players[self.name])
        own = through_learning(player, player.gradient_by(player), self.game, self.game.moves[self.name])
        update = update_of(self.game.with_player(player, own), self.model, self.name, self.silenceable)
        return dict(zip(update.moves, substitute(list(update.moves.values()), dict(self.seen)), strict=True))


def with_label(player: Player) -> Player:
    """The player with its label in place of all its objectives; itself if the label is its only objective."""
    label = player.agent.label
    rule = descending(player.agent.rule, label)
    if player.objective == label and rule is player.agent.rule:
        return player
    return replace(player, agent=replace(player.agent, rule=rule), objective=label)
