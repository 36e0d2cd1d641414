"""What holds for every row of the atlas, and that each reproduces what it says."""

import re
from inspect import getdoc
from pathlib import Path

import pytest

import dynsim.atlas.rows as package
from dynsim.atlas.result import measured, read
from dynsim.atlas.rows.base import ROWS, SECTIONS, rows
from dynsim.version import __version__

STORED = Path(__file__).parents[2] / "docs" / "atlas"
NAMES = [row.name for row in rows()]
QUICK = [row.name for row in rows() if row.quick]


@pytest.mark.parametrize("name", NAMES)
def test_a_row_says_what_it_is_about(name: str) -> None:
    row = ROWS.get(name)
    assert len(getdoc(row) or "") > 80, "what is played, and what theory says"
    assert row.heading[0].isupper()
    assert not row.heading.endswith(".")
    assert row.section in SECTIONS
    assert re.search(r"\b(1[6-9]|20)\d\d\b", row.source), "a source has a year"


@pytest.mark.parametrize("name", NAMES)
def test_a_row_has_a_name_in_words_and_a_file_of_that_name(name: str) -> None:
    assert re.fullmatch(r"[a-z]{2,}(_[a-z]+)*", name)
    assert ROWS.get(name).__module__ == f"{package.__name__}.{name}"


@pytest.mark.parametrize("name", QUICK)
def test_a_quick_row_is_reproduced(name: str) -> None:
    holds(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in QUICK])
def test_a_row_is_reproduced(name: str) -> None:
    holds(name)


def holds(name: str) -> None:
    """Every check that should be reproduced is, and none that is said to be missed; each says what it is of. A figure
    can be read."""
    result = measured(ROWS.get(name)())
    assert result.checks
    assert [f"{c.what}: {c.expected}, not {c.measured} (± {c.allowed})" for c in result.checks if c.failed] == []
    assert [c.what for c in result.checks if c.missed and c.reproduced] == []
    assert len({c.what for c in result.checks}) == len(result.checks)
    figure = result.drawn()
    if figure is not None:
        assert figure.data
        assert figure.layout.height
        axes = [axis for key, axis in figure.to_plotly_json()["layout"].items() if re.fullmatch(r"[xy]axis\d*", key)]
        assert sum(bool(axis.get("title", {}).get("text")) for axis in axes) >= 2, "both axes have a title"


def test_the_kept_numbers_are_those_of_all_rows_and_of_this_version() -> None:
    kept = {path.stem: read(path) for path in STORED.glob("*.json")}
    assert sorted(kept) == sorted(NAMES)
    assert {name: result.version for name, result in kept.items()} == dict.fromkeys(NAMES, __version__)
    assert [name for name, result in kept.items() if result.failed or result.name != name] == []


def test_what_is_kept_is_small() -> None:
    """A figure holds no more points than can be seen."""
    assert {path.name: path.stat().st_size for path in STORED.glob("*.json") if path.stat().st_size > 150_000} == {}
