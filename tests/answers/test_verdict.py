"""How an ensemble ended, word for word; and where along a swept parameter the end changes, against theory."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dynsim.answers.verdict import verdict
from dynsim.answers.wording.wilson import Z95, wilson
from tests.answers.cases import changed, episodes, findings_of, plain, simulated, with_episodes, with_summary

SEED = 20240611


def verdicts(**counts: int) -> pd.DataFrame:
    names = [name for name, n in counts.items() for _ in range(n)]
    return pd.DataFrame({"verdict": names, "period": np.nan, "verdict.variables": ""})


def ended(model: str, steps: int, replicas: int = 1, more: str = "") -> list[str]:
    """The answer on a scenario's variables and agents."""
    text = f"dynsim: 1\ntitle: a case\n{model}clock: {{steps: {steps}}}\nensemble: {{replicas: {replicas}}}\n{more}"
    return [plain(sentence) for sentence in verdict(simulated(text))]


def heuristic(**targets: str) -> str:
    """Agents that set their variable to a value of the state; everything starts at 1."""
    variables = ", ".join(f"{v}: {{init: 1}}" for v in targets)
    agents = "".join(
        f"  of_{v}: {{controls: {v}, declared: '0*{v}', rule: {{heuristic: {{target: '{target}'}}}}}}\n"
        for v, target in targets.items()
    )
    return f"variables: {{{variables}}}\nagents:\n{agents}"


def test_all_alike() -> None:
    assert [plain(s) for s in verdict(findings_of("two pulls"))] == [
        "All 16 replicas converged (95 % interval 80.6–100 %)."
    ]
    assert verdict(findings_of("one replica")) == ["The system converged."]
    found = with_summary(verdicts(unsettled=16))
    assert [plain(s) for s in verdict(found)] == [
        "No replica settled (0 of 16; 95 % interval 0–19.4 %): still moving at step 60."
    ]


def test_mixed_ends_with_periods() -> None:
    summary = verdicts(cycling=3, diverged=1).assign(period=[62.0, 63.0, 64.0, np.nan])
    assert [plain(s) for s in verdict(with_summary(summary))] == [
        "75 % of 4 replicas cycled with a period of 63 steps; 25 % diverged."
    ]
    many = pd.concat([summary] * 4, ignore_index=True)
    low, high = (f"{100 * end:.3g}" for end in wilson(12, 16))
    assert [plain(s) for s in verdict(with_summary(many))] == [
        f"75 % of 16 replicas cycled with a period of 63 (62–64) steps (95 % interval {low}–{high} %); 25 % diverged."
    ]
    every = verdicts(converged=4, unsettled=3, cycling=2, diverged=1).assign(period=np.nan)
    assert verdict(with_summary(every))[0].endswith("; the rest ended otherwise.")


def test_divergence_names_the_variable_and_the_time() -> None:
    rows = [(r, "divergence", "a, b", "x", 10.0, 30.0 + r, False, "diverged") for r in range(3)]
    assert plain(verdict(with_episodes(episodes(*rows), 6))[1]) == (
        "In 50 % of replicas, x (moved by a and b) overflowed at step 31."
    )


def test_of_many_variables_that_run_away_three_are_told() -> None:
    rows = [(r, "divergence", "a", f"x{r // 2}", 10.0, 30.0, False, "diverged") for r in range(10)]
    told = [plain(s) for s in verdict(with_episodes(episodes(*rows), 20))]
    assert len(told) == 5
    assert told[-1] == "2 other variables overflowed first in 20 % of replicas."


def test_rules_that_draw_are_named_where_nothing_comes_to_rest() -> None:
    text = """
dynsim: 1
title: walk
variables: {x: {init: 1}, y: {init: 1}}
agents:
  one: {controls: x, declared: x**2, rule: {random_walk: {scale: 1}}}
  two: {controls: y, declared: y**2, rule: {gradient: {rate: 0.1}}}
clock: {steps: 100}
ensemble: {replicas: 4}
"""
    sentence = verdict(simulated(text))[0]
    assert sentence == "No replica settled (0 of 4): random numbers of rules keep moving x."


def test_noise_is_named_where_it_lets_nothing_come_to_rest() -> None:
    text = """
dynsim: 1
title: a noisy learner
params: {level: 0.1, none: 0}
variables: {x: {init: 1, noise: level}, y: {init: 1, noise: none}}
agents: {one: {controls: [x, y], declared: x**2 + y**2, rule: {gradient: {rate: 0.1}}}}
clock: {steps: 60}
ensemble: {replicas: 4}
"""
    (sentence,) = verdict(simulated(text))
    assert sentence == "No replica settled (0 of 4): noise keeps moving x."
    (quiet,) = verdict(simulated(text.replace("level: 0.1", "level: 0")))
    assert quiet == "All 4 replicas converged."


def test_a_record_too_short_for_a_verdict_says_so() -> None:
    (sentence,) = verdict(findings_of("one tick"))
    assert sentence.startswith("Whether the ")
    assert sentence.endswith(" settled is unknown: only 1 recorded tick, and a verdict needs 8.")


def test_the_value_at_which_gradient_descent_becomes_unstable_is_between_those_that_are_told() -> None:
    """x ← (1 − 2 rate) x converges iff rate < 1."""
    rng = np.random.default_rng(SEED)
    low, high = rng.uniform(0.2, 0.5), rng.uniform(1.8, 2.5)
    (sentence, runaway) = verdict(simulated(f"""
dynsim: 1
title: a step too long
params: {{rate: 1}}
variables: {{x: {{init: 1}}}}
agents: {{one: {{controls: x, declared: x**2, rule: {{gradient: {{rate: rate}}}}}}}}
clock: {{steps: 6000}}
ensemble: {{replicas: 8, vary: {{rate: "linspace({low}, {high})"}}}}
record: {{every: 10}}
"""))
    found = re.search(r"^Replicas converged up to rate = ([\d.]+), diverged from ([\d.]+) on\.$", sentence)
    assert found is not None, sentence
    last, first = map(float, found.groups())
    assert last < 1 < first
    assert first - last == pytest.approx((high - low) / 7, abs=0.01)
    assert re.search(rf"^In \d+.% of replicas \(rate from {first} to {high:.3g}\), x ", runaway), runaway
    assert "interval" not in sentence, "the replicas are no draws of one system"


def test_a_rarer_end_in_between_says_where_and_how_pure_it_is() -> None:
    names = np.array(["converged"] * 40)
    names[[20, 22, 24]] = "unsettled"
    rate = np.linspace(0.01, 1.5, 40)
    (sentence,) = verdict(with_summary(verdicts(converged=40).assign(verdict=names), "sweep"))
    assert plain(sentence) == (
        "92 % of 40 replicas converged; 8 % did not settle (still moving at step 60), only for RATE from "
        f"{rate[20]:.3g} to {rate[24]:.3g} (3 of the 5 replicas there)."
    )


def test_wilson_ends_are_the_probabilities_that_lie_z_errors_away() -> None:
    """(hits/n − p)² = z² p(1 − p)/n at both ends (Wilson 1927)."""
    rng = np.random.default_rng(SEED)
    for _ in range(50):
        n = int(rng.integers(1, 2000))
        hits = int(rng.integers(0, n + 1))
        for p in wilson(hits, n):
            assert 0.0 <= p <= 1.0
            assert (hits / n - p) ** 2 == pytest.approx(Z95**2 * p * (1 - p) / n, abs=1e-12)


def test_wilson_intervals_cover_about_95_per_cent() -> None:
    """Over random probabilities the coverage averages 95 % to within a per cent (Agresti and Coull 1998)."""
    rng = np.random.default_rng(SEED)
    n, p = 100, rng.uniform(0, 1, 4000)
    ends = np.array([wilson(int(k), n) for k in rng.binomial(n, p)])
    covered = ((ends[:, 0] <= p) & (p <= ends[:, 1])).mean()
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.05 * 0.95 / 4000))


def test_no_interval_where_replicas_are_no_independent_draws() -> None:
    found = findings_of("two pulls")
    fixed = changed(found, program=replace(found.program, initial={}))
    assert verdict(fixed) == ["All 16 replicas converged."]


def test_runaways_are_told_with_their_growth_and_doubling_time() -> None:
    """1.05^14.2 = 2; the bilinear game under gradient steps of 0.3 grows by √1.09 a step; −1.5 x; t², whose
    next doubling takes 201 (√2 − 1) = 83.3 steps."""
    assert ended(heuristic(x="1.05*x"), 60) == ["x runs away: it grows 5 % per step and doubles every 14.2 steps."]
    rotation = heuristic(x="x - 0.3*y", y="y + 0.3*x")
    assert ended(rotation, 400, 3) == [
        "In every replica, x and y run away: their swings grow 4.4 % per step and double every 16.1 steps."
    ]
    cournot = heuristic(a="-(b + c + d)/2", b="-(a + c + d)/2", c="-(a + b + d)/2", d="-(a + b + c)/2")
    assert ended(cournot, 60) == [
        "a, b, c and d run away: their swings grow 50 % per step and double every 1.71 steps."
    ]
    squares = heuristic(n="n + 1", x="x + 2*n + 1")
    assert ended(squares, 200) == [
        "x runs away: it grows 1 % per step at the end and needs 83.1 steps to double again."
    ]


def test_drifts_and_spirals_are_told_with_their_speed() -> None:
    assert ended(heuristic(x="x - 0.25"), 40) == ["x drifts by -0.25 per step."]
    inward = heuristic(x="0.99*(x*cos(0.5) - y*sin(0.5))", y="0.99*(x*sin(0.5) + y*cos(0.5))")
    (sentence,) = ended(inward, 200)
    found = re.fullmatch(
        r"x and y spiral in: their swings shrink ([\d.]+) % per step, with a period of ([\d.]+) steps\.", sentence
    )
    assert found is not None, sentence
    assert float(found[1]) == pytest.approx(1, rel=0.01)
    assert float(found[2]) == pytest.approx(4 * np.pi, rel=0.01)


def test_noise_that_keeps_a_mean_is_told_as_noise() -> None:
    noisy = ("variables: {x: {init: 1, noise: 0.1}}\n"
             "agents: {one: {controls: x, declared: x**2, rule: {gradient: {rate: 0.2}}}}\n")
    assert ended(noisy, 400) == ["The system did not settle: noise keeps moving x around a steady mean."]
    assert ended(noisy, 400, 4) == [
        "No replica settled (0 of 4): noise keeps moving x around a steady mean."
    ]


def test_an_oscillation_that_is_too_fast_for_its_record_is_not_told_a_period() -> None:
    turn = heuristic(x="0.8*x - 0.6*y", y="0.6*x + 0.8*y")  # 9.76 steps
    (sentence,) = ended(turn, 600, more="record: {every: 9}\n")
    assert sentence == "The system did not settle: x and y move back and forth faster than the record shows."


def test_an_objective_that_is_undefined_is_told() -> None:
    """x falls by 1/8 a step: x − 0.05 is negative from the eighth step on."""
    text = """
variables: {x: {init: 1}, y: {init: 1}}
agents:
  mover: {controls: x, declared: 0*x, rule: {heuristic: {target: x - 0.125}}}
  other: {controls: y, declared: "y**2 + log(x - 0.05)", rule: {heuristic: {target: y/2}}}
"""
    told = ended(text, 20, 4)
    assert told[-1] == (
        "In every replica, other's objective was undefined (NaN or infinite), first at step 8; the state stayed finite."
    )


def running(replicas: int = 4, **numbers: float) -> str:
    """The sentence on replicas in which the memory runs away, with these numbers."""
    told = {"rate": 0.05, "doubling_time": np.log(2) / np.log(1.05), "size": 2.0, "speed": np.nan, **numbers}
    summary = pd.DataFrame({
        "verdict": "running away", "period": np.nan, "memory": 2.0, "verdict.variables": ["memory"] * replicas,
        **{f"verdict.{name}": value for name, value in told.items()},
    })
    return plain(verdict(with_summary(summary))[0])


@pytest.mark.parametrize(("size", "whose"), [(2.0 * 1.09, "it grows"), (2.0 * 1.11, "its distance from where it came")])
def test_what_grows_is_the_value_where_the_size_is_its_own_to_a_tenth(size: float, whose: str) -> None:
    assert f": {whose}" in running(size=size)


@pytest.mark.parametrize(("factor", "words"), [(1.045, "doubles every 14.8 steps"), (1.055, "to double again")])
def test_growth_is_exponential_where_the_doubling_time_is_to_a_twentieth(factor: float, words: str) -> None:
    assert words in running(doubling_time=factor * np.log(2) / np.log(1.05))


@pytest.mark.parametrize(("hit", "named"), [(9, "memory and other run"), (8, "memory runs")])
def test_variables_are_named_where_half_of_the_replicas_are_about_them(hit: int, named: str) -> None:
    """Of 16."""
    rows = ["memory, other"] * (hit - 1) + ["memory"] * (17 - hit)
    found = with_summary(verdicts(**{"running away": 16}).assign(**{
        "verdict.variables": rows, "verdict.rate": 0.05, "verdict.doubling_time": 14.2, "verdict.size": 2.0,
    }))
    assert verdict(found)[0].startswith(f"In every replica, {named}")


def test_under_selection_it_says_that_systems_are_replaced() -> None:
    """x returns to 0 with every child."""
    text = """
dynsim: 1
title: generations
params: {w: 0}
variables: {x: {init: 0}}
agents: {one: {controls: x, declared: "(x - w)**2", rule: {gradient: {rate: 0.2}}}}
selection: {fitness: "-(x - 3)**2", over: end, every: 10, scheme: {truncation: {share: 0.5}}, heritable: w}
clock: {steps: 80}
ensemble: {replicas: 10, seed: 1, vary: {w: "normal(0, 1)"}}
"""
    assert verdict(simulated(text))[1] == (
        "Selection replaces systems every 10 steps; a new one's start counts as motion."
    )
