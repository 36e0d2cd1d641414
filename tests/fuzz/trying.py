"""One input: made, tried, and what came of it."""

from __future__ import annotations

import resource
import shutil
import tempfile
import traceback
import warnings
from pathlib import Path
from random import Random

from dynsim.errors import DynsimError, InputError
from tests.fuzz.kinds import KINDS
from tests.work import at_most

CALLS = 30_000_000
MEMORY = 8 << 30  # bytes of address space: what would take all of the machine's fails instead
LONGEST = 3_000  # characters of a message


def tried(seed: int, number: int) -> tuple[int, str, str, str]:
    """Input `number`: its kind, what came of it ("works", "refused", or where in the code it went wrong), and the whole
    traceback."""
    rng = Random(f"{seed}:{number}")
    kind = rng.choice(sorted(KINDS))
    folder = Path(tempfile.mkdtemp())
    try:
        with warnings.catch_warnings(), at_most(CALLS):
            warnings.simplefilter("ignore")
            KINDS[kind](rng, folder)
    except DynsimError as error:
        wrong = _wrong_message(error)
        return number, kind, wrong or "refused", wrong and str(error)
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
        return number, kind, f"FINDING {name}", traceback.format_exc()
    else:
        return number, kind, "works", ""
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wrong_message(error: DynsimError) -> str:
    """What is wrong with a message: nothing said, too much, or several lines in one problem."""
    lines = [str(problem) for problem in error.problems] if isinstance(error, InputError) else [str(error)]
    if not lines or not all(lines):
        return "FINDING empty message"
    if any(len(line) > LONGEST for line in lines):
        return "FINDING long message"
    return "" if all("\n" not in line for line in lines) else "FINDING message of several lines"


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
