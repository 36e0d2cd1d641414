"""Selection does what population genetics says: fixation, drift, response, and two levels at once.

Every statistical comparison allows four standard errors of its seed's sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import beta, chi2, norm

import dynsim as ds
from tests.selection.populations import Array


def population(
    genes: Mapping[str, Array], steps: int, seed: int, variables: Mapping[str, Any] | None = None, **selection: Any
) -> dict[str, Array]:
    """The genealogy of systems that have nothing but genes, given for all replicas; (G, R)."""
    s = ds.System("genes")
    for name in genes:
        s.parameter(name, 0.0)
    for name, init in (variables or {}).items():
        s.state(name, init)
    s.agent("idle", controls=s.state("rest"), declared="0*rest", rule=ds.rules.gradient(rate=1))
    s.selection(**{"every": 1, "over": "end", "heritable": list(genes)} | selection)
    s.clock(steps=steps)
    s.ensemble(replicas=len(next(iter(genes.values()))), seed=seed,
               vary={name: [float(x) for x in values] for name, values in genes.items()})
    s.record(every=steps)
    found = ds.simulate(s, compiled=False).generations
    shape = (found.t.nunique(), -1)
    return {name: found[name].to_numpy().reshape(shape) for name in found}


def single_mutants(populations: int, size: int) -> Array:
    """One system of every population has the gene."""
    genes = np.zeros((populations, size))
    genes[:, 0] = 1
    return genes.ravel()


def moran_fixation(r: float, n: int) -> float:
    """(1 − 1/r)/(1 − r^−N), 1/N for r = 1 (Moran 1958)."""
    return 1 / n if r == 1 else (1 - 1 / r) / (1 - r**-n)


def assert_share(found: Array, expected: float) -> None:
    """A sample of yes and no with this probability of yes."""
    assert abs(found.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / found.size)


@pytest.mark.parametrize("case", range(4))
def test_a_mutant_takes_over_a_moran_population_as_often_as_it_should(case: int) -> None:
    """(1 − 1/r)/(1 − r^−N) for random r and N, 1/N for r = 1 (Moran 1958)."""
    rng = np.random.default_rng([31, case])
    n, r = int(rng.integers(3, 9)), 1.0 if case == 0 else float(rng.uniform(0.6, 2.0))
    genes = {"mutant": single_mutants(3000, n)}
    found = population(genes, 14 * n * n, 32 + case, fitness=f"1 + {r - 1!r}*mutant", scheme="moran", populations=3000)
    share = found["mutant"][-1].reshape(3000, n).mean(axis=1)
    assert np.isin(share, (0, 1)).mean() > 0.999
    assert_share(share == 1, moran_fixation(r, n))


@pytest.mark.parametrize(("scheme", "kept"), [({"softmax": {"temperature": 1}}, 1 - 1 / 8), ("moran", 1 - 2 / 64)])
def test_drift_alone_uses_variation_up(scheme: Any, kept: float) -> None:
    """Equal fitness: heterozygosity 2p(1 − p) shrinks to 1 − 1/N of itself in a generation of softmax, in which all
    are replaced (Wright 1931), and to 1 − 2/N² in a step of Moran's, in which one is."""
    n, count = 8, 4000
    genes = {"a": np.tile(np.arange(n) % 2, count)}
    found = population(genes, 25, 41, fitness="2", scheme=scheme, populations=count)
    p = found["a"].reshape(-1, count, n).mean(axis=2)
    heterozygosity = 2 * p * (1 - p)
    expected = 0.5 * kept ** np.arange(len(p))
    error = heterozygosity.std(axis=1)[1:] / np.sqrt(count)
    assert (np.abs(heterozygosity.mean(axis=1) - expected)[1:] < 4 * error).all()
    frequency = p.mean(axis=1) - 0.5
    assert (np.abs(frequency)[1:] < 4 * p.std(axis=1)[1:] / np.sqrt(count)).all()


def test_a_large_population_under_softmax_follows_the_discrete_replicator() -> None:
    """E[p_k'] = p_k e^(f_k/T)/Σ p e^(f/T) at every step (Wright–Fisher sampling), and over many the map itself."""
    rng = np.random.default_rng(51)
    fitness, temperature, size = rng.normal(0, 1, 4), rng.uniform(5, 10), 20_000
    kinds = np.arange(size) % 4
    genes = {"f": fitness[kinds], "kind": kinds}
    scheme = {"softmax": {"temperature": temperature}}
    found = population(genes, 31, 52, fitness="f", scheme=scheme)["kind"]
    p = np.stack([(found == k).mean(axis=1) for k in range(4)], axis=1)
    growth = np.exp(fitness / temperature)
    expected = p[:-1] * growth / (p[:-1] @ growth)[:, None]
    statistic = (size * (p[1:] - expected) ** 2 / expected).sum()  # χ² of the multinomial draws of all generations
    assert chi2.sf(statistic, 3 * len(expected)) > 1e-4
    deterministic = growth ** np.arange(len(p))[:, None] / 4
    deterministic /= deterministic.sum(axis=1, keepdims=True)
    assert np.abs(p - deterministic).max() < 4 * np.sqrt(len(p) / 4 / size)


def intensity(n: int, k: int) -> float:
    """The mean of the k largest of n standard normal numbers: (1/k) Σ of expected order statistics."""

    def expected(r: int) -> float:
        return quad(lambda u: norm.ppf(u) * beta.pdf(u, r, n + 1 - r), 0, 1)[0]

    return sum(expected(r) for r in range(n - k + 1, n + 1)) / k


def test_the_intensity_of_selection_tends_to_its_textbook_value() -> None:
    """φ(z_s)/s for a share s of many; less by about (N − k)/(2k(N + 1)i) for k of a few (Burrows 1972)."""
    large = norm.pdf(norm.isf(0.2)) / 0.2
    assert intensity(20, 4) == pytest.approx(large - 16 / (2 * 4 * 21 * large), abs=0.01)


@pytest.mark.parametrize("case", range(3))
def test_the_response_to_truncation_is_the_breeders(case: int) -> None:
    """R = h² S = h² i σ_p (Lush 1937): z + luck is fit, z alone is inherited; i is that of a finite N."""
    rng = np.random.default_rng([61, case])
    n, count = int(rng.integers(6, 25)), 3000
    k = int(rng.integers(1, n))
    genetic, environment, mutation = rng.uniform(0.3, 2), 0.0 if case == 0 else rng.uniform(0.3, 2), rng.uniform(0, 1)
    z = rng.normal(0, genetic, (count, n))
    found = population(
        {"z": z.ravel()}, 2, 62 + case, {"luck": ds.normal(0, environment)}, fitness="z + luck", populations=count,
        scheme={"truncation": {"share": k / n}}, heritable={"z": f"z + normal(0, {mutation})"},
    )["z"].reshape(2, count, n)
    response = found[1].mean(axis=1) - found[0].mean(axis=1)
    total = np.hypot(genetic, environment)
    expected = genetic**2 / total**2 * intensity(n, k) * total
    assert abs(response.mean() - expected) < 4 * response.std() / np.sqrt(count)
    variance = found[1].var(axis=1, ddof=1).mean()
    assert variance > mutation**2


# -- cooperation in groups --------------------------------------------------------------------------------------------


def cooperators_fixation(b: float, c: float, w: float, n: int, m: int) -> float:
    """A single cooperator among m groups of n, when groups compete so rarely that each is uniform by then.

    It has to take over its group, 1/(1 + Σ_k Π_{i≤k} f_D(i)/f_C(i)) with f_C = 1 + w(b(i−1)/(n−1) − c) and
    f_D = 1 + wbi/(n−1) among i cooperators, and its group the population: Moran's formula with r = 1 + w(b − c).
    """
    i = np.arange(1, n)
    odds = (1 + w * b * i / (n - 1)) / (1 + w * (b * (i - 1) / (n - 1) - c))
    return float(1 / (1 + np.cumprod(odds).sum()) * moran_fixation(1 + w * (b - c), m))


def test_when_selection_is_weak_cooperation_needs_a_benefit_of_1_plus_n_over_m_minus_2() -> None:
    """ρ > 1/(nm) iff b/c > 1 + n/(m − 2) for w → 0 (Traulsen and Nowak 2006: 1 + n/m where there are many groups)."""
    rng = np.random.default_rng(71)
    for _ in range(20):
        n, m, c = int(rng.integers(2, 12)), int(rng.integers(3, 12)), rng.uniform(0.5, 2)
        edge = brentq(lambda b, n=n, m=m, c=c: cooperators_fixation(b, c, 1e-6, n, m) - 1 / (n * m), c, 200 * c)
        assert edge / c == pytest.approx(1 + n / (m - 2), rel=1e-3)


@pytest.mark.parametrize(
    ("n", "m", "benefit", "count", "every"),
    [(2, 3, 0.3, 1000, 16), (2, 3, 3.0, 1000, 16)]
    + [pytest.param(3, 4, factor, 1500, 40, marks=pytest.mark.slow) for factor in (0.4, 1.0, 3.0)],
)
def test_a_cooperator_takes_over_groups_that_compete_rarely_as_often_as_it_should(
    n: int, m: int, benefit: float, count: int, every: int
) -> None:
    """Below, at and above the edge that weak selection has, here under strong selection: ρ of two absorbing chains."""
    c, w = 0.2, 0.5
    b = c * (1 + benefit * n / (m - 2))
    cooperators = single_mutants(count, n * m)
    found = population(
        {"z": cooperators}, 16 * m * every, 72, fitness=f"1 + {w}*({b}*({n}*Z - z)/{n - 1} - {c}*z)", scheme="moran",
        means={"Z": "z"}, groups={"count": m, "scheme": "moran", "every": every}, populations=count,
    )["z"]
    share = found[-1].reshape(count, n * m).mean(axis=1)
    assert np.isin(share, (0, 1)).mean() > 0.999
    assert_share(share == 1, cooperators_fixation(b, c, w, n, m))
