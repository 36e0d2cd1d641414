"""What the players of a game lose, compared with where they began and with the equilibria of the game."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from ..arrays import Floats
from .base import OUTCOME, answer
from .wording.change import Change, change_of_agent
from .wording.findings import Findings
from .wording.players import Player, Rounds, complete, players, rounds
from .wording.typical import typical
from .wording.words import listing, number, share

AT = 0.01  # a loss is at an equilibrium's if it is nearer than this, relative to the range of a player's payoffs
PLACES = {-1: "below", 0: "at", 1: "above"}

EXAMPLE = """
dynsim: 1
title: two firms
variables: {a: {init: 0.1}, b: {init: 0.2}}
games: {market: {cournot: {actions: [a, b], price: 1, slope: 1, costs: [0.1, 0.1]}}}
agents:
  one: {controls: a, declared: "market[0]", rule: {gradient: {rate: 0.1}}}
  two: {controls: b, declared: "market[1]", rule: {gradient: {rate: 0.1}}}
clock: {steps: 20}
"""


@answer("payoffs", section=OUTCOME, order=20, needs=("model",), heading="Payoffs", of="few cells", example=EXAMPLE)
def payoffs(found: Findings) -> list[str]:
    """How the mean loss of each game's players changed, and whether it ended below that of the game's equilibria.

    Players are agents whose objective is exactly their loss in a game. Losses are compared with equilibria if all
    players are agents. In a repeated game, losses and equilibria are those of one round. The equilibria are those of
    the payoff table: all of them with two players, those in pure strategies with more. There is no comparison if the
    players' payoffs have a constant sum, because every outcome then has the same mean. A loss is at an equilibrium if
    it differs from the equilibrium's by less than 1 % of the range of payoffs.
    """
    told: list[str] = []
    every = players(found)
    for game in dict.fromkeys(player.game for player in every):
        told += _told(found, game, [player for player in every if player.game == game])
    return told


def _told(found: Findings, game: str, of_game: list[Player]) -> list[str]:
    agents, one_round = [player.agent for player in of_game], rounds(found, game)
    weight = np.ones(found.replicas) if one_round is None else one_round.weight
    loss = "loss per round" if one_round is not None and one_round.repeated else "loss"
    own = [_weighted(change_of_agent(found, agent), weight) for agent in agents]
    together = Change(found, np.mean([one.first for one in own], axis=0), np.mean([one.last for one in own], axis=0))
    if not together.known:
        return []
    each = [f"{agent}'s {loss} in {game} {one.words()}." for agent, one in zip(agents, own, strict=True)]
    comparable = one_round is not None and complete(found, of_game)
    against = _against(found, one_round, together.last) if comparable and one_round else ""
    mean = f"The mean {loss} of {listing(agents)} in {game}"
    if not any(one.moved for one in own):
        return [f"{mean} stayed at {typical(found, together.last)}.{against}"]
    if not together.moved:
        return each
    mean = f"{mean} {together.words()}.{against}"
    return [mean, *(each if len({one.words() for one in own}) > 1 else [])]


def _weighted(one: Change, weight: Floats) -> Change:
    return replace(one, first=weight * one.first, last=weight * one.last)


def _against(found: Findings, one: Rounds, loss: Floats) -> str:
    """ "In 98 % of replicas it ended below the equilibrium of a single round (2)." """
    known = np.isfinite(loss)
    if not one.costs.size or not np.isfinite(one.costs[:, known]).any(axis=0).all():
        return ""
    near = AT * one.spans
    if (one.sums <= near)[known].all():  # with a constant sum, every outcome has the same mean
        return ""
    low, high = np.nanmin(one.costs, axis=0), np.nanmax(one.costs, axis=0)
    at = (np.abs(loss - one.costs) <= near).any(axis=0)
    places = np.select([at, loss < low, loss > high], [0, -1, 1], 2)[known]
    (place, amount), = Counter(places.tolist()).most_common(1)
    part = amount / known.sum()
    it = "It" if found.replicas == 1 else "In every replica it" if part == 1 else f"In {share(part)} of replicas it"
    return f" {it} ended {_place(place, one, low[known], high[known])}."


def _place(place: int, one: Rounds, low: Floats, high: Floats) -> str:
    """ "below every equilibrium of a single round (1 to 3)"; with the numbers if they are the same in all replicas."""
    what = ("equilibrium" if one.mixed else "pure equilibrium") + (" of a single round" if one.repeated else "")
    lows, highs = ({number(value) for value in ends} for ends in (low, high))
    several = lows != highs
    known = f" ({' to '.join(dict.fromkeys([*lows, *highs]))})" if len(lows) == len(highs) == 1 else ""
    if place == 2:
        return f"between the {what.replace('equilibrium', 'equilibria')}{known}"
    return f"{PLACES[place]} {('an' if place == 0 else 'every') if several else 'the'} {what}{known}"
