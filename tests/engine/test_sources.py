"""A module that is made of the source text behaves as the engine's own functions do."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from dynsim.engine import mathematics
from dynsim.engine.modules.sources import source
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
