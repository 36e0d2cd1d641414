"""Whatever is damaged in a run directory, it is told with the file, as one InputError."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dynsim as ds
from dynsim.session.run import remake
from tests.running import SCENARIO, write_scenario

DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "no table": lambda path: path.write_bytes(b"PAR1" + b"\0" * 100 + b"PAR1"),
    "missing": lambda path: path.unlink(),
    "folder": lambda path: (path.unlink(), path.mkdir()),
}
TABLE_DAMAGE: dict[str, Callable[[pa.Table], pa.Table]] = {
    "rows twice": lambda table: pa.concat_tables([table, table]),
    "a row less": lambda table: table[:-1],
    "rows turned round": lambda table: table.take(np.arange(len(table))[::-1]),
    "no rows": lambda table: table[:0],
    "other columns": lambda table: pa.table({"a": [1]}),
    "a column less": lambda table: table.remove_column(len(table.columns) - 1),
    "text for numbers": lambda table: pa.table({name: ["x"] * len(table) for name in table.column_names}),
    "no metadata": lambda table: table.replace_schema_metadata(None),
}
RECORD = ("states.parquet", "replicas.parquet", "populations/net_opinion.parquet")
TABLES = ("summary.parquet", "ledger.parquet", "episodes.parquet")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    scenario = write_scenario(folder, SCENARIO.replace("steps: 60", "steps: 10"))
    ds.simulate(scenario, replicas=3, out=folder / "run", compiled=False, report=False)
    return folder / "run"


@pytest.fixture
def run_directory(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


def read(directory: Path) -> None:
    """Everything that reads."""
    run = ds.load(directory)
    assert len(run.states)
    assert len(run.summary) == 3
    assert run.population("net_opinion").shape == (3 * 5 * 6, 4)
    assert run.answers


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", [*RECORD, "scenario.yaml", "resolved.yaml", "manifest.json"])
def test_a_damaged_file_is_told(name: str, damage: str, run_directory: Path) -> None:
    DAMAGE[damage](run_directory / name)
    if name == "scenario.yaml" and damage in ("empty", "half", "no table"):
        return  # the scenario as written is only shown, so any text is one
    with pytest.raises(ds.InputError, match=r"manifest|damaged|missing|cannot be read|resolved\.yaml"):
        read(run_directory)
    with pytest.raises(ds.InputError):
        remake(run_directory)


@pytest.mark.parametrize("damage", TABLE_DAMAGE)
@pytest.mark.parametrize("name", RECORD)
def test_a_record_with_other_rows_or_columns_is_told(name: str, damage: str, run_directory: Path) -> None:
    path = run_directory / name
    table = pq.read_table(path)
    pq.write_table(TABLE_DAMAGE[damage](table), path)
    if damage == "no metadata" and name != "replicas.parquet":
        read(run_directory)
        return
    with pytest.raises(ds.InputError, match="is damaged"):
        read(run_directory)


@pytest.mark.parametrize("damage", ["empty", "half", "no table"])
@pytest.mark.parametrize("name", TABLES)
def test_a_damaged_table_is_told_and_made_again_by_report(name: str, damage: str, run_directory: Path) -> None:
    before = pq.read_table(run_directory / name)
    DAMAGE[damage](run_directory / name)
    with pytest.raises(ds.InputError, match=rf"{name}: is damaged"):
        read(run_directory)
    remake(run_directory)
    assert pq.read_table(run_directory / name).equals(before)


@pytest.mark.parametrize("damage", [name for name in TABLE_DAMAGE if name != "rows turned round"])
@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_another_program_changed_is_told(name: str, damage: str, run_directory: Path) -> None:
    before = pq.read_table(run_directory / name)
    after = TABLE_DAMAGE[damage](before)
    pq.write_table(after, run_directory / name)
    if after.equals(before, check_metadata=True):
        return  # a table without rows
    with pytest.raises(ds.InputError, match=rf"{name}: is damaged: .* were written; dynsim report makes it again$"):
        read(run_directory)
    remake(run_directory)
    assert pq.read_table(run_directory / name).equals(before)


def test_a_damaged_metric_is_told_with_what_helps(run_directory: Path) -> None:
    run = ds.load(run_directory)
    file = run_directory / "metrics" / "stability.parquet"
    run.requested.keep(run.requested.request("stability", {}), run_directory)
    whole = pq.read_table(file)
    for damage in (b"", b"PAR1"):
        file.write_bytes(damage)
        ds.load(run_directory).metric("period")  # another one does not mind
        for reading in (lambda: ds.load(run_directory).metric("stability"), lambda: remake(run_directory)):
            with pytest.raises(ds.InputError, match=r"stability\.parquet: is damaged: .*; remove it, and ask"):
                reading()
    pq.write_table(whole[:-1], file)
    with pytest.raises(ds.InputError, match=r"is damaged: .* were written; remove it, and ask"):
        ds.load(run_directory).metric("stability")
    file.unlink()
    remake(run_directory)


def test_a_damaged_metric_that_the_scenario_asks_for_is_made_again_by_report(tmp_path: Path) -> None:
    text = SCENARIO.replace("steps: 60", "steps: 10") + "metrics: {stability: {}}\n"
    ds.simulate(write_scenario(tmp_path, text), replicas=3, out=tmp_path / "run", compiled=False, report=False)
    file = tmp_path / "run" / "metrics" / "stability.parquet"
    before = pq.read_table(file)
    file.write_bytes(b"")
    remake(tmp_path / "run")
    assert pq.read_table(file).equals(before)


def test_a_damaged_record_is_told_without_a_way_that_does_not_help(run_directory: Path) -> None:
    for name in RECORD:
        content = (run_directory / name).read_bytes()
        (run_directory / name).write_bytes(b"")
        with pytest.raises(ds.InputError, match="is damaged: Parquet file size is 0 bytes$"):
            read(run_directory)
        (run_directory / name).write_bytes(content)


@pytest.mark.parametrize("name", RECORD)
def test_what_is_gone_from_a_finished_run_is_told_with_a_way_that_helps(name: str, run_directory: Path) -> None:
    (run_directory / name).unlink()
    with pytest.raises(ds.InputError, match=f"{name}: is missing: it was there when .*; --force makes the run again$"):
        read(run_directory)


def test_a_file_is_no_run_directory(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("x")
    with pytest.raises(ds.InputError, match="run: not a run directory: it is a file$"):
        ds.load(tmp_path / "run")
    (tmp_path / "run").unlink()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text("{")
    with pytest.raises(ds.InputError, match=r"manifest\.json: not a manifest of a run: Invalid JSON"):
        ds.load(tmp_path / "run")


def test_a_number_of_replicas_that_is_not_the_record_s_is_told(run_directory: Path) -> None:
    file = run_directory / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"replicas": 4}))
    with pytest.raises(ds.InputError, match=r"replicas\.parquet: is damaged: .* each of the 4 replicas"):
        read(run_directory)


def test_a_table_of_the_user_s_is_no_result(run_directory: Path) -> None:
    (run_directory / "my_analysis.parquet").write_bytes(b"mine")
    (run_directory / "metrics").mkdir(exist_ok=True)
    (run_directory / "metrics" / "stability.parquet").write_bytes(b"mine")
    read(run_directory)
    run = remake(run_directory)
    assert "my_analysis" not in run.tables
    assert (run_directory / "my_analysis.parquet").read_bytes() == b"mine"
    with pytest.raises(ds.OutputExists, match="was not written by this run"):
        run.requested.keep(run.requested.request("stability", {}), run_directory)
