"""`python -m benchmarks.before_after OTHER_CHECKOUT [SCENARIO…] [--pairs N]`: the cost of a change for a run.

Each scenario runs in fresh processes, alternately in the other checkout (before) and in this one (after), with all
kernels and Python modules already compiled. CPU seconds (user and system) and peak memory are those of the whole
process. The ratio after/before is the median over the pairs, so a machine whose speed drifts does not change it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.checkouts import HERE, Checkout

SCENARIOS = (
    "two_pulls", "lecun_modules", "prisoners_dilemma_lola", "contagion", "kuramoto", "selfish_modules", "goodhart",
    "lecun_machine",
)
ROW = "{:<24}{:>10}{:>8}{:>8}{:>17}{:>11}{:>8}{:>8}"


class Cost(NamedTuple):
    """The cost of a finished process."""

    cpu: float  # seconds, user and system
    peak: float  # MB


def main() -> None:
    """Measure the scenarios that the command line names and print a row for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.before_after", description="what a change costs a run")
    parser.add_argument("other", type=Path, metavar="OTHER_CHECKOUT", help="the checkout without the change")
    parser.add_argument("scenarios", nargs="*", default=SCENARIOS, metavar="SCENARIO", help="default: %(default)s")
    parser.add_argument("--pairs", type=int, default=5, metavar="N", help="default: %(default)s")
    arguments = parser.parse_args()
    print(ROW.format("", "CPU before", "after", "ratio", "lowest, highest", "MB before", "after", "ratio"))
    with tempfile.TemporaryDirectory(prefix="dynsim-benchmarks-") as folder:
        for scenario in arguments.scenarios:
            found = pairs(scenario, arguments.other.resolve(), arguments.pairs, Path(folder))
            print(_row(scenario, found), flush=True)


def pairs(scenario: str, other: Path, count: int, folder: Path) -> list[tuple[Cost, Cost]]:
    """(before, after) of `count` pairs of runs. One extra run of each goes first, to compile."""
    both = (Checkout(other, folder / "before"), Checkout(HERE, folder / "after"))
    for checkout in both:
        _run(scenario, checkout)
    found = [[_run(scenario, checkout) for checkout in both] for _ in range(count)]
    return [(before, after) for before, after in found]


def _run(scenario: str, checkout: Checkout) -> Cost:
    """`dynsim run SCENARIO` in a fresh process; CalledProcessError if it fails."""
    process = checkout.start("run", scenario, "--quiet", "--force", "--out", "out")
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, checkout.said())
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Cost(used.ru_utime + used.ru_stime, kilobytes / 1024)


def _row(scenario: str, found: list[tuple[Cost, Cost]]) -> str:
    before, after = zip(*found, strict=True)
    ratios = [b.cpu / a.cpu for a, b in found]
    peaks = [median(cost.peak for cost in side) for side in (before, after)]
    return ROW.format(
        scenario, *(f"{median(cost.cpu for cost in side):.2f}" for side in (before, after)), f"{median(ratios):.3f}",
        f"{min(ratios):.2f}, {max(ratios):.2f}", *(f"{peak:.0f}" for peak in peaks), f"{peaks[1] / peaks[0]:.3f}",
    )


if __name__ == "__main__":
    main()
