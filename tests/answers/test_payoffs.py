"""What the players of a game reach, against where they began and against its equilibria."""

from __future__ import annotations

import numpy as np

from dynsim.answers.base import told as everything
from dynsim.answers.gains_and_losses import gains_and_losses
from dynsim.answers.payoffs import payoffs
from tests.answers.cases import findings_of, plain, simulated

LOGITS = """
dynsim: 1
title: a repeated game
variables:
  one: {{size: 5, init: {start}}}
  two: {{size: 5, init: {start}}}
games:
  dilemma:
    iterated_matrix: {{actions: [one, two], payoffs: {payoffs}, discount: 0.96}}
agents:
  alice: {{controls: one, declared: '{first}', rule: {{{rule}}}}}
  bob: {{controls: two, declared: 'dilemma[1]', rule: {{{rule}}}}}
clock: {{steps: {steps}}}
ensemble: {{replicas: {replicas}, seed: 5}}
"""
TABLE = "[[[-1, -3], [0, -2]], [[-1, 0], [-3, -2]]]"


LOLA, GRADIENT = "lola: {rate: 1, foresight: 1}", "gradient: {rate: 1}"


def repeated(rule: str = LOLA, first: str = "dilemma[0]", replicas: int = 40, start: str = '"normal(0, 1)"') -> str:
    return LOGITS.format(rule=rule, first=first, replicas=replicas, start=start, steps=100, payoffs=TABLE)


def mixing(table: str, starts: str = "0.3", players: int = 2, steps: int = 400, replicas: int = 1) -> str:
    names = [f"p{k}" for k in range(players)]
    variables = ", ".join(f"{n}: {{init: {starts}, space: [0, 1]}}" for n in names)
    agents = "\n".join(
        f"  a{k}: {{controls: {n}, declared: 'g[{k}]', rule: {{gradient: {{rate: 0.05}}}}}}"
        for k, n in enumerate(names)
    )
    return (
        f"dynsim: 1\ntitle: a matrix game\nvariables: {{{variables}}}\n"
        f"games: {{g: {{matrix_game: {{actions: [{', '.join(names)}], payoffs: {table}}}}}}}\nagents:\n{agents}\n"
        f"clock: {{steps: {steps}}}\nensemble: {{replicas: {replicas}, seed: 2}}\n"
    )


def told(text: str) -> list[str]:
    return [plain(sentence) for sentence in payoffs(simulated(text))]


def test_lola_leads_with_cooperation() -> None:
    """Mutual defection costs 2 per round, mutual cooperation 1."""
    found = simulated(repeated())
    last = 0.04 * found.tables.summary[["objective.alice", "objective.bob"]].mean(axis=1)
    first = 0.04 * found.tables.summary[["first_objective.alice", "first_objective.bob"]].mean(axis=1)
    one = everything(found)[0]
    assert one.name == "payoffs"
    assert plain(one.sentences[0]).startswith(
        f"The mean loss per round of alice and bob in dilemma fell from {np.median(first):.3g} to {np.median(last):.3g}"
    )
    below = round(100 * (last < 2 - 0.03).mean())
    where = "every replica" if below == 100 else f"{below} % of replicas"
    assert plain(one.sentences[0]).endswith(f" In {where} it ended below the equilibrium of a single round (2).")
    assert gains_and_losses(found) == [], "the same is not told twice"


def test_plain_gradients_end_at_the_equilibrium() -> None:
    text = told(repeated(GRADIENT, start='"normal(-3, 0.1)"'))[0]
    assert text.endswith("In every replica it ended at the equilibrium of a single round (2).")


def test_an_objective_that_is_more_than_the_game_is_no_payoff() -> None:
    found = simulated(repeated(first="dilemma[0] + one[0]**2"))
    assert payoffs(found) == []
    assert len(gains_and_losses(found)) == 2


def test_one_replica_has_no_shares() -> None:
    (first, *_) = told(repeated(replicas=1, start="0.1"))
    assert "replica" not in first
    assert " %" not in first
    assert "it ended" in first.lower()


def test_of_several_equilibria_each_counts() -> None:
    """Stag hunt: all hunt (4 each), all stay (2 each), and mixed, 2 each as well. From 0.9 they all hunt."""
    stag = "[[[4, 0], [2, 2]], [[4, 2], [0, 2]]]"
    assert told(mixing(stag, "0.9"))[0].endswith(" It ended at an equilibrium (-4 to -2).")
    still = told(mixing(stag, "0.9", steps=1))
    assert still[0].endswith(" It ended between the equilibria (-4 to -2).")


def test_more_than_two_players_have_pure_equilibria() -> None:
    """A public good: each gets what the others give, and pays 0.5 to give. Nobody gives."""
    gives = np.indices((2, 2, 2)) == 0
    table = np.stack([gives.sum(axis=0) - 1.5 * gives[k] for k in range(3)]).tolist()
    (first, *_) = told(mixing(str(table), "0.5", players=3))
    assert first.startswith("The mean loss of a0, a1 and a2 in g rose from -0.75 to 0.")
    assert first.endswith(" It ended at the pure equilibrium (0).")


def test_of_a_zero_sum_game_every_player_is_told() -> None:
    pennies = "[[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]"
    found = told(mixing(pennies, steps=20))
    assert [sentence.split("'s loss in g ")[0] for sentence in found] == ["a0", "a1"]


def test_where_a_player_is_no_agent_there_is_no_equilibrium_to_compare_with() -> None:
    stag = "[[[4, 0], [2, 2]], [[4, 2], [0, 2]]]"
    both = mixing(stag, "0.9").replace("a1: {controls: p1, declared: 'g[1]'", "a1: {controls: p1, declared: 'g[0]'")
    assert "equilibri" not in " ".join(told(both))


def test_without_a_game_there_are_no_payoffs() -> None:
    assert payoffs(findings_of("two pulls")) == []


REST = """
dynsim: 1
title: at rest
variables: {{x: {{init: [1, 0], size: 2, space: simplex}}, y: {{init: [1, 0], size: 2, space: simplex}}}}
games: {{game: {{matrix_game: {{actions: [x, y], payoffs: {payoffs}}}}}}}
agents:
  a: {{controls: x, declared: "game[0]", rule: {{gradient: {{rate: 1.0e-9}}}}}}
  b: {{controls: y, declared: "game[1]", rule: {{gradient: {{rate: 1.0e-9}}}}}}
clock: {{steps: 20}}
"""


def test_losses_that_stay_have_their_value_and_a_constant_sum_is_no_equilibrium() -> None:
    """Of the dilemma's first outcome (3, 3), below the equilibrium's loss; of matching pennies the mean is always 0."""
    dilemma = REST.format(payoffs="[[[3, 0], [5, 1]], [[3, 5], [0, 1]]]")
    assert payoffs(simulated(dilemma)) == [
        "The mean loss of a and b in game stayed at -3. It ended below the equilibrium (-1)."
    ]
    pennies = REST.format(payoffs="[[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]")
    assert payoffs(simulated(pennies)) == ["The mean loss of a and b in game stayed at 0."]
