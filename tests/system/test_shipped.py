"""A scenario's bare name finds the shipped file; a path stays a path."""

from pathlib import Path

import pytest

from dynsim.errors import InputError
from dynsim.system import shipped
from dynsim.system.shipped import scenario_file, shipped_scenarios


@pytest.fixture(params=["inside the package", "beside it"])
def folder(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package as installed, or as checked out, with two scenarios."""
    package = tmp_path / "dynsim"
    folder = (package if request.param == "inside the package" else tmp_path) / "scenarios"
    folder.mkdir(parents=True)
    for name in ("two_pulls", "kuramoto"):
        (folder / f"{name}.yaml").touch()
    monkeypatch.setattr(shipped.errors, "__file__", str(package / "errors.py"))
    return folder


def test_bare_names_are_found_wherever_the_files_lie(folder: Path) -> None:
    assert shipped_scenarios() == {name: folder / f"{name}.yaml" for name in ("kuramoto", "two_pulls")}
    assert scenario_file("two_pulls") == folder / "two_pulls.yaml"


@pytest.mark.parametrize("name", ["two_pulls.yaml", "./two_pulls", "runs/two_pulls", "missing.yml"])
def test_what_looks_like_a_path_is_one(folder: Path, name: str) -> None:
    assert scenario_file(name) == Path(name)


def test_a_file_that_exists_comes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parents[1])
    Path("two_pulls").touch()
    assert scenario_file("two_pulls") == Path("two_pulls")


def test_an_unknown_name_gets_the_nearest(folder: Path) -> None:
    expected = "unknown scenario 'two_pull': did you mean 'two_pulls'? known are kuramoto, two_pulls"
    with pytest.raises(InputError) as caught:
        scenario_file("two_pull")
    assert str(caught.value) == expected
