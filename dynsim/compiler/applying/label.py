"""How an agent would move if what it descended were its label alone."""

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
    """An agent that descends something else than its label, in the game that it plays.

    game: with what everybody sees of the others' learning. silenceable: whether events may silence the agent. seen: the
    state that it moves at, where it moves after others.
    """

    game: Game
    model: Model
    name: str
    silenceable: bool
    seen: Mapping[Expr, Expr]

    def moves(self) -> dict[str, Expr]:
        """Its moves by its own rule, with its label in place of its objective.

        The label is what it declares, in its own eyes: its percepts, its factors on paths to variables and to the
        others' learning, and its horizon stay. So do its gains, its clock and its memory. It gets no credit, and a
        rule that has objectives among its settings has the label alone. All others are as they are: where the rule
        looks at their objectives, gradients or moves, it finds what it finds in the run. Equal to the moves of the run,
        as expressions, wherever that changes nothing.
        """
        player = with_label(self.game.players[self.name])
        own = through_learning(player, player.gradient_by(player), self.game, self.game.moves[self.name])
        update = update_of(self.game.with_player(player, own), self.model, self.name, self.silenceable)
        return dict(zip(update.moves, substitute(list(update.moves.values()), dict(self.seen)), strict=True))


def with_label(player: Player) -> Player:
    """The player with its label in place of all that it descends; itself where that is its label already."""
    label = player.agent.label
    rule = descending(player.agent.rule, label)
    if player.objective == label and rule is player.agent.rule:
        return player
    return replace(player, agent=replace(player.agent, rule=rule), objective=label)
