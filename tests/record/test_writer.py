"""What is written is what was recorded, however it was cut into chunks, and appears whole or not at all."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dynsim.errors import InputError, RunError
from dynsim.record import files, writer
from dynsim.record.layout import Layout, population_files
from dynsim.record.reader import DirectoryRecording
from dynsim.record.recording import MemoryRecording, regroup
from dynsim.record.writer import Writer
from tests.record.known import NODES, PARAMETERS, REPLICAS, known_block, known_chunks, known_program

NOWHERE = np.full(REPLICAS, np.nan)
NO_SLOT = np.full(REPLICAS, -1)


def new_writer(directory: Path, parts: int = 0, **settings: float) -> Writer:
    layout = Layout(known_program(), REPLICAS, PARAMETERS, derived=("sum", "shifted"))
    result = Writer(directory, layout, parts, **settings)
    if not parts:
        result.partial.start()
    return result


def write(directory: Path, sizes: list[int], **settings: float) -> Path:
    made = new_writer(directory, **settings)
    for chunk in known_chunks(sizes):
        made(chunk)
    made.write_tables(NOWHERE, NO_SLOT)
    return directory


def contents(directory: Path) -> dict[str, bytes]:
    paths = sorted(directory.rglob("*.parquet"))
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths}


def test_states_are_a_tidy_table_ordered_by_time_then_replica(tmp_path: Path) -> None:
    states = pd.read_parquet(write(tmp_path, [2, 3]) / "states.parquet")
    assert list(states) == ["replica", "t", "x", "agent.m[0]", "sum", "g"]
    assert list(states.t) == [float(t) for t in range(5) for _ in range(REPLICAS)]
    assert list(states.replica) == list(range(REPLICAS)) * 5
    np.testing.assert_array_equal(states.x, states.t + states.replica / 10)
    np.testing.assert_array_equal(states["agent.m[0]"], -states.x)
    np.testing.assert_array_equal(states.g, np.tile(PARAMETERS["g"], 5))
    total = NODES * (100 * states.t + states.replica) + 10 * sum(range(NODES))
    np.testing.assert_allclose(states["sum"], states.x * states.g + total, rtol=1e-15)


def test_a_population_has_a_row_per_time_replica_and_element(tmp_path: Path) -> None:
    write(tmp_path, [5])
    net = pd.read_parquet(tmp_path / "populations" / "net.parquet")
    assert list(net) == ["replica", "t", "element", "value"]
    expected = itertools.product(range(5), range(REPLICAS), range(NODES))
    assert list(zip(net.t, net.replica, net.element, strict=True)) == list(expected)
    np.testing.assert_array_equal(net.value, 100 * net.t + 10 * net.element + net.replica)
    shifted = pd.read_parquet(tmp_path / "populations" / "shifted.parquet")
    np.testing.assert_array_equal(shifted.value, net.value + net.t + net.replica / 10)


def test_replicas_have_what_differs_and_where_they_diverged(tmp_path: Path) -> None:
    made = new_writer(tmp_path)
    made.write_tables(np.array([np.nan, 3.0, np.nan]), np.array([-1, 1, -1]))
    table = pd.read_parquet(tmp_path / "replicas.parquet")
    assert list(table.g) == [0.0, 0.5, 1.0]
    assert list(table) == ["replica", "diverged_at", "diverged_variable", "g"]
    assert table.diverged_variable[1] == "agent.m[0]"
    assert table.diverged_variable.isna().tolist() == [True, False, True]
    recording = DirectoryRecording(tmp_path, known_program())
    assert recording.diverged_slot.tolist() == [-1, 1, -1]
    np.testing.assert_array_equal(recording.diverged_at, [np.nan, 3.0, np.nan])
    np.testing.assert_array_equal(recording.parameters["same"], [2.0] * 3)


@pytest.mark.parametrize("sizes", [[1] * 40, [7, 1, 32], [39, 1]], ids=str)
@pytest.mark.parametrize("settings", [{}, {"part_bytes": 0}, {"part_bytes": 500}], ids=str)
def test_the_bytes_do_not_depend_on_the_chunks(
    sizes: list[int], settings: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(writer, "ROWS", 16)
    whole = contents(write(tmp_path / "whole", [40]))
    assert len(whole) == 4
    assert contents(write(tmp_path / "cut", sizes, **settings)) == whole


@pytest.mark.parametrize("keep", range(6))
def test_a_run_goes_on_from_its_last_checkpoint(keep: int, tmp_path: Path) -> None:
    sizes = [3, 1, 4, 1, 5]
    first = new_writer(tmp_path / "cut", part_bytes=0)
    for chunk in itertools.islice(known_chunks(sizes), keep):
        first(chunk)
    saved = first.partial.saved()
    if saved is None:
        assert keep == 0
        second = new_writer(tmp_path / "cut", part_bytes=0)
    else:
        assert saved.parts == keep
        assert saved.tick == saved.records == sum(sizes[:keep])
        np.testing.assert_array_equal(saved.arrays["w"], [saved.tick])
        np.testing.assert_array_equal(saved.arrays["file"], [0, 1])
        second = new_writer(tmp_path / "cut", parts=saved.parts, part_bytes=0)
    for chunk in known_chunks(sizes[keep:], start=sum(sizes[:keep])):
        second(chunk)
    second.write_tables(NOWHERE, NO_SLOT)
    assert contents(tmp_path / "cut") == contents(write(tmp_path / "whole", sizes))


def test_a_part_that_no_checkpoint_counts_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = new_writer(tmp_path / "cut", part_bytes=0)
    chunks = known_chunks([3, 4, 5])
    first(next(chunks))
    replace = files.os.replace

    def cut_off(source: Path, target: Path) -> None:
        if target.name == "checkpoint.npz":
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", cut_off)
    with pytest.raises(KeyboardInterrupt):
        first(next(chunks))
    monkeypatch.undo()
    saved = first.partial.saved()
    assert saved is not None
    assert (saved.parts, saved.tick) == (1, 3)
    second = new_writer(tmp_path / "cut", parts=1, part_bytes=0)
    for chunk in known_chunks([2, 7], start=3):
        second(chunk)
    second.write_tables(NOWHERE, NO_SLOT)
    assert contents(tmp_path / "cut") == contents(write(tmp_path / "whole", [12]))


@pytest.mark.parametrize("max_bytes", [1, 700, 10_000_000])
@pytest.mark.parametrize("rows", [5, 1000])
def test_both_recordings_give_back_what_was_recorded(
    max_bytes: int, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "ROWS", rows)
    monkeypatch.setattr(writer, "BLOCK_BYTES", 900)
    whole = known_block(0, 25)
    chunks = [known_block(0, 10), known_block(10, 11), known_block(11, 25)]
    memory = MemoryRecording(chunks, REPLICAS, PARAMETERS, NOWHERE, NO_SLOT)
    directory = DirectoryRecording(write(tmp_path, [10, 1, 14]), known_program())
    for recording in (memory, directory):
        assert recording.replicas == REPLICAS
        np.testing.assert_array_equal(recording.times, whole.times)
        assert {name: values.tolist() for name, values in recording.parameters.items()} == {
            name: values.tolist() for name, values in PARAMETERS.items()
        }
        blocks = list(recording.blocks(max_bytes))
        assert all(block.ticks == 1 or block.nbytes <= max_bytes for block in blocks)
        for name, values in whole.values.items():
            np.testing.assert_array_equal(np.concatenate([block.values[name] for block in blocks]), values)


def test_blocks_are_regrouped_without_loss() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        cuts = np.unique(rng.integers(1, 30, size=5))
        edges = [0, *cuts, 30]
        pieces = [known_block(a, b) for a, b in itertools.pairwise(edges)]
        ticks = int(rng.integers(1, 35))
        grouped = list(regroup(pieces, ticks))
        assert [block.ticks for block in grouped[:-1]] == [ticks] * (len(grouped) - 1)
        np.testing.assert_array_equal(np.concatenate([block.times for block in grouped]), np.arange(30.0))


def test_nothing_that_names_a_folder_gets_into_a_file_name(tmp_path: Path) -> None:
    assert population_files(["../../etc/x[0]"]) == {"../../etc/x[0]": "populations/..%2F..%2Fetc%2Fx[0].parquet"}


def test_every_population_has_a_file_of_its_own_on_every_system() -> None:
    """Names that differ by case, devices of Windows, and names of 60 letters that take 3 bytes each."""
    plain = ["x", "ledger", "summary", "crowd.v", "x[0]", "console"]
    odd = ["X", "con", "NUL", "aux.v", "com1", "\u4e16" * 60, "\u4e16" * 59 + "\u754c"]
    files = population_files([*plain, *odd])
    assert [files[name] for name in plain] == [f"populations/{name}.parquet" for name in plain]
    assert len({file.casefold() for file in files.values()}) == len(files)
    for name in odd:
        stem = files[name].removeprefix("populations/")
        assert stem.startswith("~")
        assert len(stem) < 240
    assert population_files(["X"]) == {"X": "populations/X.parquet"}


def test_a_damaged_checkpoint_is_said_to_be_damaged(tmp_path: Path) -> None:
    made = new_writer(tmp_path, part_bytes=0)
    for chunk in known_chunks([2, 2]):
        made(chunk)
    (tmp_path / ".partial" / "part-0000000.npz").unlink()
    with pytest.raises(RunError, match=r"part-0000000\.npz: is missing: .* --force"):
        made.partial.saved()
    (tmp_path / ".partial" / "checkpoint.npz").write_bytes(b"PK but no archive")
    with pytest.raises(RunError, match=r"checkpoint\.npz: is damaged"):
        made.partial.saved()


def test_a_cut_off_run_has_no_tables_to_read(tmp_path: Path) -> None:
    made = new_writer(tmp_path, part_bytes=0)
    for chunk in known_chunks([2, 2]):
        made(chunk)
    with pytest.raises(InputError, match=r"states\.parquet: is missing$"):
        list(DirectoryRecording(tmp_path, known_program()).blocks())


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow over 4 kB; only around the write, the test runner's output may be a file too."""
    resource = pytest.importorskip("resource")
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)


@pytest.mark.parametrize("settings", [{"part_bytes": 0}, {}], ids=["a part", "the tables"])
def test_a_full_disk_is_an_error_with_the_place_and_leaves_no_half_file(
    settings: dict[str, float], tmp_path: Path
) -> None:
    with full_disk(), pytest.raises(RunError, match=r"cannot be written: .*File too large"):
        write(tmp_path, [1000], **settings)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def write_half(path: Path) -> None:
    with files.atomic(path) as file:
        file.write(b"half of the new")
        raise ZeroDivisionError


def test_an_old_file_stays_when_its_successor_fails(tmp_path: Path) -> None:
    path = tmp_path / "x"
    files.write_text(path, "old")
    with pytest.raises(ZeroDivisionError):
        write_half(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
