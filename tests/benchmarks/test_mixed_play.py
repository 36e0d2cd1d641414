"""The table of mixed play: its diagonal is what is known of rules against themselves; the games' symmetries hold."""

import numpy as np
import pytest

from benchmarks.mixed_play import GAMES, payoffs, played, read, rule_names
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.engine.plan import Chunk, Plan
from dynsim.engine.random.starts import initial_values
from dynsim.engine.simulate import run
from dynsim.system.model import Model
from dynsim.system.parameter_values import constant_values
from dynsim.system.scenario import load_scenario
from dynsim.system.shipped import scenario_file

# losses of player 1 after 100 updates, over 10,000 seeds (1,000 for local symplectic surgery), recomputed independently
KNOWN = {
    "gradient": (1.9908, 0.0009), "lookahead": (1.9241, 0.0025), "lola": (1.0551, 0.0018),
    "lola, stop-gradient": (1.0427, 0.0015), "sos": (1.0570, 0.0019), "extragradient": (1.9794, 0.0014),
    "competitive gradient": (1.9609, 0.0018), "symplectic, sign": (1.8822, 0.0034), "consensus": (1.6828, 0.0033),
    "local symplectic surgery": (1.768, 0.018),
}  # fmt: skip


@pytest.mark.parametrize("rule", KNOWN)
def test_the_diagonal_is_known(rule: str) -> None:
    """Both means have a standard error, and agree within three of their sum."""
    _, table = read()
    cell = table[(table.game == "prisoner's dilemma") & (table["first"] == rule) & (table.second == rule)].iloc[0]
    loss, error = KNOWN[rule]
    assert abs(-cell.one - loss) < 3 * np.hypot(cell.one_se, error)


@pytest.mark.parametrize("game", ["prisoner's dilemma", "stag hunt", "chicken"])
def test_exchanged_players_exchange_their_rewards(game: str) -> None:
    """In a symmetric game one's rewards are the other's, transposed, in all 900 pairs within five standard errors."""
    _, table = read()
    cells = table[(table.game == game) & (table.diverged == 0)].set_index(["first", "second"])
    pairs = [(a, b) for a, b in cells.index if (b, a) in cells.index]
    there, back = cells.loc[pairs], cells.loc[[(b, a) for a, b in pairs]]
    errors = np.hypot(there.one_se.to_numpy(), back.two_se.to_numpy()) + 1e-5  # digits of the file
    differences = (there.one.to_numpy() - back.two.to_numpy()) / errors
    assert np.abs(differences).max() < 5


def test_matching_pennies_is_zero_sum() -> None:
    _, table = read()
    cells = table[table.game == "matching pennies"]
    assert (cells.one + cells.two).abs().max() < 1e-4


def test_the_file_has_the_rules_of_the_scenario() -> None:
    agents = load_scenario(scenario_file("mixed_play")).data["agents"]
    rules = [agents[name]["rule"]["one_of"]["rules"] for name in ("ann", "bob")]
    assert rules[0] == rules[1]
    facts, table = read()
    assert facts["rules"] == rule_names(rules[0])
    assert len(table) == len(GAMES) * len(facts["rules"]) ** 2
    assert facts["replicas"] == 10_000


def two_rules() -> Model:
    """The scenario with gradient and LOLA alone."""
    rules = "=[{gradient: {rate: 1}}, {lola: {rate: 1, foresight: 1}}]"
    scenario = scenario_file("mixed_play")
    return load_scenario(scenario, [f"agents.{name}.rule.rules{rules}" for name in ("ann", "bob")]).resolve()


@pytest.mark.slow
def test_a_part_of_the_table_is_computed_again() -> None:
    """Two of the rules, 1,000 seeds, which are among the table's: within four standard errors."""
    model = two_rules()
    values = constant_values(model.parameters) | payoffs("stag hunt")
    found = played(build(model), values, 2, 1000, model.ensemble.seed)
    known = read()[1].set_index(["game", "first", "second"]).loc["stag hunt"]
    for i, first in enumerate(("gradient", "lola")):
        for j, second in enumerate(("gradient", "lola")):
            for player in ("one", "two"):
                difference = found[player][i, j] - known.loc[(first, second)][player]
                assert abs(difference) < 4 * found[f"{player}_se"][i, j]
    assert not found["diverged"].any()


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "expected", "error"), [(0, -1.9784, 0.0009), (1, -1.0982, 0.0015)])
def test_the_mean_reward_while_they_learn(rule: float, expected: float, error: float) -> None:
    """Over the strategies before each of the 100 updates, 10,000 seeds, a rule against itself."""
    model, replicas, sums = two_rules(), 10_000, np.zeros(10_000)
    program = build(model)
    values = constant_values(model.parameters) | {"first": rule, "second": rule}
    parameters = {slot.name: np.full(replicas, values[slot.name]) for slot in program.parameters}

    def keep(chunk: Chunk) -> None:
        known = {**chunk.values, **{name: x[None] for name, x in parameters.items()}}
        (rewards,) = evaluate([program.derived["reward_one"]], known)
        sums[:] += rewards[chunk.times < 100].sum(axis=0)

    run(program, Plan(replicas, 0, parameters, initial_values(program, parameters, 0, range(replicas)), 1), keep)
    means = sums / 100
    assert abs(means.mean() - expected) < 3 * np.hypot(means.std() / np.sqrt(replicas), error)
