"""Arrow's threads never touch a Python object. One that does so while Python shuts down aborts the process ("terminate
called without an active exception"), after everything has been printed and written."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dynsim.errors import InputError
from dynsim.record import parquet
from dynsim.record.parquet import Rows, opened_table
from dynsim.system.graphs.files import read_graph

ROWS, GROUP = 400, 100


def thread_states() -> int:
    """How many threads have entered the interpreter so far: the number of the next one."""
    api = ctypes.pythonapi
    interpreter, make, number = api.PyInterpreterState_Get, api.PyThreadState_New, api.PyThreadState_GetID
    interpreter.restype = make.restype = ctypes.c_void_p
    number.restype = ctypes.c_uint64
    state = ctypes.c_void_p(make(ctypes.c_void_p(interpreter())))
    found = int(number(state))
    api.PyThreadState_Clear(state)
    api.PyThreadState_Delete(state)
    return found


def entered(work: Callable[[], object]) -> int:
    """How many threads have entered the interpreter for this work."""
    before = thread_states()
    work()
    return thread_states() - before - 1


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with several columns in several row groups, which Arrow reads in threads."""
    path = tmp_path / "table.parquet"
    columns = {name: np.random.default_rng(0).random(ROWS) for name in "abcdef"}
    pq.write_table(pa.table(columns), path, row_group_size=GROUP)
    return path


def test_a_thread_that_enters_the_interpreter_is_counted() -> None:
    def in_a_thread() -> None:
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()

    assert (entered(int), entered(in_a_thread)) == (0, 1)


@pytest.mark.parametrize(
    "read",
    [
        lambda path: opened_table(path).read(),
        lambda path: Rows(opened_table(path), path).read("a", 50, 350),
        lambda path: Rows(opened_table(path), path).first("a", 10),
        lambda path: Rows(opened_table(path), path).every("a", 7),
    ],
    ids=["whole", "rows", "first", "every"],
)
def test_a_record_is_read_without_python_in_arrows_threads(read: Callable[[Path], object], table: Path) -> None:
    assert entered(lambda: read(table)) == 0


def test_a_graph_is_read_without_python_in_arrows_threads(tmp_path: Path) -> None:
    ends = np.arange(ROWS)
    edges = pa.table({"source": ends, "target": np.roll(ends, 1), "weight": np.ones(ROWS)})
    pq.write_table(edges, tmp_path / "edges.parquet", row_group_size=GROUP)
    assert entered(lambda: read_graph("edges.parquet", tmp_path, None)) == 0


def test_a_file_that_is_swapped_while_it_is_opened_is_refused(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.parquet").write_bytes(table.read_bytes())
    monkeypatch.setattr(parquet, "opened", lambda path: (tmp_path / "other.parquet").open("rb"))
    with pytest.raises(InputError, match="was replaced while it was opened"):
        opened_table(table)
