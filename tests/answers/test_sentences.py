"""What holds of every sentence, whatever the system is."""

from __future__ import annotations

import re
from functools import cache

import pytest

from dynsim.answers.base import told
from dynsim.answers.wording.findings import Findings
from tests.answers.cases import findings_of, plain, simulated
from tests.plots.cases import CASES

PAIR = (
    "a: {controls: x, declared: %s, rule: {gradient: {rate: 0.1}}}, "
    "b: {controls: y, declared: %s, rule: {gradient: {rate: 0.1}}}"
)


def system(agents: str, variables: str, steps: int = 60, ensemble: str = "replicas: 12, seed: 1") -> str:
    return (
        f"dynsim: 1\ntitle: an odd system\nparams: {{k: 1}}\nvariables: {{{variables}}}\nagents: {{{agents}}}\n"
        f"clock: {{steps: {steps}}}\nensemble: {{{ensemble}}}\n"
    )


STARTS = 'x: {init: "normal(0, 1)"}, y: {init: "normal(0, 1)"}'
NOISE = 'x: {init: "normal(0, 1)", flow: -x, noise: 1}'
IDLE = "a: {controls: {x: 0}, declared: x**2, rule: {gradient: {rate: 0.1}}}"
ALONE = "a: {controls: x, declared: (x - k)**2, rule: {gradient: {rate: 0.1}}}"

ODD = {
    "no conflict": system(PAIR % ("x**2", "y**2"), STARTS),
    "the same objective": system(PAIR % ("(x - y)**2", "(x - y)**2"), STARTS),
    "at rest from the start": system(PAIR % ("x**2", "y**2"), "x: {init: 0}, y: {init: 0}"),
    "at rest, one replica": system(PAIR % ("(x - y)**2", "x*y"), "x: {init: 0}, y: {init: 0}", ensemble="replicas: 1"),
    "a conflict, one replica": system(PAIR % ("x*y", "-x*y"), "x: {init: 1}, y: {init: 1}", ensemble="replicas: 1"),
    "a conflict, one random replica": system(PAIR % ("x*y", "-x*y"), STARTS, ensemble="replicas: 1"),
    "rotation": system(PAIR % ("x*y", "-x*y"), STARTS),
    "three replicas": system(PAIR % ("x*y + x**2", "-x*y"), STARTS, ensemble="replicas: 3"),
    "all diverge": system(PAIR % ("-x**4", "-y**4"), STARTS, steps=40),
    "some diverge": system(PAIR % ("x**4/9", "y**2"), 'x: {init: "normal(0, 3)"}, y: {init: 1}'),
    "huge": system(PAIR % ("1e200*(x - y)**2", "y**2"), STARTS).replace("rate: 0.1", "rate: 1e-201", 1),
    "tiny": system(PAIR % ("1e-200*(x - y)**2", "1e-250*y"), STARTS),
    "undefined objective": system(PAIR % ("log(y) + x**2", "(y + 1)**2"), STARTS),
    "negative objectives": system(PAIR % ("x**2 - 5", "(y - x)**2 - 3"), STARTS),
    "pure noise": system(IDLE, NOISE),
    "pure noise, a base": system(IDLE, NOISE) + "base: {objective: x**3}\n",
    "a base at rest": system(ALONE, "x: {init: 1}", ensemble="replicas: 2") + "base: {objective: 2*x}\n",
    "a base that diverges": system("a: {controls: x, declared: -x**4, rule: {gradient: {rate: 1}}}", "x: {init: 1}")
    + "base: {objective: x}\n",
    "no agents": "dynsim: 1\ntitle: alone\n"
    "variables: {x: {init: \"normal(0, 1)\", flow: -x/3}, y: {init: 1, flow: x}}\n"
    "base: {objective: x**2 + y}\nclock: {steps: 60}\nensemble: {replicas: 12}\n",
    "phases": system(ALONE, NOISE) + "base: {objective: x}\nphases: {early: 0, late: 30}\n",
    "a sweep": system(ALONE, "x: {init: 0}", ensemble='replicas: 40, vary: {k: "linspace(-1, 1)"}'),
    "a sweep of two": system(ALONE, "x: {init: 0.5}", ensemble="replicas: 2, vary: {k: [0, 1]}"),
    "a sweep with draws": system(ALONE, NOISE, ensemble='replicas: 40, vary: {k: "linspace(-1, 1)"}'),
    "a grid": system(ALONE, 'x: {init: "normal(0, 1)"}', ensemble="replicas: 40, grid: {k: [0, 1], rate: [0, 0.1]}")
    .replace("k: 1}", "k: 1, rate: 0.1}").replace("{rate: 0.1}", "{rate: rate}"),
    "a drawn parameter": system(ALONE, "x: {init: 0.5}", ensemble='replicas: 40, vary: {k: "normal(0, 1)"}'),
    "a slow clock": system(ALONE.replace("rule", "every: 7, rule"), "x: {init: 0}", ensemble="replicas: 1"),
    "two ticks": system(PAIR % ("x*y", "-x*y"), STARTS, steps=1),
    "credit": system(
        "a: {controls: x, declared: x**2, credit: {b: k}, rule: {gradient: {rate: 0.1}}}, "
        "b: {controls: y, declared: (x - y)**2, rule: {momentum: {rate: 0.1, beta: 0.5}}}", STARTS),
    "hidden goals": system(ALONE.replace("rule", "pursues: (x + 3)**2, rule"), 'x: {init: "normal(0, 1)"}'),
}

NAMES = [*CASES, *ODD]


@cache
def found_of(name: str) -> Findings:
    return simulated(ODD[name]) if name in ODD else findings_of(name)


def sentences(name: str) -> list[str]:
    return [plain(sentence) for one in told(found_of(name)) for sentence in one.sentences]


NUMBER = re.compile(r"(?<![\w.\[])[-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")


def numbers(sentence: str) -> list[str]:
    """Outside brackets; what is told of a named value of a parameter is one with it, and 0.1 % a limit."""
    text = re.sub(r"\([^()]*\)", "", sentence)
    text = re.sub(r"\w+ = [-\d.e,]+|\w+ from [-\d.e]+ to [-\d.e]+", "", text)
    return NUMBER.findall(text)


@pytest.mark.parametrize("name", NAMES)
def test_sentences_are_english(name: str) -> None:
    for sentence in sentences(name):
        assert sentence.endswith("."), sentence
        told = sentence.replace("undefined (NaN or infinite)", "")
        assert not re.search(r"\b(nan|NaN|None|inf|infinite)\b", told), sentence
        assert not re.search(r"  |\.\.|\(\)", sentence), sentence
        assert not re.search(r"(?<![\d,.])1 (replica|agent|kind|step|node|time|variable)s\b", sentence), sentence
        assert not re.search(r"\b[2-9] (replica|agent|kind|variable)\b", sentence), sentence
        assert not re.search(r"\b(\w+) \1\b", re.sub(r"[\d.]+", "", sentence)), sentence


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_few_and_short(name: str) -> None:
    for sentence in sentences(name):
        for part in re.split(r"(?<=\.) (?=\D)", sentence):
            assert len(numbers(part)) <= 4, part
        decimals = [number.replace(".", "").lstrip("0") for number in re.findall(r"\d+\.\d+", sentence)]
        assert max(map(len, decimals), default=0) <= 4, sentence


@pytest.mark.parametrize("name", [name for name in NAMES if "one" in name and "replica" in name])
def test_one_replica_is_no_ensemble(name: str) -> None:
    assert found_of(name).replicas == 1
    for sentence in sentences(name):
        assert not re.search("replica|average|median|(?<!0.1 )%(?! of the recorded ticks)", sentence.lower()), sentence


@pytest.mark.parametrize("name", NAMES)
def test_no_interval_without_ten_independent_draws(name: str) -> None:
    found = found_of(name)
    cells = [found.of_cell(cell) for cell in range(found.cells.count)] if found.swept else [found]
    if any(cell.sampled and cell.replicas >= 10 for cell in cells):
        return
    for sentence in sentences(name):
        assert not re.search("interval|standard error", sentence), sentence
        assert not re.search(r"\d \([-\d][\d.,e+-]*(–| to )[-\d]", sentence), sentence


@pytest.mark.parametrize("name", NAMES)
def test_no_fact_is_told_twice(name: str) -> None:
    every = sentences(name)
    assert len(every) == len(set(every))
    ends = [match[0] for sentence in every for match in re.finditer(r"(At .*: )?\w+'s objective(?! at the)", sentence)]
    assert len(ends) == len(set(ends)), every


@pytest.mark.parametrize("name", ["pure noise", "pure noise, a base", "a conflict, one random replica"])
def test_noise_alone_gains_nothing(name: str) -> None:
    assert not any(re.search(r"\b(gained|lost|exploited)\b", sentence) for sentence in sentences(name) if (
        "each time" not in sentence and "both" not in sentence.lower())), sentences(name)
