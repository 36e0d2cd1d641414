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
    """A new plug-in: what it is registered by and its name in the page, the folder of its file, the tests of its kind,
    and how many are its own. also: tests that look at all plug-ins of the kind at once."""

    by: str
    name: str
    folder: str
    tests: tuple[str, ...]
    least: int
    also: tuple[str, ...] = ()


RULE = ("tests/rules/test_contract.py", "tests/rules/test_flows.py", "tests/rules/test_needs.py",
        "tests/test_advice.py", "tests/analysis/test_honest_labels.py", "tests/rules/test_compiled.py")  # fmt: skip
INTEGRATOR = ("tests/integrators/test_orders.py", "tests/engine/test_clock.py")
LOG = ("tests/analysis/test_cells.py", "tests/analysis/test_tables.py", "tests/analysis/test_episode_contract.py",
       "tests/test_columns.py", "tests/docs/test_run_directory.py")  # fmt: skip
DESIGN = ("tests/experiments/test_design_contract.py", "tests/experiments/test_designs.py")
QUICK = [
    New("GAMES", "bertrand", "games", ("tests/games/test_contract.py",), 6),
    New("SCHEMES", "linear_ranking", "selection", ("tests/selection/test_schemes.py",), 10),
    New("INTEGRATORS", "ralston", "integrators", INTEGRATOR, 10),
    New("DESIGNS", "one_at_a_time", "experiments/design", DESIGN, 4),
]
LONG = [
    New("INTEGRATORS", "bogacki_shampine", "integrators", INTEGRATOR, 12),
    New("DESIGNS", "peak", "experiments/design", DESIGN, 3),
    New("RULES", "sign_descent", "rules", RULE, 12),
    New("RULES", "langevin", "rules", RULE, 8),
    New("LOG_METRICS", "harmed", "analysis/conflict_log/metrics", LOG, 3, ("every_plugin_is_documented", "columns")),
    New("KINDS", "alliance", "analysis/conflict_log/episodes", LOG, 12, ("every_plugin_is_documented",)),
    New("REQUESTED_METRICS", "range", "analysis/requested_metrics",
        ("tests/analysis/requested_metrics/test_contract.py",), 5),
    New("answer", "harm", "answers", ("tests/answers/test_answers.py", "tests/answers/test_sentences.py"), 20,
        ("table_of_contents", "page_tells", "sentences", "no_ensemble")),
    New("figure", "harmed", "plots", ("tests/plots/test_figures.py", "tests/dashboard/test_page.py"), 12,
        ("table_of_contents", "one_offline_file")),
]  # fmt: skip
PLUGINS = [*QUICK, *(pytest.param(new, marks=pytest.mark.slow) for new in LONG)]


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


def source_of(new: New) -> str:
    """The block of the page that registers this plug-in."""
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    registers = re.compile(rf'^(\w+ = |@){new.by}\b.*"{new.name}"', re.DOTALL | re.MULTILINE)
    (block,) = [block for block in blocks_of(page) if registers.search(block.text)]
    return block.text


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file that was copied, but for bytecode."""
    files = [path for name in COPIED for path in (folder / name, *(folder / name).rglob("*")) if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files if "__pycache__" not in path.parts
    }  # fmt: skip


@pytest.mark.parametrize("new", PLUGINS, ids=lambda new: f"{new.folder}/{new.name}")
def test_a_new_plug_in_is_one_file(new: New, copy: Path) -> None:
    before, file = contents(copy), copy / "dynsim" / new.folder / f"{new.name}.py"
    file.write_text(source_of(new), encoding="utf-8")
    wanted = " or ".join([new.name, *new.also])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "0", "-q", "-m", "slow or not slow", "-k", wanted, *new.tests],
            cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
    finally:
        file.unlink()
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= new.least
    assert contents(copy) == before
