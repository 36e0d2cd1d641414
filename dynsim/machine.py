"""The memory that is available to this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/")


def memory(root: Path = ROOT) -> int:
    """Available memory in bytes: the least of what the machine, the control groups (containers) and the process's
    limits leave.

    root: the folder with proc and sys.
    """
    return max(0, min([_of_machine(root), *_of_groups(root), *_of_process()]))


def _of_machine(root: Path) -> int:
    """Memory available without swapping; the installed memory if the system does not report that."""
    with suppress(OSError, ValueError, IndexError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return sys.maxsize


def _of_groups(root: Path) -> Iterator[int]:
    """What the control groups of the process leave of their limits, of version 2 and version 1."""
    for group in _groups(root):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            with suppress(OSError, ValueError):
                allowed = int((group / limit).read_text())  # "max", for no limit, raises ValueError
                yield allowed - int((group / used).read_text()) + _cached(group)


def _groups(root: Path) -> Iterator[Path]:
    """The directories of the process's control groups and of their parents."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in ("", "memory"):
                top = root / "sys/fs/cgroup" / controllers
                group = top / path.lstrip("/")
                yield from (place for place in (group, *group.parents) if place.is_relative_to(top))


def _cached(group: Path) -> int:
    """Memory that the group uses for cached files, which the system can reclaim."""
    for line in (group / "memory.stat").read_text().splitlines():
        if line.startswith("inactive_file "):
            return int(line.split()[1])
    return 0


def _of_process() -> Iterator[int]:
    """What `ulimit -v` leaves of the address space."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
        if allowed != resource.RLIM_INFINITY:
            yield allowed - int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
