"""Probabilistic bisection: the interval covers, the budget holds, and without a crossing there is no number."""

from collections.abc import Callable

import numpy as np
import pytest

from dynsim.errors import InputError
from dynsim.experiments.search.location import Location
from dynsim.experiments.search.scale import Scale
from dynsim.experiments.search.sequential_test import log_evidence
from dynsim.experiments.search.threshold import NoCrossing, Threshold, threshold

REPETITIONS = 200
UNIT = Scale(0.0, 1.0)


def logistic(x: float, width: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(x / width, -500.0, 500.0))))


def odds(level: float) -> float:
    return float(np.log(level / (1.0 - level)))


JUMPS = {
    "deterministic": (0.5, lambda x: float(x > 0.0)),
    "from .2 to .8": (0.5, lambda x: 0.8 if x > 0.0 else 0.2),
    "with slopes beside it": (0.5, lambda x: (0.7 if x > 0.0 else 0.3) + 0.27 * np.tanh(5.0 * x)),
}
GRADUAL = {  # level, the share, and its slope at the level
    "width .003": (0.5, lambda x: logistic(x, 0.003), 0.25 / 0.003),
    "width .03": (0.5, lambda x: logistic(x, 0.03), 0.25 / 0.03),
    "width .1": (0.5, lambda x: logistic(x, 0.1), 0.25 / 0.1),
    "width .3": (0.5, lambda x: logistic(x, 0.3), 0.25 / 0.3),
    "level .1": (0.1, lambda x: logistic(x + 0.1 * odds(0.1), 0.1), 0.09 / 0.1),
    "level .9": (0.9, lambda x: logistic(x + 0.03 * odds(0.9), 0.03), 0.09 / 0.03),
    "skewed": (0.5, lambda x: np.exp(-np.log(2.0) * np.exp(-np.clip(x / 0.02, -50.0, 50.0))), 0.5 * np.log(2.0) / 0.02),
}


def of_share(share: Callable[[float], float], at: float, rng: np.random.Generator):
    return lambda x, first, count: rng.random(count) < share(x - at)


def repeated(search: Callable[[float, np.random.Generator], Threshold | NoCrossing]) -> tuple[int, list[Threshold]]:
    """How often the interval covers a threshold drawn from .25 to .75, and what was found; seed 1."""
    rng = np.random.default_rng(1)
    covered, found = 0, []
    for at in rng.uniform(0.25, 0.75, REPETITIONS):
        result = search(float(at), rng)
        if isinstance(result, Threshold):
            covered += result.low <= at <= result.high
            found.append(result)
    return covered, found


@pytest.mark.parametrize("kind", JUMPS)
def test_the_interval_of_a_jump_is_narrow_and_covers(kind: str) -> None:
    """Answers are then right nearly always, and the interval reaches to the next points that were evaluated: it covers
    in more than 95 %, and is as narrow as asked."""
    level, share = JUMPS[kind]
    covered, found = repeated(
        lambda at, rng: threshold(of_share(share, at, rng), UNIT, level, budget=2048, share=True)
    )
    assert len(found) == REPETITIONS
    assert covered >= 0.97 * REPETITIONS
    assert np.mean([result.converged for result in found]) >= 0.9
    assert np.median([result.high - result.low for result in found]) <= 1e-3


@pytest.mark.parametrize("kind", GRADUAL)
def test_the_interval_of_a_gradual_share_covers_and_is_narrow(kind: str) -> None:
    """Covered in 93 % to 99 % of 200 repetitions: at a coverage of 95 % that is 1.3 standard errors (1.5 %) below it
    and 2.6 above. The least width of an interval from n replicas is 2·1.96·√(L(1 − L)/n)/g'(θ), where all of them are
    at θ and the slope is known. The median width is at most 1.6 times that; at a level of .1 or .9, where it takes more
    replicas to find the transition, 2.2 times."""
    level, share, slope = GRADUAL[kind]
    covered, found = repeated(
        lambda at, rng: threshold(of_share(share, at, rng), UNIT, level, budget=2048, share=True)
    )
    assert len(found) >= 0.99 * REPETITIONS
    assert 0.93 * len(found) <= covered <= 0.99 * len(found)
    least = [3.92 * np.sqrt(level * (1.0 - level) / result.replicas) / slope for result in found]
    ratio = np.median([(r.high - r.low) / w for r, w in zip(found, least, strict=True)])
    assert ratio < (1.6 if level == 0.5 else 2.2)


def fitted_width(found: Threshold) -> float:
    """The width of the 95 % interval of −a/b from the fit of logit g = a + b x by maximum likelihood (Newton's method,
    delta method) to what the points of a search showed."""
    x, n, mean = np.array([(v.value, v.replicas, v.mean) for v in found.visits]).T
    design = np.stack([np.ones_like(x), x - found.value], axis=1)
    beta = np.array([0.0, 5.0])
    for _ in range(50):
        share = 1.0 / (1.0 + np.exp(-design @ beta))
        information = design.T @ (design * (n * share * (1.0 - share))[:, None])
        beta = beta + np.linalg.solve(information, design.T @ (n * (mean - share)))
    slope = np.array([-1.0 / beta[1], beta[0] / beta[1] ** 2])
    return float(3.92 * np.sqrt(slope @ np.linalg.solve(information, slope)))


@pytest.mark.parametrize("width", [0.1, 0.3])
def test_it_is_nearly_as_exact_as_a_fit_that_knows_the_shape(width: float) -> None:
    """Against a logistic fit to the same replicas, of a share that is logistic."""
    rng = np.random.default_rng(6)
    ratios = []
    for at in rng.uniform(0.25, 0.75, 30):
        found = threshold(of_share(lambda x: logistic(x, width), at, rng), UNIT, 0.5, budget=2048, share=True)
        ratios.append((found.high - found.low) / fitted_width(found))
    assert np.median(ratios) < 1.5


NOISES = {
    "normal": (0.0, lambda mean, count, rng: rng.normal(mean, 1.0, count)),
    "skewed": (1.0, lambda mean, count, rng: mean * rng.exponential(1.0, count)),
}


@pytest.mark.parametrize(("noise", "steepness"), [("normal", 3.0), ("normal", 20.0), ("skewed", 2.0)])
def test_the_interval_of_a_mean_covers(noise: str, steepness: float) -> None:
    """L + tanh(k(x − θ)) with noise of standard deviation 1, normal or exponential: 93 % to 99 % of 200 repetitions,
    and a median width of at most 1.6 times the least, 2·1.96/(k√n)."""
    level, draw = NOISES[noise]
    covered, found = repeated(
        lambda at, rng: threshold(
            lambda x, first, count: draw(level + np.tanh(steepness * (x - at)), count, rng), UNIT, level, budget=2048
        )
    )
    assert len(found) >= 0.99 * REPETITIONS
    assert 0.93 * len(found) <= covered <= 0.99 * len(found)
    assert np.median([result.high - result.low for result in found]) < 1.6 * 3.92 / (steepness * np.sqrt(2048))


def test_the_middle_of_the_range_may_be_the_threshold() -> None:
    """No number of replicas decides at the first candidate, so others have to be asked."""
    rng = np.random.default_rng(2)
    found = threshold(of_share(lambda x: logistic(x, 0.1), 0.5, rng), UNIT, 0.5, share=True)
    assert isinstance(found, Threshold)
    assert 0.4 < found.low < 0.5 < found.high < 0.6


@pytest.mark.parametrize(("values", "level"), [("share", 0.3), ("normal", 1.0)])
def test_wrong_decisions_are_rare(values: str, level: float) -> None:
    """At the level itself the evidence ever reaches 20 with a probability of at most 5 %, however often it is looked
    at. 400 repetitions of 512 replicas, seed 3: two standard errors are 2.2 %."""
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(400):
        shown = rng.random(512) < level if values == "share" else rng.normal(level, 2.0, 512)
        wrong += any(log_evidence(shown[:n], level) >= np.log(20.0) for n in range(8, 513, 8))
    assert wrong / 400 <= 0.072


@pytest.mark.parametrize("values", ["share", "normal"])
def test_away_from_the_level_it_decides(values: str) -> None:
    rng = np.random.default_rng(4)
    shown = rng.random(2000) < 0.6 if values == "share" else rng.normal(0.6, 0.5, 2000)
    assert log_evidence(shown, 0.5) > np.log(100.0)


@pytest.mark.parametrize("budget", [1000, 998, 700])
def test_the_budget_holds_and_no_replica_is_asked_twice(budget: int) -> None:
    """The mean at the lower end is close to the level, so the search uses all replicas that it may use there."""
    rng = np.random.default_rng(5)
    asked: list[tuple[int, int]] = []

    def evaluate(x: float, first: int, count: int) -> np.ndarray:
        asked.append((first, count))
        return rng.random(count) < (0.47 if x == 0.0 else 0.53 + 0.3 * (x == 1.0))

    found = threshold(evaluate, UNIT, 0.5, budget=budget, share=True)
    assert found.replicas <= budget
    assert found.replicas == sum(count for _, count in asked)
    assert [first for first, _ in asked] == np.cumsum([0, *(count for _, count in asked)])[:-1].tolist()
    assert all(first % 2 == 0 for first, _ in asked)
    assert sum(visit.replicas for visit in found.visits) == found.replicas


def test_it_falls_on_a_log_scale() -> None:
    """A deterministic number that falls through 2 at 0.01, between 1e-4 and 1."""
    found = threshold(lambda x, first, count: np.full(count, -np.log10(x)), Scale(1e-4, 1.0, log=True), 2.0)
    assert isinstance(found, Threshold)
    assert not found.rising
    assert found.converged
    assert found.low <= 0.01 <= found.high < found.low * 1.01
    assert (found.density * np.diff(found.edges)).sum() == pytest.approx(1.0)


def test_without_a_crossing_there_is_a_message() -> None:
    found = threshold(lambda x, first, count: np.full(count, 3.0 + x), UNIT, 2.0)
    assert isinstance(found, NoCrossing)
    assert found.message == (
        "the mean is 3 at 0 and 4 at 1, above the level 2 at both ends: in between, it crosses the level an even "
        "number of times, or never"
    )


def test_an_end_at_the_level_is_told() -> None:
    found = threshold(lambda x, first, count: np.full(count, x), UNIT, 0.0, budget=256)
    assert isinstance(found, NoCrossing)
    assert "at 0, 64 replicas do not tell it from the level 0; widen the range" in found.message


def test_replicas_without_a_number_are_left_out() -> None:
    def evaluate(x: float, first: int, count: int) -> np.ndarray:
        return np.where(np.arange(count) % 2, np.nan, x - 0.3)

    found = threshold(evaluate, UNIT, 0.0)
    assert isinstance(found, Threshold)
    assert found.low <= 0.3 <= found.high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"level": 1.0, "share": True}, "a share crosses a level between 0 and 1, got 1"),
        ({"level": 0.5, "budget": 10}, "a budget of 64 replicas or more"),
        ({"level": 0.5, "tolerance": 0.0}, "a tolerance between 0 and 1"),
    ],
)
def test_wrong_arguments_are_told(arguments: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        threshold(lambda x, first, count: np.ones(count), UNIT, **arguments)


@pytest.mark.parametrize(("low", "high", "log"), [(1, 1, False), (2, 1, False), (0, 1, True), (0, np.inf, False)])
def test_a_range_has_two_ends(low: float, high: float, log: bool) -> None:
    with pytest.raises(InputError, match="range"):
        Scale(low, high, log)


def test_answers_move_the_density() -> None:
    """After one answer "left of ½" that is right with probability .9: quantile q lies at q/1.8 up to .9."""
    where = Location()
    where.learn(0.5, left=True, certainty=0.9)
    assert where.quantile(0.5) == pytest.approx(0.5 / 1.8)
    where.learn(0.5, left=False, certainty=0.9)
    assert where.quantile(0.5) == pytest.approx(0.5)
