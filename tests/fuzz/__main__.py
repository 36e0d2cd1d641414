"""`python -m tests.fuzz --inputs N --seed S`: whatever is put in is answered, with a result or with messages.

Input number k of a seed is the same on every machine: `--only K` makes it again. A finding is an exception that is no
`DynsimError`, a message that is none, or more work than a reader would wait for. The exit code is 1 where there is one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from functools import partial

from tests.fuzz.trying import limit_memory, tried


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=2_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--only", type=int, metavar="K", help="the one input of this number, with its traceback")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    numbers = range(arguments.inputs) if arguments.only is None else [arguments.only]
    begin = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(arguments.processes, limit_memory) as pool:
        found = pool.imap_unordered(partial(tried, arguments.seed), numbers, chunksize=20)
        outcomes = Counter(_told(outcome, arguments.only is not None) for outcome in found)
    wrong = sum(count for name, count in outcomes.items() if name.startswith("FINDING"))
    for name, count in sorted(outcomes.items()):
        print(f"{count:>8}  {name}")
    rate = len(numbers) / (time.monotonic() - begin)
    print(f"{len(numbers):,} inputs of seed {arguments.seed}, {rate:.0f} a second: {wrong} findings")
    sys.exit(1 if wrong else 0)


def _told(outcome: tuple[int, str, str, str], whole: bool) -> str:
    number, kind, result, detail = outcome
    if result.startswith("FINDING"):
        last = detail.strip().splitlines()[-1][:200]
        print(f"input {number} ({kind}): {result}: {detail if whole else last}", file=sys.stderr, flush=True)
    return f"{result} ({kind})"


if __name__ == "__main__":
    main()
