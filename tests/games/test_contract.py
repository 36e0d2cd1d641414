"""What every registered game promises, whoever wrote it. Settings and points are random, with seed 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.value import components
from dynsim.algebra.vector import Vector
from dynsim.games import GAMES
from dynsim.games.building.normal_form import NormalForm
from dynsim.settings import settings_of
from tests.games.evaluated import game_of, interior, losses, slopes, symbols_of

EVERYONE = GAMES.names()
SHOWN = [name for name in EVERYONE if hasattr(GAMES.get(name), "example")]


def cases(name: str, count: int = 5) -> Any:
    """Pairs of random settings and a random interior point."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        yield GAMES.get(name).example.settings(rng), interior(GAMES.get(name).example.players, rng)


@pytest.mark.parametrize("name", EVERYONE)
def test_every_game_has_its_example(name: str) -> None:
    assert name in SHOWN, "a game says how it can be played: example = Example(…)"


@pytest.mark.parametrize("name", EVERYONE)
def test_every_player_has_one_finite_loss(name: str) -> None:
    for settings, point in cases(name):
        found = losses(name, settings, *point)
        assert len(found) == len(point)
        assert np.isfinite(found).all()


@pytest.mark.parametrize("name", EVERYONE)
def test_slopes_agree_with_differences(name: str) -> None:
    """Central differences with a step of 1e-6: an error of order 1e-12 from the step, 1e-10 from rounding."""
    for settings, point in cases(name, 2):
        found, sizes = slopes(name, settings, *point), [np.size(action) for action in point]
        z = np.concatenate([np.atleast_1d(action) for action in point])

        def at(z: Any, settings: Any = settings, sizes: Any = sizes, point: Any = point) -> Any:
            parts = np.split(z, np.cumsum(sizes)[:-1])
            return np.array(losses(name, settings, *(
                part if np.ndim(action) else part[0] for part, action in zip(parts, point, strict=True)
            )))  # fmt: skip

        for k, step in enumerate(1e-6 * np.eye(len(z))):
            np.testing.assert_allclose(found[:, k], (at(z + step) - at(z - step)) / 2e-6, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", [name for name in SHOWN if GAMES.get(name).example.symmetric])
def test_exchanging_players_who_are_alike_exchanges_their_losses(name: str) -> None:
    """Everybody takes over the next player's action."""
    players = GAMES.get(name).example.players
    for settings, _ in cases(name):
        point = interior([players[0]] * len(players), np.random.default_rng(1))
        turned = losses(name, settings, *point[1:], point[0])
        np.testing.assert_allclose(turned, np.roll(losses(name, settings, *point), -1), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in EVERYONE if issubclass(GAMES.get(name), NormalForm)])
def test_payoffs_of_pure_strategies_are_the_tables_negated(name: str) -> None:
    for settings, _ in cases(name, 2):
        tables = np.array(game_of(name, settings).tables(), float)
        for pure in np.ndindex(*tables.shape[1:]):
            corner = [np.eye(n)[k] for n, k in zip(tables.shape[1:], pure, strict=True)]
            np.testing.assert_allclose(losses(name, settings, *corner), -tables[:, *pure], rtol=1e-14)


@pytest.mark.parametrize("name", [name for name in EVERYONE if issubclass(GAMES.get(name), NormalForm)])
def test_one_number_is_the_share_of_the_first_of_two_strategies(name: str) -> None:
    for settings, _ in cases(name, 2):
        shape = np.array(game_of(name, settings).tables(), float).shape[1:]
        whole = interior(shape, np.random.default_rng(2))
        short = [float(x[0]) if len(x) == 2 else x for x in whole]
        np.testing.assert_allclose(losses(name, settings, *short), losses(name, settings, *whole), rtol=1e-12)


@pytest.mark.parametrize("name", EVERYONE)
def test_settings_may_be_expressions_of_parameters(name: str) -> None:
    """Whatever is not a word or a whole number: symbols in place of numbers, in lists too, give the same losses."""
    settings, point = next(cases(name))
    graph = Graph()
    actions, values = symbols_of(graph, point)

    def symbolic(raw: Any) -> Any:
        if isinstance(raw, list):
            return [symbolic(part) for part in raw]
        if not isinstance(raw, float):
            return raw
        values[f"p{len(values)}"] = raw
        return graph.symbol(f"p{len(values) - 1}")

    made = game_of(name, {key: symbolic(raw) for key, raw in settings.items()})
    found = evaluate(list(made.losses(actions)), values)
    np.testing.assert_allclose(np.array(found, float), losses(name, settings, *point), rtol=1e-12)


@pytest.mark.parametrize("name", EVERYONE)
def test_losses_are_expressions(name: str) -> None:
    settings, point = next(cases(name))
    actions, _ = symbols_of(Graph(), point)
    found = game_of(name, settings).losses(actions)
    assert isinstance(found, Vector)
    assert len(components(found)) == len(point)


@pytest.mark.parametrize("name", EVERYONE)
def test_game_is_documented(name: str) -> None:
    game = GAMES.get(name)
    assert game.__doc__
    assert not game.__doc__.startswith(f"{game.__name__}(")
    assert "L_" in game.__doc__, "the docstring has the losses"
    assert all(kind.doc for kind in settings_of(game).values())
