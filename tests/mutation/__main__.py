"""`python -m tests.mutation [AREA…] [--sample N] [--seed S]`: break the code in one place, run the tests that cover it,
see whether one fails; N times in each area. cosmic-ray makes the mutants and runs the tests, in a clone of what is
committed. Places where nothing can break are left out (harmless.py).

Prints the share that is killed, with its standard error, and the diff of every survivor.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from math import sqrt
from pathlib import Path
from random import Random

from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tests.mutation.areas import AREAS, Part
from tests.mutation.harmless import Harmless

ROOT = Path(__file__).parents[2]
PATIENCE = 4  # times what the tests of a part take on unbroken code: a mutant that hangs is killed
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


def outcomes(area: tuple[Part, ...], sample: int, seed: int, folder: Path) -> list[WorkResult]:
    """What became of a sample of an area's mutants: each meets the tests of its part."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    mutants = [(k, item) for k, part in enumerate(area) for item in _mutants(part, clone, folder / str(k))]
    chosen = Random(seed).sample(mutants, min(sample, len(mutants)))
    results: list[WorkResult] = []
    for k, part in enumerate(area):
        kept = {item.job_id for at, item in chosen if at == k}
        results += _run(part, kept, clone, folder / str(k)) if kept else []
    return results


def _mutants(part: Part, clone: Path, session: Path) -> list[WorkItem]:
    """All that a part's files can be broken by, in the order of the files."""
    files = sorted(file for pattern in part.files for file in clone.glob(pattern) if file.name != "__init__.py")
    _configure(part, clone, session, 0.0, files)
    _cosmic_ray("init", session, folder=clone)
    harmless = {file.relative_to(clone): Harmless(file) for file in files}
    with use_db(f"{session}.sqlite") as database:
        items = sorted(database.work_items, key=_place)
    return [item for item in items if item.mutations[0] not in harmless[item.mutations[0].module_path]]


def _run(part: Part, kept: set[str], clone: Path, session: Path) -> list[WorkResult]:
    begin = time.monotonic()
    subprocess.run(_command(part).split(), cwd=clone, check=True, stdout=subprocess.DEVNULL)  # the code unbroken
    _configure(part, clone, session, PATIENCE * (time.monotonic() - begin), [])
    with use_db(f"{session}.sqlite") as database:
        left_out = [item.job_id for item in database.work_items if item.job_id not in kept]
        database.set_multiple_results(left_out, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))
    _cosmic_ray("exec", session, folder=clone)
    with use_db(f"{session}.sqlite") as database:
        return [result for _, result in database.results if result.worker_outcome != WorkerOutcome.SKIPPED]


def tell(name: str, results: list[WorkResult]) -> None:
    survivors = [result for result in results if result.test_outcome == TestOutcome.SURVIVED]
    share = 1 - len(survivors) / len(results)
    error = sqrt(share * (1 - share) / len(results))
    hanging = sum(result.output == "timeout" for result in results)
    print(f"{name}: {len(results) - len(survivors)} of {len(results)} killed, {100 * share:.0f} ± {100 * error:.0f} %"
          f" ({hanging} of them because they took {PATIENCE} times as long)")
    for survivor in survivors:
        print(f"\n{survivor.diff}")
    sys.stdout.flush()


def _place(item: WorkItem) -> tuple[str, tuple[int, int], str, int]:
    (mutation,) = item.mutations
    return str(mutation.module_path), mutation.start_pos, mutation.operator_name, mutation.occurrence


def _configure(part: Part, clone: Path, session: Path, timeout: float, files: list[Path]) -> None:
    modules = ", ".join(f'"{file.relative_to(clone)}"' for file in files)
    session.with_suffix(".toml").write_text(CONFIG.format(modules=modules, timeout=timeout, command=_command(part)))


def _command(part: Part) -> str:
    return f"{sys.executable} -m pytest -n 0 -x -q -p no:cacheprovider {' '.join(part.tests)}"


def _cosmic_ray(action: str, session: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "cosmic_ray.cli", action, f"{session}.toml", f"{session}.sqlite"]
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    main()
