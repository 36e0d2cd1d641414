"""Adding a plug-in is adding one file: every example of docs/extending.md, put into a copy of the package, passes the
contract tests of its kind there, and no other file changes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

from pages import blocks_of  # noqa: E402

COPIED = ("dynsim", "docs", "scenarios", "tests", "benchmarks", "setup.cfg", "pyproject.toml")


@dataclass(frozen=True)
class New:
    """A new plug-in: its name in the page, the folder of its file, the tests of its kind, and how many are its own."""

    name: str
    folder: str
    tests: tuple[str, ...]
    least: int


slow = pytest.mark.slow
RULE = ("tests/rules/test_contract.py", "tests/rules/test_flows.py", "tests/rules/test_needs.py",
        "tests/test_advice.py", "tests/analysis/test_honest_labels.py")  # fmt: skip
INTEGRATOR = ("tests/integrators/test_orders.py", "tests/engine/test_clock.py")
PLUGINS = [
    pytest.param(New("sign_descent", "rules", (*RULE, "tests/rules/test_compiled.py"), 12), marks=slow),
    New("langevin", "rules", RULE, 8),
    New("bertrand", "games", ("tests/games/test_contract.py",), 6),
    New("linear_ranking", "selection", ("tests/selection/test_schemes.py",), 10),
    New("ralston", "integrators", INTEGRATOR, 10),
    pytest.param(New("bogacki_shampine", "integrators", INTEGRATOR, 12), marks=slow),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tests of a plug-in read. The bytecode comes along: it is what takes longest to make again."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy2(ROOT / name, folder / name)
    return folder


def source_of(name: str) -> str:
    """The block of the page that registers this plug-in."""
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    registers = re.compile(rf'register.*"{name}"|@(answer|figure)\("{name}"', re.DOTALL)
    (block,) = [block for block in blocks_of(page) if registers.search(block.text)]
    return block.text


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file, but for bytecode."""
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("new", PLUGINS, ids=lambda new: new.name)
def test_a_new_plug_in_is_one_file(new: New, copy: Path) -> None:
    before, file = contents(copy), copy / "dynsim" / new.folder / f"{new.name}.py"
    file.write_text(source_of(new.name), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", "-k", new.name, *new.tests,
             "-m", "slow or not slow"],
            cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True, timeout=300,
            check=False,
        )
    finally:
        file.unlink()
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= new.least
    assert contents(copy) == before
