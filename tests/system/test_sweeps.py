"""Which value every replica gets: lists, ranges, grids, draws."""

import numpy as np
import pytest

from dynsim.engine.random.starts import parameter_values
from dynsim.errors import InputError
from dynsim.system.scenario import load_scenario

SCENARIO = """\
dynsim: 1
title: sweeps
params: {g: 1.0, h: 2.0, q: [1, 2]}
variables: {x: {init: 0.5}}
agents: {a: {controls: x, declared: "g*h*x**2 + q[0]", rule: {gradient: {rate: 0.1}}}}
clock: {steps: 5}
"""


def values(ensemble: str) -> dict[str, np.ndarray]:
    return parameter_values(load_scenario(SCENARIO + f"ensemble: {ensemble}\n").resolve())


def test_what_does_not_vary_is_constant() -> None:
    found = values("{replicas: 3}")
    assert {name: x.tolist() for name, x in found.items()} == {
        "g": [1.0] * 3, "h": [2.0] * 3, "q[0]": [1.0] * 3, "q[1]": [2.0] * 3,
        "variables.x.init": [0.5] * 3, "agents.a.rule.rate": [0.1] * 3,
    }  # fmt: skip


def test_a_list_is_stretched_over_the_replicas() -> None:
    assert values("{replicas: 6, vary: {g: [5, 7, 9]}}")["g"].tolist() == [5, 5, 7, 7, 9, 9]


def test_lists_of_vary_run_side_by_side() -> None:
    found = values('{replicas: 4, vary: {g: [1, 2], "q[1]": [1, 2, 3, 4], agents.a.rule.rate: [0.1, 0.2]}}')
    assert found["g"].tolist() == [1, 1, 2, 2]
    assert found["q[1]"].tolist() == [1, 2, 3, 4]
    assert found["agents.a.rule.rate"].tolist() == [0.1, 0.1, 0.2, 0.2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("linspace(0, 1)", np.linspace(0, 1, 8)),
        ("linspace(0, 1, 4)", np.repeat(np.linspace(0, 1, 4), 2)),
        ("logspace(-3, 0)", np.logspace(-3, 0, 8)),
        ("logspace(-3, 0, 2)", np.repeat([1e-3, 1.0], 4)),
    ],
)
def test_ranges_are_those_of_numpy(text: str, expected: np.ndarray) -> None:
    for quoted in (text, f'"{text}"'):
        np.testing.assert_allclose(values(f"{{replicas: 8, vary: {{g: {quoted}}}}}")["g"], expected, rtol=1e-15)


def test_a_grid_takes_every_combination_the_last_changing_fastest() -> None:
    found = values("{replicas: 12, grid: {g: [1, 2], h: [3, 4, 5]}}")
    assert found["g"].tolist() == [1] * 6 + [2] * 6
    assert found["h"].tolist() == [3, 3, 4, 4, 5, 5] * 2


def test_a_parameter_has_its_own_name_or_its_path() -> None:
    assert values("{replicas: 2, vary: {params.g: [1, 2]}}")["g"].tolist() == [1, 2]


def test_a_distribution_is_drawn_for_every_replica_whatever_their_number() -> None:
    few, many = (values(f'{{replicas: {r}, seed: 3, vary: {{g: "normal(5, 0.1)"}}}}')["g"] for r in (10, 2000))
    np.testing.assert_array_equal(few, many[:10])
    assert abs(many.mean() - 5) < 4 * 0.1 / np.sqrt(2000)
    assert abs(many.std() / 0.1 - 1) < 4 / np.sqrt(2 * 2000)
    other = values('{replicas: 10, seed: 4, vary: {g: "normal(5, 0.1)"}}')["g"]
    assert not (few == other).any()


def test_two_parameters_are_drawn_independently() -> None:
    found = values('{replicas: 4000, vary: {g: "normal(0, 1)", h: "normal(0, 1)"}}')
    assert abs(np.corrcoef(found["g"], found["h"])[0, 1]) < 4 / np.sqrt(4000)


def test_a_vector_is_varied_by_its_components() -> None:
    with pytest.raises(InputError, match=r"expected one of its components, q\[0\] to q\[1\]"):
        values("{replicas: 2, vary: {q: [1, 2]}}")


def test_sweeps_stay_within_the_bounds_of_a_rule():
    text = """
dynsim: 1
title: t
variables: {x: {init: 1}}
agents:
  a: {controls: x, declared: "x**2", rule: {blend: {share: 0.5, target: 0, rate: 0.1, rule: {gradient: {rate: 0.1}}}}}
clock: {steps: 10}
ensemble: {replicas: 2, vary: {agents.a.rule.rule.rate: [-1, 1]}, grid: {agents.a.rule.rate: [0.5, -0.1]}}
"""
    with pytest.raises(InputError) as caught:
        load_scenario(text).resolve()
    assert [problem.message for problem in caught.value.problems] == [
        "expected a positive number, got -1", "expected a number at least 0, got -0.1",
    ]
