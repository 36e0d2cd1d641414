"""Initial values: right in distribution, and the same whatever else is drawn."""

import numpy as np
import pytest
import scipy.stats as st

from dynsim.compiler.applying.build import build
from dynsim.engine.random.starts import initial_values, parameter_values
from dynsim.system.scenario import load_scenario

REPLICAS = 4000


def drawn(
    variables: str, replicas: range = range(REPLICAS), seed: int = 1, graphs: str = "{}"
) -> dict[str, np.ndarray]:
    text = (
        "dynsim: 1\ntitle: t\nparams: {mu: 3, sigma: 0.5}\n"
        f"graphs: {graphs}\nvariables: {{{variables}, y: {{}}}}\n"
        "agents: {a: {controls: y, declared: y**2, rule: {gradient: {rate: 1}}}}\nclock: {steps: 1}\n"
        f"ensemble: {{replicas: {REPLICAS}}}\n"
    )
    model = load_scenario(text).resolve()
    parameters = {name: x[replicas.start : replicas.stop] for name, x in parameter_values(model).items()}
    return initial_values(build(model), parameters, seed, replicas)


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("normal(3, 0.5)", st.norm(3, 0.5)),
        ("normal(mu, sigma)", st.norm(3, 0.5)),
        ("uniform(-1, 2)", st.uniform(-1, 3)),
        ("lognormal(0, 0.5)", st.lognorm(0.5)),
        ("exponential(2)", st.expon(scale=2)),
        ("cauchy(1, 0.5)", st.cauchy(1, 0.5)),
        ("2*normal(0, 1) + 1", st.norm(1, 2)),
    ],
)
def test_continuous_distributions(text: str, law: object) -> None:
    x = drawn(f'x: {{init: "{text}"}}')["x"]
    assert st.kstest(x, law.cdf).pvalue > 1e-3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "shares"),
    [("bernoulli(0.3)", {0: 0.7, 1: 0.3}), ("integers(2, 4)", {2: 1 / 3, 3: 1 / 3, 4: 1 / 3}),
     ("choice(1, 5, 1)", {1: 2 / 3, 5: 1 / 3})],
)  # fmt: skip
def test_discrete_distributions(text: str, shares: dict[int, float]) -> None:
    x = drawn(f'x: {{init: "{text}"}}')["x"]
    counts = [int((x == value).sum()) for value in shares]
    assert sum(counts) == REPLICAS
    assert st.chisquare(counts, [REPLICAS * share for share in shares.values()]).pvalue > 1e-3


def test_a_vector_s_components_are_independent() -> None:
    for init in ('"normal(0, 1)"', '["normal(0, 1)", "normal(0, 1)"]'):
        found = drawn(f"x: {{size: 2, init: {init}}}")
        assert abs(np.corrcoef(found["x[0]"], found["x[1]"])[0, 1]) < 4 / np.sqrt(REPLICAS)


def test_two_variables_are_independent() -> None:
    found = drawn('x: {init: "normal(0, 1)"}, z: {init: "normal(0, 1)"}')
    assert abs(np.corrcoef(found["x"], found["z"])[0, 1]) < 4 / np.sqrt(REPLICAS)


def test_a_simplex_is_drawn_as_a_whole() -> None:
    found = drawn("x: {size: 3, init: simplex(), space: simplex}")
    parts = np.array([found[f"x[{k}]"] for k in range(3)])
    np.testing.assert_allclose(parts.sum(axis=0), 1, atol=1e-12)
    for part in parts:  # uniform on the simplex: each component is Beta(1, 2)
        assert st.kstest(part, st.beta(1, 2).cdf).pvalue > 1e-3


def test_a_population_draws_for_every_node() -> None:
    graphs = "{net: {generator: path_graph, n: 50}}"
    p = drawn('p: {on: net, init: "normal(mu, 0.1*(1 + index))"}', range(200), graphs=graphs)["p"]
    assert p.shape == (50, 200)
    standard = (p - 3) / (0.1 * (1 + np.arange(50)))[:, None]
    assert st.kstest(standard.ravel(), st.norm.cdf).pvalue > 1e-3
    assert abs(np.corrcoef(standard[0], standard[1])[0, 1]) < 4 / np.sqrt(200)


def test_deterministic_values_of_nodes() -> None:
    p = drawn("p: {on: net, init: index/size(net)}", range(3), graphs="{net: {generator: path_graph, n: 4}}")["p"]
    np.testing.assert_array_equal(p, np.repeat([[0], [0.25], [0.5], [0.75]], 3, axis=1))


def test_a_replica_s_start_does_not_depend_on_its_neighbours() -> None:
    text = 'x: {init: "normal(mu, 1)"}, p: {on: net, init: "uniform(0, 1)"}'
    graphs = "{net: {generator: path_graph, n: 4}}"
    every = drawn(text, graphs=graphs)
    some = drawn(text, range(1001, 1004), graphs=graphs)
    for name, value in some.items():
        np.testing.assert_array_equal(value, every[name][..., 1001:1004])


def test_seeds_and_variables_differ_while_other_variables_do_not_matter() -> None:
    x = drawn('x: {init: "normal(0, 1)"}')["x"]
    assert not (x == drawn('x: {init: "normal(0, 1)"}', seed=2)["x"]).any()
    np.testing.assert_array_equal(x, drawn('w: {init: "normal(0, 1)"}, x: {init: "normal(0, 1)"}')["x"])


def test_parameters_that_make_no_sense_give_nan() -> None:
    assert np.isnan(drawn('x: {init: "normal(0, -sigma)"}')["x"]).all()


def test_a_run_starts_at_time_0() -> None:
    assert drawn("x: {init: 2 + t}", range(2))["x"].tolist() == [2.0, 2.0]
