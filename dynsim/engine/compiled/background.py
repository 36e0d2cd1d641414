"""Work that nothing can interrupt, done in a thread of its own, so that who waits for it can stop waiting.

Numba compiles in calls of LLVM of minutes, in which Python hears no Ctrl-C. LLVM lets go of Python's lock,
so the main thread can wait beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

NAME = "dynsim-compiler"
LOOK = 0.1  # seconds between two looks at `stop`


def in_background(work: Callable[[], None], stop: Callable[[], bool]) -> bool:
    """Whether the work was done before `stop()` said to wait no longer.

    What was begun goes on to its end: its thread is a daemon, which the end of the process ends.
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
    """Whether there is work that nobody waits for."""
    return any(thread.name == NAME for thread in threading.enumerate())
