"""Every selection scheme draws by the law that it states, and keeps what all of them promise."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2

from dynsim.selection.base import SCHEMES, Scheme, Succession, Uniforms, sampled
from dynsim.settings import NumberSetting, settings_of

Array = NDArray[Any]
EVERYONE = SCHEMES.names()
SURPRISE = 1e-4  # the chance that a correct scheme fails one of the tests of its law
REPEATS = 20_000


def example(name: str, **settings: Any) -> Scheme:
    """The scheme with the settings of its own example, and some number within its bounds for what else must be given.
    """
    kind = SCHEMES.get(name)
    declared = settings_of(kind)
    missing = [f.name for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING]
    made: Scheme = kind(**{key: declared[key].example for key in missing} | dict(kind.example) | settings)
    return made


def numbers(seed: int, shape: tuple[int, ...]) -> Uniforms:
    """Uniform numbers in (0, 1) that depend on the seed and the ordinal."""
    return lambda ordinal: np.random.default_rng([seed, ordinal]).uniform(2**-53, 1.0, shape)


def repeated(scheme: Scheme, fitness: Array, seed: int) -> Succession:
    """The same population many times over, each time with luck of its own."""
    many = np.tile(np.asarray(fitness, float), (REPEATS, 1))
    return scheme.succeed(many, numbers(seed, many.shape))


def assert_drawn_by(parents: Array, chances: Array) -> None:
    """Independent draws of places with these chances: χ² of the counts; what has no chance is never drawn."""
    chances = np.asarray(chances, float)
    counts = np.bincount(np.ravel(parents), minlength=len(chances))
    possible = chances > 0
    assert counts[~possible].sum() == 0
    order = np.argsort(chances[possible])[::-1]
    counts, expected = counts[possible][order], counts.sum() * chances[possible][order] / chances.sum()
    while expected[-1] < 20:  # rare places count as one
        counts, expected = (np.append(x[:-2], x[-2:].sum()) for x in (counts, expected))
    statistic = ((counts - expected) ** 2 / expected).sum()
    assert statistic < chi2.isf(SURPRISE, len(counts) - 1) if len(counts) > 1 else len(chances[possible]) == 1


# -- the laws ---------------------------------------------------------------------------------------------------------


def test_moran_draws_a_mother_by_fitness_and_a_place_evenly() -> None:
    """f_i/Σf, and 1/N, independently of each other (Moran 1958)."""
    fitness = np.random.default_rng(1).uniform(0, 3, 6)
    found = repeated(example("moran"), fitness, 2)
    assert (found.born.sum(axis=1) == 1).all()
    place = found.born.argmax(axis=1)
    mother = found.parent[found.born]
    joint = np.outer(fitness / fitness.sum(), np.full(6, 1 / 6))
    assert_drawn_by(mother * 6 + place, joint.ravel())


def test_moran_draws_evenly_where_nobody_is_fit() -> None:
    assert_drawn_by(*_mothers([0.0, 0.0, 0.0]), np.ones(3))
    assert_drawn_by(*_mothers([0.0, 0.0, -np.inf]), np.array([1.0, 1.0, 0.0]))
    assert_drawn_by(*_mothers([-1.0, -2.0, np.nan]), np.array([1.0, 1.0, 0.0]))


def _mothers(fitness: list[float]) -> tuple[Array]:
    found = repeated(example("moran"), np.array(fitness), 3)
    return (found.parent[found.born],)


def test_softmax_draws_by_boltzmann_weights() -> None:
    """exp(f_i/T)/Σ exp(f/T), for every place independently; far from zero, too."""
    rng = np.random.default_rng(4)
    for shift in (0.0, 5000.0, -5000.0):
        fitness, temperature = rng.normal(0, 1, 7) + shift, rng.uniform(0.3, 2)
        found = repeated(example("softmax", temperature=temperature), fitness, 5)
        assert found.born.all()
        weights = np.exp((fitness - fitness.max()) / temperature)
        assert_drawn_by(found.parent, weights)
        assert_drawn_by(found.parent[:, 0] * 7 + found.parent[:, 1], np.outer(weights, weights).ravel())


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5, 1.0])
def test_truncation_draws_evenly_among_the_best(share: float) -> None:
    """⌈share·N⌉ of N = 10, however 0.3·10 is rounded."""
    fitness = np.random.default_rng(6).permutation(10).astype(float)
    found = repeated(example("truncation", share=share), fitness, 7)
    assert found.born.all()
    assert_drawn_by(found.parent, fitness >= 10 - round(10 * share))


def test_truncation_rounds_up() -> None:
    found = repeated(example("truncation", share=0.21), np.arange(10.0), 8)
    assert_drawn_by(found.parent, np.arange(10) >= 7)


def test_a_share_that_is_a_whole_number_but_for_rounding_is_one() -> None:
    """0.28·25 = 7.000000000000001 and 0.29·100 = 28.999999999999996 in floating point."""
    assert_drawn_by(repeated(example("truncation", share=0.28), np.arange(25.0), 8).parent, np.arange(25) >= 18)
    few = example("population_based_training", share=0.29).succeed(np.arange(100.0)[None], numbers(8, (1, 100)))
    assert few.born.sum() == 29


@pytest.mark.parametrize("size", [1, 2, 3, 7, 2.5])
def test_tournament_draws_by_rank(size: float) -> None:
    """(r^k − (r−1)^k)/N^k for rank r from the worst: the best of k drawn with replacement (Goldberg and Deb 1991)."""
    rank = np.random.default_rng(9).permutation(8) + 1.0
    found = repeated(example("tournament", size=size), 10 * rank - 3, 10)
    assert found.born.all()
    assert_drawn_by(found.parent, (rank**size - (rank - 1) ** size) / 8**size)


@pytest.mark.parametrize(("name", "settings"), [("tournament", {}), ("truncation", {"share": 1.0}), ("softmax", {})])
def test_among_equals_a_place_is_no_likelier_to_keep_its_own(name: str, settings: dict[str, Any]) -> None:
    """What decides between equals and what draws a parent are different numbers."""
    found = repeated(example(name, **settings), np.ones(4), 12)
    for place in range(4):
        assert_drawn_by(found.parent[:, place], np.ones(4))


def test_the_worst_copy_the_best_and_the_rest_stay() -> None:
    """⌊share·N⌋ = 3 of 10 (population based training: Jaderberg et al. 2017)."""
    rank = np.random.default_rng(11).permutation(10)  # 0 is the worst
    found = repeated(example("population_based_training", share=0.35), rank / 7, 12)
    copies, stay = rank < 3, rank >= 3
    assert found.born[:, copies].all()
    assert not found.born[:, stay].any()
    assert (found.parent[:, stay] == np.flatnonzero(stay)).all()
    assert_drawn_by(found.parent[:, copies], rank >= 7)
    pairs = found.parent[:, copies][:, :2] @ [10, 1]
    assert_drawn_by(pairs, np.outer(rank >= 7, rank >= 7).ravel())


def test_in_a_small_population_one_copies_one() -> None:
    found = repeated(example("population_based_training", share=0.1), np.array([2.0, 1.0, 3.0]), 13)
    assert (found.parent == [0, 2, 2]).all()
    assert (found.born == [False, True, False]).all()


@pytest.mark.parametrize("name", EVERYONE)
def test_equals_have_equal_chances(name: str) -> None:
    """Where two thirds are equally fit, each of these has as many children as any other."""
    fitness = np.array([1.0, 2.0, 2.0, 1.0, 2.0, 2.0])
    found = repeated(example(name), fitness, 14)
    for value in (1.0, 2.0):
        alike = np.flatnonzero(fitness == value)
        children = found.parent[found.born]
        ours = children[np.isin(children, alike)]
        if len(ours):
            assert_drawn_by(np.searchsorted(alike, ours), np.ones(len(alike)))
        replaced = np.nonzero(found.born[:, alike])[1]
        if len(replaced):
            assert_drawn_by(replaced, np.ones(len(alike)))


# -- the contract -----------------------------------------------------------------------------------------------------


def random_fitness(seed: int, populations: int, size: int) -> Array:
    """Positive, with ties; some systems, and the whole first population, are not finite."""
    rng = np.random.default_rng(seed)
    fitness = rng.integers(1, 5, (populations, size)).astype(float)
    fitness[rng.uniform(size=fitness.shape) < 0.4] = -np.inf
    fitness[rng.uniform(size=fitness.shape) < 0.1] = np.nan
    fitness[0] = -np.inf
    return fitness


@pytest.mark.parametrize("size", [2, 3, 5, 16])
@pytest.mark.parametrize("name", EVERYONE)
def test_parents_exist_and_who_is_not_born_is_its_own(name: str, size: int) -> None:
    fitness = random_fitness(15, 200, size)
    found = example(name).succeed(fitness, numbers(16, fitness.shape))
    assert found.parent.shape == found.born.shape == fitness.shape
    assert found.born.dtype == bool
    assert np.issubdtype(found.parent.dtype, np.integer)
    assert found.parent.min() >= 0
    assert found.parent.max() < size
    own = np.broadcast_to(np.arange(size), fitness.shape)
    assert (found.parent == own)[~found.born].all()
    assert found.born.any()


@pytest.mark.parametrize(
    ("name", "settings"),
    [(name, {}) for name in EVERYONE]
    + [("population_based_training", {"share": 0.5}), ("truncation", {"share": 0.9}), ("tournament", {"size": 1})],
    ids=str,
)
def test_who_left_the_finite_numbers_has_no_children_while_another_can(name: str, settings: dict[str, float]) -> None:
    fitness = random_fitness(17, 2000, 5)
    with np.errstate(all="raise"):
        found = example(name, **settings).succeed(fitness, numbers(18, fitness.shape))
    able = np.isfinite(fitness)
    parents_able = np.take_along_axis(able, found.parent, axis=1)
    assert (parents_able | ~found.born)[able.any(axis=1)].all()


@pytest.mark.parametrize("name", EVERYONE)
def test_where_nobody_can_chance_decides(name: str) -> None:
    found = repeated(example(name), np.full(4, -np.inf), 19)
    assert_drawn_by(found.parent[found.born], np.ones(4))


@pytest.mark.parametrize("name", EVERYONE)
def test_the_same_numbers_give_the_same_succession(name: str) -> None:
    fitness = random_fitness(20, 50, 6)
    before = fitness.copy()
    first, second = (example(name).succeed(fitness, numbers(21, fitness.shape)) for _ in range(2))
    np.testing.assert_array_equal(fitness, before)
    np.testing.assert_array_equal(first.parent, second.parent)
    np.testing.assert_array_equal(first.born, second.born)


def column(kind: NumberSetting, value: float) -> Array:
    """Twelve values of a setting that its bounds allow, from this one on, (12, 1)."""
    most = next(share * value for share in (1.4, 0.6, 1.2, 0.8, 1.05, 0.95) if kind.allows(share * value))
    return np.linspace(value, most, 12)[:, None]


@pytest.mark.parametrize("name", EVERYONE)
def test_a_population_does_not_see_the_others(name: str) -> None:
    """Neither their fitness, nor their settings, nor how many there are."""
    fitness = np.nan_to_num(random_fitness(22, 12, 6), nan=-np.inf)
    uniforms = numbers(23, fitness.shape)
    made = example(name)
    columns = {key: column(kind, getattr(made, key)) for key, kind in settings_of(type(made)).items()}
    together = dataclasses.replace(example(name), **columns).succeed(fitness, uniforms)
    for k in range(12):
        own = dataclasses.replace(example(name), **{s: x[k : k + 1] for s, x in columns.items()})
        alone = own.succeed(fitness[k : k + 1], lambda ordinal, k=k: uniforms(ordinal)[k : k + 1])
        np.testing.assert_array_equal(alone.parent[0], together.parent[k])
        np.testing.assert_array_equal(alone.born[0], together.born[k])


@pytest.mark.parametrize("name", EVERYONE)
def test_fitter_systems_have_more_children(name: str) -> None:
    fitness = np.array([1.0, 1.2, 1.6, 2.4, 3.0])
    found = repeated(example(name), fitness, 24)
    heirs = (found.parent[:, :, None] == np.arange(5)).sum(axis=1)  # (REPEATS, 5); who lives on is its own heir
    mean = heirs.mean(axis=0)
    assert mean[4] > mean[0] + 0.05
    more = np.diff(heirs, axis=1)  # than the next worse system; a scheme may treat the two alike
    assert (more.mean(axis=0) >= -4 * more.std(axis=0) / np.sqrt(REPEATS)).all()


@pytest.mark.parametrize("name", EVERYONE)
def test_a_scheme_is_documented(name: str) -> None:
    scheme = SCHEMES.get(name)
    assert scheme.__doc__
    assert not scheme.__doc__.startswith(f"{scheme.__name__}("), "the docstring is the one that dataclass generates"
    assert all(setting.doc for setting in settings_of(scheme).values())


def test_the_largest_uniform_number_draws_the_last_place_in_every_population() -> None:
    """Beside the number of its population it rounds up to the next one's beginning."""
    assert (sampled(np.ones((5, 4)), np.full((5, 4), 1 - 2.0**-53)) == 3).all()
