"""What is installed: every module, the shipped scenarios, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_every_folder_with_python_in_it_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "dynsim").rglob("*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.slow
def test_a_wheel_holds_all_that_runs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT]
    subprocess.run(build, check=True, timeout=300)
    (wheel,) = tmp_path.glob("dynsim-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "dynsim").rglob("*.py")}
    scenarios = {f"dynsim/{path.relative_to(ROOT)}" for path in (ROOT / "scenarios").rglob("*.yaml")}
    assert any("/experiments/" in path for path in scenarios)
    assert modules | scenarios | {"dynsim/py.typed"} <= held
    assert {name.split("/")[0].split("-")[0] for name in held} == {"dynsim"}
