"""A random walk: how far it gets."""

from __future__ import annotations

import numpy as np

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from tests.compiler.models import scalar_game
from tests.compiler.plain_run import interpret_run, keyed

REPLICAS, STEPS = 20_000, 25


def test_variance_grows_by_the_square_of_the_scale_in_every_step() -> None:
    """Seed 1: after n steps variance n·scale² within 3 standard errors (√(2/R) of it), mean 0, steps uncorrelated."""
    scale = np.random.default_rng(3).uniform(0.1, 5.0)
    program = build(scalar_game(lambda x: [x * x], rules.random_walk(scale=scale), players=1))
    states = interpret_run(program, {}, {"x0": np.zeros(REPLICAS)}, STEPS, keyed(program, REPLICAS))
    x = np.array([now["x0"] for now in states])
    expected = STEPS * scale**2
    assert abs(x[-1].var() / expected - 1.0) < 3.0 * np.sqrt(2.0 / REPLICAS)
    assert abs(x[-1].mean()) < 3.0 * np.sqrt(expected / REPLICAS)
    steps = np.diff(x, axis=0) / scale
    assert abs((steps[1:] * steps[:-1]).mean()) < 3.0 / np.sqrt(REPLICAS * (STEPS - 1))
