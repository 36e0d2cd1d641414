"""The first rounds of fictitious play."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import POPULATIONS, ROWS, Check, Row
from .playing.mixtures import PENNIES, pair, shares, zero_sum

ROUNDS = {"constant": (0.1, (0.9, 0.81)), "falling": (0.0, (1 / 2, 1 / 3))}


@ROWS.register
class RoundsOfMatchingPennies(Row):
    """Both begin with heads. The first player wants to match, so it changes nothing. The second answers with tails in
    every round, and its mixture moves towards tails: with the constant gain .1, from (1, 0) through (.9, .1) to (.81,
    .19); as the mean of all plays, through (½, ½) to (⅓, ⅔).
    """

    name = "rounds_of_matching_pennies"
    heading = "How does fictitious play count?"
    section = POPULATIONS
    order = 140
    source = "Brown 1951; QuantEcon.py 0.11, tests of FictitiousPlay"
    quick = True

    def checks(self) -> Iterator[Check]:
        for kind, (gain, expected) in ROUNDS.items():
            rule = ds.rules.fictitious_play(gain=gain)
            run = ds.simulate(pair(zero_sum(PENNIES), rule, np.eye(2)[[0, 0]].tolist()), steps=2, compiled=False)
            for after, share in enumerate(expected, start=1):
                found = float(shares(run, "y")[after, 0])
                yield Check(f"{kind} gain: share of heads of player 2 after round {after}", share, found, "published")
            kept = float(shares(run, "x")[2, 0])
            yield Check(f"{kind} gain: share of heads of player 1 after round 2", 1.0, kept, "published")
