"""`python -m benchmarks.same_bits OTHER_CHECKOUT [SCENARIO…]`: whether a change leaves all results unchanged.

Every shipped scenario runs in the other checkout (before) and in this one (after), side by side in fresh processes that
share no compiled code: once compiled, at its full length, and once interpreted over its first steps. Run directories
must agree to the bit, and commands must print the same lines. If no scenarios are named, the command line's help, lists
and schema and its messages for the table of bad scenarios must also be the same.

It prints a line for each comparison, followed by its differences: columns of tables, lines of text. The exit code is 1
if anything differs.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.checkouts import HERE, Checkout
from benchmarks.run_directories import Difference, differences, differences_of_text
from dynsim.cli import cli

FEW = 40  # steps of an interpreted run
LONGEST = 60  # lines of a diff that are printed
BAD = "tests/system/bad_scenarios.yaml"
Sides = tuple[Checkout, Checkout]


def main() -> None:
    """Compare the scenarios that the command line names, and exit with 1 if something differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same_bits", description="whether results are the same")
    parser.add_argument("other", type=Path, metavar="OTHER_CHECKOUT", help="the checkout without the change")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="default: all, and the command line's texts")
    arguments = parser.parse_args()
    other = arguments.other.resolve()
    shipped = sorted(path.stem for path in (other / "scenarios").glob("*.yaml"))
    if unknown := sorted({*arguments.scenarios} - {*shipped}):
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(shipped)}")
    with tempfile.TemporaryDirectory(prefix="dynsim-benchmarks-") as folder:
        sides = (Checkout(other, Path(folder) / "before"), Checkout(HERE, Path(folder) / "after"))
        same = []
        if not arguments.scenarios:
            same += [_compared("command line", _texts, sides), _compared("bad scenarios", _bad, sides)]
        same += [_compared(name, _scenario, sides, name) for name in arguments.scenarios or shipped]
    print(f"{sum(same)} of {len(same)} are the same")
    sys.exit(not all(same))


def _compared(what: str, compare: Callable[..., Iterator[Difference]], *arguments: Any) -> bool:
    """Whether the comparison finds no difference; prints those it finds."""
    start = time.perf_counter()
    found = list(compare(*arguments))
    print(f"{what:<28} {'DIFFERS' if found else 'same'} ({time.perf_counter() - start:.0f} s)")
    for where, lines in found:
        left = [f"… {len(lines) - LONGEST} more lines"] if len(lines) > LONGEST else []
        print("\n    ".join([f"  {where}", *lines[:LONGEST], *left]))
    sys.stdout.flush()
    return not found


def _scenario(sides: Sides, name: str) -> Iterator[Difference]:
    """The differences of run directories and printed lines, compiled and interpreted."""
    few = [f"--set={override}" for override in _few_steps(sides[0].root / "scenarios" / f"{name}.yaml")]
    old, new = (side.place / "run" for side in sides)
    for how, options in (("compiled", []), ("interpreted", ["--no-compile", "--no-report", *few])):
        codes, found = _both(sides, "run", name, "--out", "run", *options)
        if codes == (0, 0):
            found += differences(old, new)
        elif not found:
            found = [Difference("fails before and after", sides[0].said().splitlines())]
        for run in (old, new):
            shutil.rmtree(run, ignore_errors=True)
        yield from (Difference(f"{how}: {where}", lines) for where, lines in found)


def _few_steps(scenario: Path) -> Iterator[str]:
    """Overrides that move all dates of the scenario into a few steps, in the same order."""
    stated = yaml.safe_load(scenario.read_text("utf-8"))
    clock = stated["clock"]
    discrete = "steps" in clock
    share = min(1.0, FEW / (clock["steps"] if discrete else clock["time"] / clock.get("dt", 1.0)))

    def moment(stated: float) -> float:
        return round(stated * share) if discrete else stated * share

    key = "steps" if discrete else "time"
    yield f"clock.{key}={moment(clock[key])}"
    yield f"record.every={max(1, round(stated.get('record', {}).get('every', 1) * share))}"
    yield from (f"phases.{name}={moment(start)}" for name, start in stated.get("phases", {}).items())
    for name, event in stated.get("events", {}).items():
        if "at" in event:
            yield f"events.{name}.at=({event['at']})*{share!r}"
    if "selection" in stated:
        yield f"selection.every={max(1, moment(stated['selection']['every']))}"


def _texts(sides: Sides) -> Iterator[Difference]:
    """The differences of the help, the lists and the schema of scenarios."""
    for command in (["--help"], *([name, "--help"] for name in sorted(cli.commands)), ["list"], ["schema"]):
        yield from _both(sides, *command)[1]


def _bad(sides: Sides) -> Iterator[Difference]:
    """The differences of the messages for every case in the other checkout's table."""
    table = yaml.safe_load((sides[0].root / BAD).read_text("utf-8"))
    names = [f"case{number}.yaml" for number, _ in enumerate(table["cases"])]
    for side in sides:
        for name, case in zip(names, table["cases"], strict=True):
            sections = table["base"] | case["with"]
            text = "".join(f"{key}: {value}\n" for key, value in sections.items() if value is not None)
            (side.place / name).write_text(text, "utf-8")
    yield from (Difference("messages", lines) for _, lines in _both(sides, "validate", *names)[1])


def _both(sides: Sides, *arguments: str) -> tuple[tuple[int, ...], list[Difference]]:
    """Run `dynsim ARGUMENTS` in both checkouts at once. Returns their exit codes, and the differences of these and of
    the output."""
    processes = [side.start(*arguments) for side in sides]
    codes = tuple(process.wait() for process in processes)
    old, new = ([f"exit code {code}", *side.said().splitlines()] for code, side in zip(codes, sides, strict=True))
    return codes, [*differences_of_text(f"dynsim {' '.join(arguments)}", old, new)]


if __name__ == "__main__":
    main()
