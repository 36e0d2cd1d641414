"""Every learning rule of the scenario `mixed_play` against every other one, in four games.

`python -m benchmarks.mixed_play` computes the table of docs/mixed_play.md and writes it beside this file. Everything is
one compiled program: rules, payoffs and seeds are data. There is no comparison with other programs, so `python -m
benchmarks` does not run it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.engine.plan import Chunk, Plan
from dynsim.engine.random.starts import initial_values
from dynsim.engine.simulate import run
from dynsim.system.parameter_values import constant_values
from dynsim.system.scenario import load_scenario
from dynsim.system.shipped import scenario_file

RESULTS = Path(__file__).with_name("mixed_play.json")
REPLICAS = 10_000
TOGETHER = 6  # pairs in one run: their work arrays take some hundred megabytes
GAMES: dict[str, tuple[list[list[float]], list[list[float]]]] = {
    "prisoner's dilemma": ([[-1, -3], [0, -2]], [[-1, 0], [-3, -2]]),
    "stag hunt": ([[4, 0], [3, 2]], [[4, 3], [0, 2]]),
    "chicken": ([[3, 1], [4, 0]], [[3, 4], [1, 0]]),
    "matching pennies": ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]),
}
"""Payoffs of player 1 and of player 2, by player 1's action (rows) and player 2's; to cooperate comes first."""

Floats = NDArray[np.float64]


def main() -> None:
    """Play every rule against every rule and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mixed_play", description=main.__doc__)
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="FILE", help="where to; default: %(default)s")
    parser.add_argument("--replicas", type=int, default=REPLICAS, metavar="N", help="seeds of each pair")
    arguments = parser.parse_args()
    stated = load_scenario(scenario_file("mixed_play"))
    model = stated.resolve()
    names = rule_names(stated.data["agents"]["ann"]["rule"]["one_of"]["rules"])
    program, values = build(model), constant_values(model.parameters)
    games: dict[str, Any] = {}
    for game in GAMES:
        start = time.monotonic()
        table = played(program, values | payoffs(game), len(names), arguments.replicas, model.ensemble.seed)
        games[game] = {key: rounded(column) for key, column in table.items()}
        print(f"{game}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    facts = {"replicas": arguments.replicas, "seed": model.ensemble.seed, "steps": model.clock.steps}
    arguments.json.write_text(json.dumps({**facts, "rules": names, "games": games}, separators=(",", ":")) + "\n")


def rule_names(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the rules, followed by the settings in which rules of one name differ."""
    stated = [next(iter(rule.items())) for rule in rules]
    names = []
    for name, settings in stated:
        others = [other for twin, other in stated if twin == name]
        own = [f"{v}" for k, v in settings.items() if any(other.get(k) != v for other in others) and k != "rate"]
        names.append(", ".join([name.replace("_", " "), *own]).replace("stop_gradient", "stop-gradient"))
    return names


def payoffs(game: str) -> dict[str, float]:
    """The scenario's parameters for this game."""
    tables = zip(("one_gets", "two_gets"), GAMES[game], strict=True)
    return {f"{name}[{i}][{j}]": float(table[i][j]) for name, table in tables for i in (0, 1) for j in (0, 1)}


def played(
    program: Program, values: Mapping[str, float], rules: int, replicas: int, seed: int
) -> dict[str, Floats]:
    """By `first`, `second` (rules, rules): the final rewards per round `one` and `two`, mean and standard error over
    the replicas that stayed finite, and how many `diverged`. All pairs have the same seeds."""
    result = {key: np.zeros((rules, rules)) for key in ("one", "one_se", "two", "two_se", "diverged")}
    pairs = [(a, b) for a in range(rules) for b in range(rules)]
    for some in (pairs[k : k + TOGETHER] for k in range(0, len(pairs), TOGETHER)):
        for (a, b), ends in zip(some, _ends(program, values, some, replicas, seed), strict=True):
            alive = np.isfinite(ends).all(axis=0)
            result["diverged"][a, b] = replicas - alive.sum()
            for key, rewards in zip(("one", "two"), ends[:, alive], strict=True):
                known = len(rewards) > 1
                result[key][a, b] = rewards.mean() if known else np.nan
                result[f"{key}_se"][a, b] = rewards.std(ddof=1) / np.sqrt(len(rewards)) if known else np.nan
    return result


def _ends(
    program: Program, values: Mapping[str, float], pairs: Sequence[tuple[int, int]], replicas: int, seed: int
) -> Iterator[Floats]:
    """The final rewards of both players, (2, replicas), for every pair; NaN where a replica has diverged."""
    parameters = {slot.name: np.full(replicas * len(pairs), values[slot.name]) for slot in program.parameters}
    for name, numbers in zip(("first", "second"), zip(*pairs, strict=True), strict=True):
        parameters[name] = np.repeat(np.array(numbers, float), replicas)
    one = {name: x[:replicas] for name, x in parameters.items()}
    initial = {name: np.tile(x, len(pairs)) for name, x in initial_values(program, one, seed, range(replicas)).items()}
    last: dict[str, Floats] = {}

    def keep(chunk: Chunk) -> None:
        last.update({slot: x[-1] for slot, x in chunk.values.items()})

    steps = program.clock.steps
    assert steps is not None
    plan = Plan(replicas * len(pairs), seed, parameters, initial, steps, copies=len(pairs))
    run(program, plan, keep)
    rewards = evaluate([program.derived[f"reward_{player}"] for player in ("one", "two")], last | parameters)
    for k in range(len(pairs)):
        yield np.stack(rewards)[:, k * replicas : (k + 1) * replicas]


def rounded(table: Floats) -> list[list[float | None]]:
    """The table with five digits after the point, as JSON has it."""
    return [[round(float(x), 5) if np.isfinite(x) else None for x in row] for row in table]


def read(path: Path = RESULTS) -> tuple[dict[str, Any], pd.DataFrame]:
    """A description of the computation, and the table: a row for every game and pair of rules."""
    found = json.loads(path.read_text())
    names = found["rules"]
    rows = [
        {"game": game, "first": a, "second": b} | {key: np.nan if x[i][j] is None else x[i][j] for key, x in t.items()}
        for game, t in found["games"].items() for i, a in enumerate(names) for j, b in enumerate(names)
    ]
    return {key: value for key, value in found.items() if key != "games"}, pd.DataFrame(rows)


if __name__ == "__main__":
    main()
