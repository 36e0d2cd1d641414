"""The random numbers that a rule asks for: of whom they are functions, and who moves by them when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.graph import Graph
from dynsim.compiler.applying.build import build
from dynsim.compiler.applying.game import Game
from dynsim.compiler.applying.view import View
from dynsim.compiler.writing.random_numbers import variable_key
from dynsim.engine.random.noise import normals
from dynsim.errors import InputError
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Model
from tests.compiler.models import agent_of, model_of, state

WALK = RuleSpec("random_walk", {"scale": 1.0})


def walkers(**controls: list[str]) -> Model:
    """Agents that control these variables."""
    graph = Graph()
    variables = {name: state(graph, name) for names in controls.values() for name in names}
    agents = [agent_of(graph, a, names, variables[names[0]].symbols, WALK) for a, names in controls.items()]
    return model_of(graph, list(variables.values()), agents)


def test_numbers_differ_by_agent_name_component_and_distribution() -> None:
    game = Game(walkers(a=["x", "y"], b=["z"]))
    one, two = View(game, "a"), View(game, "b")
    leaves = [leaf for view in (one, two) for name in ("p", "q") for ask in (view.normals, view.uniforms)
              for leaf in ask(name)]  # fmt: skip
    keys = {variable_key(str(leaf.node.data), leaf.op) for leaf in leaves}
    assert len(keys) == len(leaves) == 12
    assert one.normals("p") == one.normals("p")
    assert one.at({"a": [1.0, 2.0]}).normals("p") == one.normals("p")
    assert two.of("a").normals("p") == one.normals("p")


def test_a_components_numbers_do_not_depend_on_what_else_there_is() -> None:
    alone, among = (View(Game(walkers(a=names)), "a").normals("p") for names in (["y"], ["x", "y"]))
    assert str(alone[0].node.data) == str(among[1].node.data)


def walk(text: str = "", more: str = "", compiled: bool = False, **settings: Any) -> ds.Run:
    """Two walkers over 12 steps; `text` says more of the first, `more` of the system."""
    scenario = f"""
dynsim: 1
title: walkers
graphs: {{net: {{generator: cycle_graph, n: 3}}}}
variables: {{x: {{init: 0}}, u: {{on: net, init: 0}}}}
agents:
  one: {{controls: x, declared: x**2, rule: {{random_walk: {{scale: 2}}}}{text}}}
  two: {{controls: u, declared: u**2, rule: {{random_walk: {{scale: 0.5}}}}}}
clock: {{steps: 12}}
ensemble: {{replicas: 5, seed: 3}}
{more}
"""
    return ds.simulate(ds.load_scenario(scenario), compiled=compiled, **settings)


def steps_of(run: ds.Run) -> np.ndarray:
    """x(t + 1) − x(t), (12, 5)."""
    return np.diff(run.states.pivot(index="t", columns="replica", values="x").to_numpy(), axis=0)


def keyed(name: str, element: Any = 0) -> np.ndarray:
    """The generator's own numbers, (12, 5)."""
    return normals(3, np.arange(5), variable_key(name), np.arange(12)[:, None], element)


def test_the_number_of_a_step_is_the_keyed_one() -> None:
    run = walk()
    np.testing.assert_allclose(steps_of(run), 2.0 * keyed("one.step.x"), rtol=1e-12)
    (block,) = run.recording.blocks()
    for node in range(3):
        np.testing.assert_allclose(
            np.diff(block.values["u"][:, node], axis=0), 0.5 * keyed("two.step.u", node), rtol=1e-12, atol=1e-15
        )


def test_who_rests_draws_no_other_numbers_afterwards() -> None:
    """Every third step, from the third phase on, or silenced: the steps that are made are those of the plain walk."""
    plain = steps_of(walk())
    slow = steps_of(walk(", every: 3"))
    acts = np.arange(12) % 3 == 0
    np.testing.assert_allclose(slow[acts], plain[acts], rtol=1e-12)
    assert not slow[~acts].any()
    late = steps_of(walk(", during: second", more="phases: {first: 0, second: 7}"))
    np.testing.assert_allclose(late[7:], plain[7:], rtol=1e-12)
    assert not late[:7].any()
    quiet = steps_of(walk(more="events: {off: {at: 2, silence: one}, on: {at: 6, restore: one}}"))
    np.testing.assert_allclose(np.delete(quiet, range(2, 6), axis=0), np.delete(plain, range(2, 6), axis=0), rtol=1e-12)
    assert not quiet[2:6].any()


def test_a_continuous_clock_has_no_numbers_for_a_rule() -> None:
    with pytest.raises(InputError, match="rule 'random_walk' works on a discrete clock, not a continuous one"):
        walk(set=["clock={time: 1, dt: 0.1}"])


def test_the_compiled_walk_has_the_same_bits() -> None:
    np.testing.assert_array_equal(steps_of(walk(compiled=True)), steps_of(walk()))


def test_a_rule_inside_a_blend_draws_too() -> None:
    blended = walk(set=["agents.one.rule={blend: {share: 0.25, target: 0, rate: 0, rule: {random_walk: {scale: 2}}}}"])
    np.testing.assert_allclose(steps_of(blended), 0.25 * steps_of(walk()), rtol=1e-12, atol=1e-15)


def test_a_program_knows_whether_it_draws() -> None:
    assert build(walkers(a=["x"])).random
