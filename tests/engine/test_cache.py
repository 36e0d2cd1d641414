"""The kernel cache, across processes: it is used, it survives damage, it is never required, and nobody else's files are
executed."""

from __future__ import annotations

import ast
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numba
import pytest

import dynsim
from dynsim.engine.compiled.kernel import compile_program
from dynsim.engine.modules import cache, kept, sources
from dynsim.engine.random import noise
from dynsim.errors import Advice

from .systems import SYSTEMS

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
import numpy as np
from dynsim.engine.compiled.kernel import compile_program
from dynsim.system.model import Clock
from tests.engine.systems import plan_of, program, recorded

system = program(Clock(steps=50), ["x"], parameters=["a"], stages=[{"x": "tanh(a*x) + 0.1*z_x"}])
run = recorded(system, plan_of(system, 4, {"x": 1.0}, {"a": float(sys.argv[1])}), threads=1)
stats = getattr(compile_program(system, 4).module.advance, "stats", None)
found, missed = (sum(stats.cache_hits.values()), sum(stats.cache_misses.values())) if stats else (0, 0)
print(found, missed, run.values["x"][-1].tobytes().hex())
"""


def _process(directory: Path, a: float = 0.5, **environment: str) -> subprocess.Popen[str]:
    variables = os.environ | {"DYNSIM_CACHE_DIR": str(directory), "PYTHONPATH": str(ROOT)} | environment
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(a)], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _bits_of(directory: Path, **environment: str) -> str:
    return _result(_process(directory, **environment))[2]


def _result(process: subprocess.Popen[str]) -> tuple[int, int, str]:
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    found, missed, bits = out.split()
    return int(found), int(missed), bits


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A cache that one process has filled, and its result."""
    directory = tmp_path_factory.mktemp("cache")
    found, missed, bits = _result(_process(directory))
    assert (found, missed) == (0, 1)
    return directory, bits


def test_a_second_process_compiles_nothing(filled: tuple[Path, str]) -> None:
    directory, bits = filled
    files = sorted(p.name for p in directory.rglob("*.kernel"))
    assert _result(_process(directory)) == (1, 0, bits)
    assert _result(_process(directory, a=0.7))[:2] == (1, 0)
    assert sorted(p.name for p in directory.rglob("*.kernel")) == files


def test_a_damaged_module_is_written_again(filled: tuple[Path, str]) -> None:
    directory, bits = filled
    (module,) = directory.glob("dynsim_*.py")
    text = module.read_text()
    module.write_text("raise SystemExit('not what was written')")
    assert _result(_process(directory))[2] == bits
    assert module.read_text() == text


def test_no_directory_to_write_in(tmp_path: Path, filled: tuple[Path, str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert _result(_process(file / "cache"))[2] == filled[1]


def test_processes_side_by_side(tmp_path: Path, filled: tuple[Path, str]) -> None:
    processes = [_process(tmp_path) for _ in range(3)]
    assert [_result(p)[2] for p in processes] == [filled[1]] * 3
    assert not list(tmp_path.glob("*.tmp"))


def test_without_compiling_the_bits_are_the_same(tmp_path: Path, filled: tuple[Path, str]) -> None:
    """The generated text as plain Python."""
    assert _result(_process(tmp_path, NUMBA_DISABLE_JIT="1"))[2] == filled[1]


# -- damage -----------------------------------------------------------------------------------------------------------


def _with_one_bit_changed(content: bytes) -> bytes:
    """In the middle, where machine code stands."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _of_the_other(file: Path) -> Path:
    module = file.name.split(".")[0]
    return next(file.parent.glob(f"{module}.thrice*")) if "twice" in file.name else file


DAMAGE: dict[str, Callable[[Path], object]] = {
    "emptied": lambda file: file.write_bytes(b""),
    "truncated": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "one bit": lambda file: file.write_bytes(_with_one_bit_changed(file.read_bytes())),
    "of another function": lambda file: file.write_bytes(_of_the_other(file).read_bytes()),
    "of something else": lambda file: file.write_bytes(pickle.dumps({"what": "else"})),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
    "a pipe": lambda file: (file.unlink(), os.mkfifo(file)),
    "a link to itself": lambda file: (file.unlink(), file.symlink_to(file.name)),
}


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Makes a compiled function as another process would, and calls it."""
    monkeypatch.setenv("DYNSIM_CACHE_DIR", str(tmp_path / "cache"))
    text = sources.PREAMBLE
    text += "".join(f"\n\n@entry\ndef {name}(x):\n    return {n}.0*x\n" for n, name in ((2, "twice"), (3, "thrice")))

    def called() -> Any:
        loaded = cache.load(text)
        del sys.modules[loaded.__name__]
        assert (loaded.twice(21.0), loaded.thrice(21.0)) == (42.0, 63.0)
        return loaded.twice.stats

    called()
    yield called
    assert not list((tmp_path / "cache").glob("*.tmp"))


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_a_damaged_entry_is_made_again(damage: Callable[[Path], object], function: Any, tmp_path: Path) -> None:
    assert function().cache_hits
    for file in (tmp_path / "cache").iterdir():
        damage(file)
    assert function().cache_misses
    found = [file for file in (tmp_path / "cache").iterdir() if file.is_file()]
    assert bool(function().cache_hits) == bool(found)  # a folder stays in the way


def test_a_full_disk_keeps_nothing_and_stops_nothing(
    function: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").mkdir(mode=0o700)
    monkeypatch.setattr(cache.os, "replace", full)
    function()
    assert list((tmp_path / "cache").iterdir()) == []


# -- others -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o702])
def test_a_directory_that_others_may_write_to_is_not_used(mode: int, tmp_path: Path) -> None:
    tmp_path.chmod(mode)
    with pytest.warns(Advice, match="others may write to it"):
        assert cache._usable.__wrapped__(str(tmp_path)) is None
    tmp_path.chmod(0o755)
    assert cache._usable.__wrapped__(str(tmp_path)) == tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_another_user_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("theirs")
    os.chown(tmp_path / "file", 12345, 12345)
    assert cache.read(tmp_path / "file") is None
    os.chown(tmp_path, 12345, 12345)
    with pytest.warns(Advice, match="belongs to another user"):
        assert cache._usable.__wrapped__(str(tmp_path)) is None


def test_a_file_that_others_may_write_to_is_not_executed(function: Any, tmp_path: Path) -> None:
    """Nor a link: neither was made by dynsim."""
    for file in (tmp_path / "cache").iterdir():
        file.chmod(0o666)
    assert function().cache_misses
    for file in (tmp_path / "cache").iterdir():
        file.rename(tmp_path / file.name)
        file.symlink_to(tmp_path / file.name)
    assert function().cache_misses


@pytest.mark.slow
def test_an_open_directory_is_told_once_and_left_alone(tmp_path: Path, filled: tuple[Path, str]) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    process = _process(tmp_path / "open")
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    assert err.count("others may write to it") == 1
    assert list((tmp_path / "open").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", [SCRIPT, "import dynsim as ds; ds.simulate('two_pulls', steps=10, replicas=2, compiled=False)"]
)
def test_without_a_home_and_without_a_place_for_temporary_files(script: str) -> None:
    """As for a number for a user, in a container that can't be written to."""
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    variables |= dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"), "/dev/null/none")
    done = subprocess.run(
        [sys.executable, "-c", script, "0.5"], env=variables, cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


# -- what is kept -----------------------------------------------------------------------------------------------------


def _called(code: CodeType) -> set[str]:
    inner = (_called(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)


def _modules() -> list[ModuleType]:
    """The generated modules of every kind of system, and the one for arrays."""
    programs = [make()[0] for make in SYSTEMS.values()]
    kernels = [compile_program(program, lanes).module for program in programs for lanes in (1, 4)]
    return [noise._filling(), *kernels]


def test_what_is_kept_calls_nothing_of_another_file() -> None:
    """An edit there would not be noticed: the module is named by the hash of its own text."""
    count = 0
    for module in _modules():
        for name, function in vars(module).items():
            if isinstance(function, numba.core.registry.CPUDispatcher):
                for other in _called(function.py_func.__code__) & vars(module).keys():
                    used = vars(module)[other]
                    count += 1
                    if not isinstance(used, ModuleType | int | float | numba.core.types.Type) and callable(used):
                        code = getattr(used, "py_func", getattr(used, "_defn", used)).__code__
                        assert code.co_filename == module.__file__, f"{name} calls {other}"
    assert count > 100


def test_nothing_else_is_cached() -> None:
    """Numba's own cache is used nowhere: it needs a place to write in, and notices no edit in other files."""
    for path in Path(dynsim.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.keyword) and node.arg == "cache"), path
    assert all(isinstance(m.advance._cache, kept.Kept) for m in _modules() if hasattr(m, "advance"))


@pytest.mark.slow
def test_an_edit_of_what_is_called_is_noticed(tmp_path: Path) -> None:
    """Drawn numbers change with a function of another file that they are made with."""
    shutil.copytree(Path(dynsim.__file__).parent, tmp_path / "dynsim", ignore=shutil.ignore_patterns("__pycache__"))
    script = "from dynsim.engine.random.noise import normals; print(normals(1, range(8), 2, 3).tobytes().hex())"
    variables = os.environ | {"DYNSIM_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path)}

    def drawn() -> str:
        return subprocess.run([sys.executable, "-c", script], env=variables, cwd=tmp_path, capture_output=True,
                              text=True, check=True, timeout=600).stdout

    before = drawn()
    assert drawn() == before
    file = tmp_path / "dynsim" / "engine" / "mathematics" / "trigonometry.py"
    text = file.read_text()
    head, tail = text.split("def cos_tail", 1)
    file.write_text(head + "def cos_tail" + tail.replace("return ", "return 1e-9 + ", 1))
    assert drawn() != before


def test_bounds_checking_has_kernels_of_its_own(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1)
    assert function().cache_misses
    assert function().cache_hits
