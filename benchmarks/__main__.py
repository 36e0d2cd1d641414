"""`python -m benchmarks [NAME…] [--json FILE]`: measure, print the table, write JSON.

A benchmark is a module of this package with `measure() -> list[Row]`; without names all of them run.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import os
import pkgutil
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import benchmarks
from benchmarks.table import Row, print_table, write_json

PACKAGES = (
    "dynsim", "numpy", "numba", "scipy", "jax", "egttools", "nashpy", "open-spiel", "quantecon", "mesa",
    "ema_workbench", "joblib", "distributed",
)


def main() -> None:
    """Run the benchmarks that the command line names."""
    found = discover()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="dynsim against its peers")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(found)}; default: all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table as JSON too")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in found]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(found)}")
    rows: list[Row] = []
    for name in arguments.names or found:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows += found[name]()
    facts = machine()
    print_table(rows, facts)
    if arguments.json:
        write_json(arguments.json, rows, facts)


def discover() -> dict[str, Callable[[], list[Row]]]:
    """Every benchmark's `measure` by the name of its module."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    modules = {
        name: importlib.import_module(f"benchmarks.{name}") for name in names if not name.startswith("_")
    }
    return {name: module.measure for name, module in modules.items() if hasattr(module, "measure")}


def machine() -> dict[str, str]:
    """The machine and the versions that the figures were measured with."""
    versions = {name: _version(name) for name in PACKAGES}
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.2f} over the last minute",
        "system": platform.platform(),
        "python": platform.python_version(),
        **versions,
        "g++": _compiler(),
    }


def _processor() -> str:
    description = Path("/proc/cpuinfo")
    lines = description.read_text().splitlines() if description.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _compiler() -> str:
    if shutil.which("g++") is None:
        return "not installed"
    return subprocess.run(
        ["g++", "-dumpfullversion"], capture_output=True, text=True, check=True
    ).stdout.strip()


if __name__ == "__main__":
    main()
