"""A module that is made of the source text behaves as the engine's own functions do."""

from __future__ import annotations

import ast
import math

import numba
import numpy as np
import pytest

from dynsim.engine import mathematics
from dynsim.engine.compiled.drivers import adaptive, common, discrete, fixed
from dynsim.engine.modules.sources import driver, source
from dynsim.engine.random import philox


def pasted(*names: str) -> dict:
    module = {"math": math, "numba": numba, "np": np, "__name__": "pasted"}
    exec(source(names), module)  # noqa: S102 (the text is the engine's own)
    return module


@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "tanh", "sigmoid", "softplus", "erf", "probit"])
def test_every_function_stands_alone(name):
    assert pasted(name)[name](0.7) == getattr(mathematics, name)(0.7)


def test_power_and_noise_stand_alone():
    module = pasted("normal_pair", "uniform", "power")
    assert module["power"](1.7, 2.3) == mathematics.power(1.7, 2.3)
    assert module["normal_pair"](1, 2, 3, 4, 5) == philox.normal_pair(1, 2, 3, 4, 5)
    assert module["uniform"](1, 2, 3, 4, 5) == philox.uniform(1, 2, 3, 4, 5)


def test_each_definition_once_and_in_an_order_of_its_own():
    text = source(["tanh", "exp", "normal"])
    assert text == source(["normal", "exp", "tanh", "exp"])
    assert text.count("def exp(") == text.count("inlined = ") == 1
    assert "def sin(" not in text


def test_nothing_asked_nothing_given():
    assert source([]).strip() == ""


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="no function 'sinh'"):
        source(["sinh"])


@pytest.mark.parametrize("loop", [discrete, fixed, adaptive], ids=lambda loop: loop.__name__.rpartition(".")[2])
def test_a_driver_takes_the_fields_of_its_groups_in_their_order(loop):
    """Their order is a part of the text, so a module that was kept is never called with another one."""
    tree = ast.parse(driver("compiled.drivers.common", loop.__name__.removeprefix("dynsim.engine.")))
    (entry,) = [f for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == "advance"]
    groups = {"call": common.Call, "state": loop.State, "given": common.Given, "room": loop.Room, "clock": loop.Clock}
    fields = [f"{name}_{field}" for name, group in groups.items() for field in group._fields]
    assert [argument.arg for argument in entry.args.args] == [*fields, "out"]
    assert not any(isinstance(node, ast.Attribute) and ast.unparse(node.value) in groups for node in ast.walk(entry))
    assert not any(isinstance(statement, ast.ClassDef) for statement in tree.body)


def test_comments_are_not_copied():
    """An edit of a comment is no other module, and nobody compiles again because of it."""
    text = source(["normal_pair", "power", "erf", "select"]) + driver(
        *(f"compiled.drivers.{name}" for name in ("common", "increments", "adaptive", "discrete")), "step_control"
    )
    assert not [line for line in text.splitlines() if line.strip().startswith("#")]
