"""Work that nothing can interrupt, in a thread of its own, so that its caller can stop waiting.

Compiling with Numba can be one call of LLVM that lasts minutes, in which Python does not react to Ctrl-C. LLVM releases
the interpreter lock, so the main thread can wait beside it and react.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

NAME = "dynsim-compiler"
LOOK = 0.1  # seconds between two looks at `stop`


def in_background(work: Callable[[], None], stop: Callable[[], bool]) -> bool:
    """Do the work; False where `stop()` ended the wait before it was done.

    The work then goes on in its thread, a daemon that does not outlive the process. Its errors are raised here, if
    anybody still waits.
    """
    done = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # raised again in the thread that waits
            failures.append(error)
        finally:
            done.set()

    threading.Thread(target=run, name=NAME, daemon=True).start()
    while not done.wait(LOOK):
        if stop():
            return False
    if failures:
        raise failures[0]
    return True


def goes_on() -> bool:
    """Whether work is going on, waited for or not."""
    return any(thread.name == NAME for thread in threading.enumerate())
