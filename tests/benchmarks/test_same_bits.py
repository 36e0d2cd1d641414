"""What the comparison of run directories sees, and what it passes over."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks.run_directories import differences

COLUMNS = {"t": [0, 1, 2], "x": [0.0, 1.5, np.nan], "verdict": ["cycling", None, "drifting"]}
MANIFEST = {"title": "a run", "ticks": 3, "start": "12:00"}
PAGE = "<h2>What ran?</h2>\n<tr><th>start</th><td>12:00</td></tr>\n<script type='json'>[1]</script>\n<li>x grew</li>\n"


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Two directories with the same content."""
    both = (tmp_path / "before", tmp_path / "after")
    for run in both:
        (run / "metrics").mkdir(parents=True)
        pd.DataFrame(COLUMNS).to_parquet(run / "metrics" / "a.parquet")
        (run / "manifest.json").write_text(json.dumps(MANIFEST))
        (run / "report.html").write_text(PAGE)
    return both


def found(runs: tuple[Path, Path]) -> list[str]:
    return [each.where for each in differences(*runs)]


def test_equal_runs_made_at_different_times_are_the_same(runs: tuple[Path, Path]) -> None:
    (runs[1] / "manifest.json").write_text(json.dumps(MANIFEST | {"start": "13:00"}))
    (runs[1] / "report.html").write_text(PAGE.replace("12:00", "13:00"))
    assert found(runs) == []


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("x", [0.0, np.nextafter(1.5, 2), np.nan]),
        ("x", [-0.0, 1.5, np.nan]),
        ("x", [0.0, 1.5, 0.0]),
        ("t", [0, 1, 3]),
        ("verdict", ["cycling", "", "drifting"]),
    ],
)
def test_one_changed_value_names_its_column(runs: tuple[Path, Path], column: str, values: list[object]) -> None:
    pd.DataFrame(COLUMNS | {column: values}).to_parquet(runs[1] / "metrics" / "a.parquet")
    assert found(runs) == [f"metrics/a.parquet ({column})"]


def test_another_type_or_name_of_a_column_is_seen(runs: tuple[Path, Path]) -> None:
    table = pd.DataFrame(COLUMNS)
    table.astype({"x": np.float32}).to_parquet(runs[1] / "metrics" / "a.parquet")
    assert found(runs) == ["metrics/a.parquet (x, metadata)"]
    table.rename(columns={"x": "y"}).to_parquet(runs[1] / "metrics" / "a.parquet")
    assert found(runs) == ["metrics/a.parquet (x, y)"]


def test_what_a_table_says_of_itself_is_seen(runs: tuple[Path, Path]) -> None:
    path = runs[1] / "metrics" / "a.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata({"settings": "{}"}), path)
    assert found(runs) == ["metrics/a.parquet (metadata)"]


@pytest.mark.parametrize(("old", "new"), [("[1]", "[2]"), ("x grew", "x shrank")])
def test_a_figure_or_sentence_of_the_report_is_seen(runs: tuple[Path, Path], old: str, new: str) -> None:
    (runs[1] / "report.html").write_text(PAGE.replace(old, new))
    assert found(runs) == ["report.html"]


def test_a_file_on_one_side_and_a_fact_of_the_manifest_are_seen(runs: tuple[Path, Path]) -> None:
    (runs[0] / "resolved.yaml").write_text("dynsim: 1\n")
    (runs[1] / "manifest.json").write_text(json.dumps(MANIFEST | {"ticks": 4}))
    assert found(runs) == ["resolved.yaml (only before)", "manifest.json"]
