"""What belongs to others is never touched: links are not followed, a foreign manifest makes no run directory, and of
two starts at once one is refused."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dynsim.errors import InputError, OutputExists, RunError
from dynsim.record.directory import Sources, begun, check_output, claim, create
from dynsim.record.files import opened, write_text
from dynsim.record.manifest import Manifest, now, package_versions, read_manifest, scenario_hash

RESULTS = ("states.parquet", "populations/net.parquet", "report.html")
SOURCES = Sources("as written", "title: a\n")


def manifest() -> Manifest:
    return Manifest(
        title="a", scenario="a.yaml", scenario_hash=scenario_hash(SOURCES.resolved, {}), seed=7, replicas=3,
        compiled=True, command="dynsim run a.yaml", start=now(), versions=package_versions(),
    )


@pytest.fixture
def run_directory(tmp_path: Path) -> Path:
    path = tmp_path / "run"
    create(path, manifest(), SOURCES, RESULTS)
    return path


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file of the user's that a stranger's links point at."""
    path = tmp_path / "victim"
    path.mkdir()
    (path / "letter.txt").write_text("mine")
    (path / "checkpoint.npz").write_text("mine")
    (path / "net.parquet").write_text("mine")
    return path


def untouched(victim: Path) -> bool:
    return {file.name: file.read_text() for file in victim.iterdir()} == dict.fromkeys(
        ("letter.txt", "checkpoint.npz", "net.parquet"), "mine"
    )


@pytest.mark.parametrize("name", ["report.html", ".report.html.tmp", "manifest.json", ".manifest.json.tmp"])
def test_a_file_that_is_a_link_is_replaced_and_what_it_points_at_stays(
    name: str, run_directory: Path, victim: Path
) -> None:
    (run_directory / name).unlink(missing_ok=True)
    (run_directory / name).symlink_to(victim / "letter.txt")
    write_text(run_directory / "report.html", "new")
    write_text(run_directory / "manifest.json", "new")
    assert not (run_directory / "report.html").is_symlink()
    assert untouched(victim)


@pytest.mark.parametrize("name", [".partial", "populations", "states.parquet", "scenario.yaml", "report.html"])
def test_a_run_is_not_replaced_through_a_link(name: str, run_directory: Path, victim: Path) -> None:
    target = victim if name in (".partial", "populations") else victim / "letter.txt"
    if name == ".partial":
        (run_directory / name).rmdir()
    (run_directory / name).unlink(missing_ok=True)
    (run_directory / name).symlink_to(target)
    with pytest.raises(InputError, match=f"{name}: is a link"):
        create(run_directory, manifest(), SOURCES, RESULTS)
    assert untouched(victim)


def test_nothing_is_read_through_a_link(run_directory: Path, victim: Path) -> None:
    (run_directory / "report.html").symlink_to(victim / "letter.txt")
    with pytest.raises(InputError, match="is a link"):
        opened(run_directory / "report.html")
    (run_directory / "manifest.json").unlink()
    (run_directory / "manifest.json").symlink_to(victim / "letter.txt")
    with pytest.raises(InputError, match="is a link"):
        read_manifest(run_directory)


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path)], ids=["pipe", "folder", "link"]
)
def test_a_manifest_that_is_no_file_is_an_input_error(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "manifest.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_manifest(tmp_path)


FOREIGN = [
    {"name": "a web app", "short_name": "app", "icons": []},
    {"title": "a", "scenario": "a", "seed": 1, "replicas": 2, "scenario_hash": "0", "compiled": True, "command": "",
     "start": ""},
]


@pytest.mark.parametrize("content", FOREIGN, ids=["web app", "no versions"])
@pytest.mark.parametrize("settings", [{"force": True}, {"resume": True}], ids=str)
def test_a_manifest_of_another_program_makes_no_run_directory(
    content: dict[str, object], settings: dict[str, bool], tmp_path: Path
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(OutputExists, match=r"not a manifest of a run: .*; the directory is left alone"):
        check_output(tmp_path, **settings)
    with pytest.raises(OutputExists), begun(tmp_path, **settings):
        pass


@pytest.mark.parametrize(
    ("key", "value"),
    [("seed", "7"), ("replicas", 0), ("replicas", 2.5), ("versions", []), ("status", "lost"), ("ticks", None),
     ("title", 3), ("files", "report.html"), ("scenario_hash", "x" * 64)],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_an_input_error(key: str, value: object, run_directory: Path) -> None:
    file = run_directory / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))
    with pytest.raises(InputError, match="not a manifest of a run"):
        read_manifest(run_directory)


OUTSIDE = ["../victim/letter.txt", "/etc/passwd", "a/../../b", "c:\\x", "c:/x", "", ".", "a//b", "a\n"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_manifest_that_lists_files_outside_is_refused(name: str, run_directory: Path) -> None:
    file = run_directory / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"files": [name]}))
    with pytest.raises(InputError, match="not in the directory"):
        read_manifest(run_directory)


@pytest.mark.parametrize("name", ["manifest.json", "States.parquet", ".partial/part-0000000.npz", "../net.csv"])
def test_a_graph_file_does_not_take_the_place_of_a_file_of_the_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rename it"):
        create(tmp_path / "run", manifest(), Sources("", "", {name: b"a,b"}), RESULTS)


def test_a_file_in_the_way_is_refused_before_anything_is_removed(run_directory: Path) -> None:
    (run_directory / "states.parquet").write_text("old")
    (run_directory / "ledger.parquet").write_text("mine")
    with pytest.raises(OutputExists, match=r"ledger\.parquet: was not written by this run"):
        create(run_directory, manifest(), SOURCES, (*RESULTS, "ledger.parquet"))
    with pytest.raises(OutputExists, match="was not written by this run"):
        claim(run_directory, ["ledger.parquet"])
    assert (run_directory / "states.parquet").read_text() == "old"
    assert (run_directory / "ledger.parquet").read_text() == "mine"


def test_what_is_claimed_is_listed_before_it_is_written(run_directory: Path) -> None:
    claim(run_directory, ["metrics/stability.parquet"])
    assert "metrics/stability.parquet" in read_manifest(run_directory).files


def test_of_two_starts_into_one_new_directory_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    check_output(path)  # both find no directory
    check_output(path)
    with begun(path):
        with pytest.raises(OutputExists), begun(path):
            pass
        create(path, manifest(), SOURCES)
    with pytest.raises(OutputExists, match="exists"), begun(path):  # the second comes when the first is done
        pass
    assert read_manifest(path).seed == 7


def test_a_directory_that_filled_up_meanwhile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Path.mkdir

    def filled(path: Path, *args: object, **settings: object) -> None:
        made(path, *args, **settings)
        (path / "note.txt").touch()

    monkeypatch.setattr(Path, "mkdir", filled)
    with pytest.raises(OutputExists, match="another process has begun"), begun(tmp_path / "run"):
        pass


def test_a_place_that_cannot_be_made_is_a_run_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be created"), begun(tmp_path / "file" / "run"):
        pass
