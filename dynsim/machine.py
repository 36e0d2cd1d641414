"""How much memory this process can still get."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/")


def memory(root: Path = ROOT) -> int:
    """Bytes: what the machine has free, within the limits of the process and of its container.

    root: where /proc and /sys are.
    """
    return max(0, min([_of_machine(root), *_of_groups(root), *_of_process()]))


def _of_machine(root: Path) -> int:
    """What can be had without swapping; where the system does not say that, all that is built in."""
    with suppress(OSError, ValueError, IndexError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return sys.maxsize


def _of_groups(root: Path) -> Iterator[int]:
    """What the control groups of the process leave of their limits: version 2, then version 1."""
    for group in _groups(root):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            with suppress(OSError, ValueError):
                allowed = int((group / limit).read_text())  # "max" is no number
                yield allowed - int((group / used).read_text()) + _cached(group)


def _groups(root: Path) -> Iterator[Path]:
    """The directories of the process's groups, and of those that they are in."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in ("", "memory"):
                top = root / "sys/fs/cgroup" / controllers
                group = top / path.lstrip("/")
                yield from (place for place in (group, *group.parents) if place.is_relative_to(top))


def _cached(group: Path) -> int:
    """What the group uses for files that need not stay in memory."""
    for line in (group / "memory.stat").read_text().splitlines():
        if line.startswith("inactive_file "):
            return int(line.split()[1])
    return 0


def _of_process() -> Iterator[int]:
    """What `ulimit -v` leaves."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
        if allowed != resource.RLIM_INFINITY:
            yield allowed - int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
