"""Skipped parts of a step cost nothing: one rule selected among five, compared with the same rule alone."""

from __future__ import annotations

from functools import partial

import dynsim as ds
from benchmarks.table import Row
from benchmarks.timing import NAN, interleaved

RULES = ("gradient", "sign_gradient", "optimistic", "extragradient", "past_extragradient")
REPLICAS, STEPS, REPEATS = 4_096, 500, 7
TERMS = " + ".join(f"sin({k}*x)*cos({k}*y)/{k * k}" for k in range(1, 13))  # a step that is worth skipping
LIMIT = 1.5
SCENARIO = """\
dynsim: 1
title: one rule of several
variables: {{x: {{init: "normal(0, 1)"}}, y: {{init: "normal(0, 1)"}}}}
agents:
  a: {{controls: x, declared: "{terms} + x**2/2", rule: {rule}}}
  b: {{controls: y, declared: "{terms} + y**2/2", rule: {rule}}}
clock: {{steps: {steps}}}
ensemble: {{replicas: {replicas}, seed: 1}}
record: {{every: {steps}}}
"""


def measure() -> list[Row]:
    """Seconds of a run on one thread, without compilation; the contestants take turns."""
    alone = "{gradient: {rate: 0.01}}"
    listed = ", ".join(f"{{{name}: {{rate: 0.01}}}}" for name in RULES)
    several = f"{{one_of: {{which: 0, rules: [{listed}]}}}}"
    runs = {name: partial(_run, rule) for name, rule in (("alone", alone), ("one of five", several))}
    timings = interleaved(runs, REPEATS)
    ratio = timings["one of five"].best / timings["alone"].best
    note = f"{timings['one of five'].best:.3g} s beside {timings['alone'].best:.3g} s"
    return [Row("one of five rules / the rule alone", ratio, NAN, NAN, "", f"< {LIMIT:g}", ratio < LIMIT, note)]


def _run(rule: str) -> None:
    text = SCENARIO.format(rule=rule, terms=TERMS, steps=STEPS, replicas=REPLICAS)
    ds.simulate(ds.load_scenario(text), threads=1, report=False)
