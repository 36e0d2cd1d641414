"""`python -m tests.mutation [AREA…] [--sample N] [--seed S]`: break the code in one place, run the tests that cover it,
see whether one fails; N times in each area. cosmic-ray makes the mutants and runs the tests, in a clone of what is
committed.

Prints the share that is killed, with its standard error, and the diff of every survivor.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from random import Random

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tests.mutation.areas import AREAS, Area

ROOT = Path(__file__).parents[2]
PATIENCE = 4  # times what the tests take on unbroken code: a mutant that hangs is killed
CONFIG = """\
[cosmic-ray]
module-path = [{modules}]
timeout = {timeout}
excluded-modules = []
test-command = "{command}"
[cosmic-ray.distributor]
name = "local"
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Do the tests notice?")
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"of {', '.join(AREAS)}; default: all")
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="mutants in each area (default 100)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the sample")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.areas if name not in AREAS]
    if unknown:
        parser.error(f"no area {', '.join(unknown)}; there are {', '.join(AREAS)}")
    for name in arguments.areas or AREAS:
        with tempfile.TemporaryDirectory() as folder:
            tell(name, outcomes(AREAS[name], arguments.sample, arguments.seed, Path(folder)))


def outcomes(area: Area, sample: int, seed: int, folder: Path) -> list[WorkResult]:
    """What became of a sample of an area's mutants."""
    clone, session, config = folder / "clone", folder / "session.sqlite", folder / "config.toml"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    command = f"{sys.executable} -m pytest -n 0 -x -q -p no:cacheprovider {' '.join(area.tests)}"
    files = sorted(file for pattern in area.files for file in clone.glob(pattern) if file.name != "__init__.py")
    modules = ", ".join(f'"{file.relative_to(clone)}"' for file in files)
    config.write_text(CONFIG.format(modules=modules, timeout=_timeout(command, clone), command=command))
    _cosmic_ray("init", str(config), str(session), folder=clone)
    with use_db(str(session)) as database:
        _choose(database, clone, sample, seed)
    _cosmic_ray("exec", str(config), str(session), folder=clone)
    with use_db(str(session)) as database:
        return [result for _, result in database.results if result.worker_outcome != WorkerOutcome.SKIPPED]


def tell(name: str, results: list[WorkResult]) -> None:
    survivors = [result for result in results if result.test_outcome == TestOutcome.SURVIVED]
    share = 1 - len(survivors) / len(results)
    error = sqrt(share * (1 - share) / len(results))
    print(f"{name}: {len(results) - len(survivors)} of {len(results)} killed, {100 * share:.0f} ± {100 * error:.0f} %")
    for survivor in survivors:
        print(f"\n{survivor.diff}")
    sys.stdout.flush()


def _choose(database: WorkDB, clone: Path, sample: int, seed: int) -> None:
    """Keep a sample of the mutants. Those of type annotations are none: no code depends on them."""
    annotations = {path: _annotations(clone / path) for path in {m.module_path for m in _mutations(database)}}
    items = sorted(database.work_items, key=_place)
    real = [item for item in items if not _within(item.mutations[0], annotations[item.mutations[0].module_path])]
    kept = {item.job_id for item in Random(seed).sample(real, min(sample, len(real)))}
    database.set_multiple_results(
        [item.job_id for item in items if item.job_id not in kept], WorkResult(worker_outcome=WorkerOutcome.SKIPPED)
    )


def _place(item: WorkItem) -> tuple[str, tuple[int, int], str, int]:
    (mutation,) = item.mutations
    return str(mutation.module_path), mutation.start_pos, mutation.operator_name, mutation.occurrence


def _mutations(database: WorkDB) -> Iterator[MutationSpec]:
    for item in database.work_items:
        yield from item.mutations


def _annotations(file: Path) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the annotations of a file begin and end."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if part is not None:
                found.append(((part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)))
    return found


def _within(mutation: MutationSpec, places: list[tuple[tuple[int, int], tuple[int, int]]]) -> bool:
    return any(start <= mutation.start_pos <= end for start, end in places)


def _timeout(command: str, clone: Path) -> float:
    """In seconds, from a run of the tests on unbroken code, which have to pass."""
    begin = time.monotonic()
    subprocess.run(command.split(), cwd=clone, check=True, stdout=subprocess.DEVNULL)
    return PATIENCE * (time.monotonic() - begin)


def _cosmic_ray(*arguments: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "cosmic_ray.cli", *arguments], cwd=folder, check=True)


if __name__ == "__main__":
    main()
