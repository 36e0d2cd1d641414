"""What inputs are made of: odd texts and numbers, and ways to change a text."""

from __future__ import annotations

from random import Random

NUMBERS = [
    "0", "-0", "1", "-1", "2.5", "1e-3", "1e308", "1e999", "-1e999", "nan", "inf", ".inf", "-.inf", "1_000", "0x1F",
    "1e-400", "999999999999999999999999", "3.0000000000000004", "١٢", "1e", "--1", "1/0",
]  # fmt: skip
WORDS = [
    "x", "t", "theta", "init", "flow", "expr", "on", "size", "controls", "declared", "pursues", "rule", "gradient",
    "lola", "rate", "every", "during", "paths", "credit", "clock", "steps", "time", "dt", "method", "rk4", "dopri5",
    "replica",
    "period", "verdict", "mean", "weight", "index", "neighbor", "sum_neighbors", "normal(0, 1)", "uniform(0, 1)",
    "linspace(0, 1)", "logspace(0, 400, 3)", "simplex()", "base", "goals", "phases", "selection", "vary", "true",
    "null", "~", "yes", "2026-11-30", "12:30:00", "", " ", "é", "x[0]", "x[999999999]", "x.y", "__class__", "lambda: 1",
    "import os", "{{", "}}", "%s", "${HOME}", "../../etc/passwd", "/dev/stdin", "-", "<<", ">>", "...", ":=", "**",
    "//", "@",
    "9**9**9", "!!python/object:os.system", "&a", "*a", "<<: *a", "---", "...", "\t", "\r\n", "\x00", "\ufeff",
    "\u202e", "\ud7ff", "#",
]  # fmt: skip
ODD = [*NUMBERS, *WORDS]
LONG = ["(" * 200, "[" * 40, "x+" * 500, "a" * 10_000, "- " * 60, "{a: " * 40, "\n" * 500]


def odd(rng: Random) -> str:
    """Something that may stand nowhere."""
    return rng.choice(LONG) if rng.random() < 0.03 else rng.choice(ODD)


def changed(text: str, rng: Random) -> str:
    """The text after one to three small changes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        text = rng.choice(CHANGES)(text, rng)
    return text


def _span(text: str, rng: Random) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + rng.choice((0, 1, 1, 3, 10, 80)))


def _cut(text: str, rng: Random) -> str:
    a, b = _span(text, rng)
    return text[:a] + text[b:]


def _replace(text: str, rng: Random) -> str:
    a, b = _span(text, rng)
    return text[:a] + odd(rng) + text[b:]


def _repeat(text: str, rng: Random) -> str:
    a, b = _span(text, rng)
    return text[:b] + text[a:b] * rng.choice((1, 1, 5)) + text[b:]


def _swap_lines(text: str, rng: Random) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) > 1:
        a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    return "".join(lines)


def _word(text: str, rng: Random) -> str:
    """One word or number becomes another."""
    words = text.split(" ")
    words[rng.randrange(len(words))] = odd(rng)
    return " ".join(words)


CHANGES = (_cut, _replace, _repeat, _swap_lines, _word, _word)
