"""Random numbers of a step as functions of their leaf, and what of their parameters makes no sense."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from dynsim.algebra.domain import SCALAR
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.reading.transforms import per_step
from dynsim.errors import DomainError

U = np.array([0.01, 0.1, 0.3, 0.5, 0.62, 0.9, 0.999])
Z = stats.norm.ppf(U)


def drawn(kind: str, *parameters: Any, known: bool = True) -> np.ndarray:
    """The numbers that belong to U, of parameters that the graph knows, or that it meets as symbols."""
    graph = Graph()
    values = {f"p{k}": np.asarray(p, float) for k, p in enumerate(parameters)}
    args = [graph.constant(float(p)) if known else graph.symbol(f"p{k}") for k, p in enumerate(parameters)]
    result = per_step(kind, args, "x", SCALAR)
    return np.broadcast_to(evaluate([result], values | {"noise:x": Z, "uniform:x": U})[0], U.shape)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("kind", "parameters", "wanted"), [
    ("normal", (1.5, 0.5), stats.norm(1.5, 0.5).ppf(U)), ("normal", (1.5, 0.0), np.full(7, 1.5)),
    ("lognormal", (0.5, 2.0), stats.lognorm(2.0, scale=np.exp(0.5)).ppf(U)),
    ("uniform", (-1.0, 3.0), 4 * U - 1), ("uniform", (2.0, 2.0), np.full(7, 2.0)),
    ("exponential", (2.0,), stats.expon(scale=2.0).ppf(U)), ("exponential", (0.0,), np.zeros(7)),
    ("cauchy", (1.0, 0.5), stats.cauchy(1.0, 0.5).ppf(U)),
    ("bernoulli", (0.5,), U < 0.5), ("bernoulli", (0.0,), np.zeros(7)), ("bernoulli", (1.0,), np.ones(7)),
    ("integers", (-1.0, 2.0), np.floor(4 * U) - 1), ("integers", (-1.5, 2.5), np.floor(4 * U) - 1),
    ("integers", (3.0, 3.0), np.full(7, 3.0)),
    ("choice", (4.0, 5.0, 7.0), np.array([4.0, 5.0, 7.0])[np.floor(3 * U).astype(int)]), ("choice", (4.0,), [4.0] * 7),
])  # fmt: skip
def test_numbers_are_quantiles_of_their_leaf(kind: str, parameters: Any, wanted: Any, known: bool) -> None:
    np.testing.assert_allclose(drawn(kind, *parameters, known=known), wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("kind", "parameters"), [
    ("normal", (0, -0.1)), ("lognormal", (0, -0.1)), ("uniform", (1, 0.9)), ("exponential", (-0.1,)),
    ("cauchy", (0, -0.1)), ("bernoulli", (-0.1,)), ("bernoulli", (1.1,)), ("integers", (2, 1)),
])  # fmt: skip
def test_parameters_that_make_no_sense(kind: str, parameters: Any) -> None:
    """Known, they are a mistake; met in a step, they give NaN there and nowhere else."""
    with pytest.raises(DomainError, match=rf"^{kind}\(.*\): there is no such distribution$"):
        drawn(kind, *parameters)
    assert np.isnan(drawn(kind, *parameters, known=False)).all()
    first = np.arange(7) < 1
    sound = {"uniform": 1.0, "integers": 2.0}.get(kind, 0.5)
    mixed = drawn(kind, *parameters[:-1], np.where(first, parameters[-1], sound), known=False)
    assert np.isnan(mixed).tolist() == first.tolist()
