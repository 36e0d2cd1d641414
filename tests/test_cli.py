"""The command line as a user meets it: what it prints, where, and what it ends with."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

import dynsim as ds
from dynsim import cli
from tests.running import SCENARIO, in_a_process_killed_at, small_parts, write_scenario

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
HANGS = 600  # seconds after which a process that should have ended long ago hangs


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def dynsim(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs a command in a folder with the scenario everything.yaml; gives its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    write_scenario(tmp_path)

    def command(*arguments: str) -> Result:
        with pytest.raises(SystemExit) as exit_:
            cli.main(arguments)
        captured = capsys.readouterr()
        return Result(int(exit_.value.code or 0), captured.out, captured.err)

    return command


QUICK = ("--no-compile", "--no-report")


def test_a_run_ends_with_a_summary_in_words(dynsim, tmp_path) -> None:
    done = dynsim("run", "everything.yaml", "--out", "out", *QUICK)
    assert done.code == 0
    assert done.err == "", "no progress where nobody looks"
    lines = done.out.splitlines()
    assert lines[0] == "a bit of everything: 6 replicas to t = 60"
    text = " ".join(line.removeprefix("  ") for line in lines)
    assert "- No replica settled (0 of 6): noise keeps moving x." in text
    assert re.search(r"- In (every replica|\d+ % of replicas), one and two fought over x ", text)
    assert re.search(r"- (one|two)( gained| lost|'s objective)", text)
    assert "- one and two move exactly where their labels point (fidelity 1)." in text
    assert max(map(len, lines)) <= 80, "where there is no terminal"
    assert "\x1b" not in done.out
    assert lines[-1] == "tables: out"
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["scenario"] == "everything.yaml"


def test_every_file_that_is_promised_is_there(dynsim, tmp_path) -> None:
    dynsim("run", "everything.yaml", "--out", "out", *QUICK)
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    assert files >= {
        "manifest.json", "scenario.yaml", "resolved.yaml", "states.parquet", "populations/net_opinion.parquet",
        "episodes.parquet", "ledger.parquet", "contest.parquet", "summary.parquet",
    }
    assert not [file for file in files if ".tmp" in file or "partial" in file]
    episodes = pd.read_parquet(tmp_path / "out" / "episodes.parquet")
    assert set(episodes) >= {
        "replica", "kind", "agents", "variables", "onset", "peak", "end", "intensity", "harm", "outcome",
    }


def test_options_change_the_run(dynsim, tmp_path) -> None:
    done = dynsim(
        "run", "everything.yaml", "--out", "out", *QUICK, "--replicas", "3", "--seed", "11", "--threads", "1",
        "--set", "params.goal=4", "--set", "clock.steps=8",
    )
    assert done.code == 0, done.err
    states = pd.read_parquet(tmp_path / "out" / "states.parquet")
    assert states.t.max() == 8
    assert set(states.goal) == {4.0}
    assert set(states.replica) == {0, 1, 2}
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["seed"] == 11


def test_quiet_prints_nothing(dynsim) -> None:
    done = dynsim("run", "everything.yaml", "--out", "out", *QUICK, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_every_run_has_a_directory_of_its_own_by_default(dynsim, tmp_path) -> None:
    assert dynsim("run", "everything.yaml", *QUICK).code == 0
    (made,) = (tmp_path / "runs").iterdir()
    assert re.fullmatch(r"everything-\d{8}-\d{6}", made.name)


def test_an_existing_directory_is_refused_forced_or_gone_on_with(dynsim, tmp_path) -> None:
    assert dynsim("run", "everything.yaml", "--out", "out", *QUICK).code == 0
    first = (tmp_path / "out" / "states.parquet").read_bytes()
    refused = dynsim("run", "everything.yaml", "--out", "out", *QUICK)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "out: exists; --force replaces the run in it, --resume goes on with it\n"
    assert dynsim("run", "everything.yaml", "--out", "out", *QUICK, "--resume").code == 0
    assert (tmp_path / "out" / "states.parquet").read_bytes() == first
    other = dynsim("run", "everything.yaml", "--out", "out", *QUICK, "--resume", "--seed", "8")
    assert other.code == 2
    assert "out: --resume needs the same run: seed: 3 there, 8 here" in other.err
    assert dynsim("run", "everything.yaml", "--out", "out", *QUICK, "--force", "--seed", "8").code == 0
    assert (tmp_path / "out" / "states.parquet").read_bytes() != first


def test_a_killed_run_is_gone_on_with(dynsim, tmp_path) -> None:
    def run_in_parts() -> None:
        with small_parts():
            cli.main(["run", "everything.yaml", "--out", "cut", *QUICK, "--quiet"])

    assert not in_a_process_killed_at(15, run_in_parts)
    failed = dynsim("report", "cut")
    assert failed.code == 2
    assert "the run was cut off before its end; --resume goes on with it" in failed.err
    assert dynsim("run", "everything.yaml", "--out", "cut", *QUICK, "--resume").code == 0
    assert dynsim("run", "everything.yaml", "--out", "whole", *QUICK).code == 0
    for name in ("states.parquet", "summary.parquet", "episodes.parquet"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "two_puls"], "did you mean 'two_pulls'?"),
        (["run", "missing.yaml"], "missing.yaml"),
        (["run", "everything.yaml", "--set", "params.gaol=1"], "gaol"),
        (["run", "a" * 300 + ".yaml"], "cannot be read: File name too long"),
        (["validate", "a" * 300], "unknown scenario"),
        (["run", "everything.yaml", "--out", "runs/\udcff"], "expected a path of printable characters"),
        (["run", "everything.yaml", "--set", "nonsense"], "expected PATH=VALUE"),
        (["run", "everything.yaml", "--set", "nonsense="], "nonsense: unknown key"),
        (["run", "everything.yaml", "--replicas", "0"], "replicas"),
        (["run", "everything.yaml", "--replicas", "many"], "many"),
        (["run", "everything.yaml", "--seed", "-1"], "seed"),
        (["run", "everything.yaml", "--threads", "0"], "threads"),
        (["run", "everything.yaml", "--force"], "--out"),
        (["run", "everything.yaml", "--resume"], "--out"),
        (["run", "everything.yaml", "--out", "new", "--force", "--resume"], "choose"),
        (["run"], "SCENARIO"),
        (["run", "everything.yaml", "--fast"], "--fast"),
        (["walk"], "walk"),
        (["report", "nowhere"], "not a run directory"),
        (["list", "colours"], "colours"),
        (["validate"], "SCENARIO"),
        (["new", "everything.yaml"], "exists, and is not overwritten"),
        (["new", "no/such/folder/mine.yaml"], "cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_exit_code_2_with_a_message_and_writes_nothing(
    arguments: list[str], message: str, dynsim, tmp_path
) -> None:
    done = dynsim(*arguments)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""
    assert "Traceback" not in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["everything.yaml"]
    assert (tmp_path / "everything.yaml").read_text() == SCENARIO


def test_every_mistake_of_every_file_is_printed(dynsim, tmp_path) -> None:
    write_scenario(tmp_path)
    (tmp_path / "bad.yaml").write_text(
        SCENARIO.replace("rate: 0.02", "rate: fast").replace("x - goal", "x - gaol").replace("steps: 60", "steps: 0")
    )
    (tmp_path / "worse.yaml").write_text("dynsim: [")
    done = dynsim("validate", "everything.yaml", "bad.yaml", "worse.yaml")
    assert done.code == 2
    assert done.out == "everything.yaml: 2 agents, 4 variables, 6 replicas\n"
    lines = done.err.splitlines()
    assert any(re.match(r"bad\.yaml:9:\d+: variables\.far\.expr: .*gaol.*did you mean 'goal'", line) for line in lines)
    expected = r"bad\.yaml:11:\d+: agents\.one\.rule\.rate: expected a positive number, got 'fast'"
    assert any(re.match(expected, line) for line in lines), done.err
    assert any(re.match(r"bad\.yaml:15:\d+: clock\.steps: ", line) for line in lines)
    assert any(re.match(r"worse\.yaml:\d+:\d+: not YAML", line) for line in lines)


def test_a_failed_run_is_exit_code_1(dynsim, tmp_path) -> None:
    done = dynsim("run", "everything.yaml", *QUICK, "--out", "everything.yaml/run")
    assert done.code == 1
    assert "cannot be created" in done.err
    done = dynsim("run", "everything.yaml", *QUICK, "--out", "a" * 300)
    assert done.code == 1
    assert "cannot be created: File name too long" in done.err
    done = dynsim("run", "everything.yaml", *QUICK, "--set", "clock.steps=100000000000")
    assert done.code == 1
    assert "the record needs" in done.err


def test_a_new_scenario_is_a_good_one(dynsim, tmp_path) -> None:
    assert dynsim("new", "mine.yaml").code == 0
    assert dynsim("validate", "mine.yaml").out == "mine.yaml: 2 agents, 2 variables, 100 replicas\n"
    assert dynsim("run", "mine.yaml", *QUICK).code == 0
    text = (tmp_path / "mine.yaml").read_text()
    commented = text.replace("    # pursues", "    pursues").replace('"   what', '" # what')
    commented = re.sub(r"^(\s*)# (credit|paths): (\{.*?\}).*$", r"\1\2: \3", commented, flags=re.MULTILINE)
    commented = commented.replace("# events:", "events:").replace("#   accident", "  accident")
    assert "\n    pursues:" in commented
    assert "\nevents:" in commented
    ds.load_scenario(commented).resolve()


def test_the_schema_is_one_and_accepts_the_template(dynsim, tmp_path) -> None:
    schema = json.loads(dynsim("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    dynsim("new", "mine.yaml")
    jsonschema.validate(ds.load_scenario(tmp_path / "mine.yaml").data, schema)


def test_list_shows_what_there_is(dynsim) -> None:
    assert re.search(r"^  lola +\S.*\n +needs own gradient, .*J·v, Jᵀ·v$", dynsim("list", "rules").out, re.MULTILINE)
    assert re.search(r"^  iterated_matrix +\S", dynsim("list", "games").out, re.MULTILINE)
    assert re.search(r"^  verdict +\S", dynsim("list", "metrics").out, re.MULTILINE)
    assert re.search(r"^  two_pulls +\S", dynsim("list", "scenarios").out, re.MULTILINE)
    assert re.search(r"^  five_leaks +\S", dynsim("list", "experiments").out, re.MULTILINE)
    everything = dynsim("list").out
    for kind in ("scenarios", "rules", "games", "integrators", "metrics", "episodes", "answers", "figures", "atlas"):
        assert re.search(rf"^{kind}$", everything, re.MULTILINE)


def test_every_shipped_scenario_is_valid(dynsim) -> None:
    names = [line.split()[0] for line in dynsim("list", "scenarios").out.splitlines()]
    done = dynsim("validate", *names)
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == len(names)


def test_report_makes_tables_and_page_again_without_simulating(dynsim, tmp_path, monkeypatch) -> None:
    from dynsim.session import job

    assert dynsim("run", "everything.yaml", "--out", "out", "--no-compile").code == 0
    monkeypatch.setattr(job, "run_engine", None)
    made = {name: (tmp_path / "out" / name).read_bytes() for name in ("ledger.parquet", "report.html")}
    for name in made:
        (tmp_path / "out" / name).unlink()
    done = dynsim("report", "out")
    assert done.code == 0
    assert done.out.splitlines()[-1] == "report: out/report.html"
    assert {name: (tmp_path / "out" / name).read_bytes() for name in made} == made


def test_version(dynsim) -> None:
    assert dynsim("--version").out == f"dynsim, version {ds.__version__}\n"


def start(*arguments: str, folder: Path, **streams: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dynsim", *arguments]
    return subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, **streams)


def start_code(code: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE)


def wait_for(condition, process: subprocess.Popen[bytes]) -> None:
    while not condition():
        assert process.poll() is None, "it ended before"
        time.sleep(0.02)


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_is_exit_code_130_and_keeps_the_results(presses: int, dynsim, tmp_path) -> None:
    long = ("--set", "clock.steps=10000000", "--set", "record.every=1000")
    arguments = ("run", "everything.yaml", "--out", "out", *QUICK, *long)
    with start(*arguments, folder=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for((tmp_path / "out" / "resolved.yaml").exists, process)
        time.sleep(1.0)
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        out, err = process.communicate(timeout=HANGS)
    assert process.returncode == 130, err.decode()
    assert b"--resume" in err
    assert b"Traceback" not in err
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["status"] == "interrupted"
    if presses == 1:
        assert b"(interrupted)" in out
        assert (tmp_path / "out" / "summary.parquet").exists()


def test_progress_is_shown_on_a_terminal(dynsim, tmp_path) -> None:
    ours, theirs = pty.openpty()
    with start("run", "everything.yaml", *QUICK, folder=tmp_path, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # how a terminal says that the other side is gone
            pass
        out, _ = process.communicate(timeout=HANGS)
    os.close(ours)
    assert process.returncode == 0
    assert b"%" in shown
    assert b"%" not in out.split(b"\n")[0]


def test_a_reader_that_has_seen_enough_is_no_error(dynsim, tmp_path) -> None:
    with start("list", folder=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
        process.wait(timeout=HANGS)
    assert errors == b""


def test_help_imports_nothing_heavy(tmp_path) -> None:
    """What makes it answer at once."""
    code = "import sys; from dynsim.cli import main; main(['--help'])"
    with start_code(f"import atexit, sys; atexit.register(lambda: print(*sys.modules)); {code}", tmp_path) as process:
        out, _ = process.communicate(timeout=HANGS)
    heavy = {"numpy", "numba", "pandas", "pyarrow", "plotly", "networkx", "pydantic", "rich"}
    assert b"Usage: dynsim" in out
    assert not heavy & set(out.decode().split())


def test_advice_is_one_line_on_stderr_and_no_failure(dynsim, tmp_path) -> None:
    rule = "{lola: {rate: 0.05, foresight: 0.3}}"
    (tmp_path / "tandem.yaml").write_text(
        "dynsim: 1\ntitle: Tandem\nvariables: {x: {init: 1}, y: {init: 0}}\nagents:\n"
        f'  one: {{controls: x, declared: "(x+y)**2 - 2*x", rule: {rule}}}\n'
        f'  two: {{controls: y, declared: "(x+y)**2 - 2*y", rule: {rule}}}\nclock: {{steps: 3}}\n',
        encoding="utf-8",
    )
    for command in (("validate", "tandem.yaml"), ("run", "tandem.yaml", "--out", "out", *QUICK)):
        done = dynsim(*command)
        assert done.code == 0
        assert [line.split(" with ")[0] for line in done.err.splitlines()] == [
            "warning: tandem.yaml:5:87: agents.one.rule.foresight:",
            "warning: tandem.yaml:6:87: agents.two.rule.foresight:",
        ]


def test_the_atlas_prints_expected_and_measured_numbers_and_writes_a_page(dynsim, tmp_path) -> None:
    done = dynsim("atlas", "simultaneous_gradient", "--out", "out")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^ +1\.644631822 +1\.644631822 +1\.6e-10 +reproduced$", done.out, re.MULTILINE)
    assert max(map(len, done.out.splitlines())) <= 80, "where there is no terminal"
    assert done.out.endswith("report: out/atlas.html\n")
    page = (tmp_path / "out" / "atlas.html").read_text()
    assert "Mescheder" in page
    assert "https://" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert json.loads((tmp_path / "out" / "simultaneous_gradient.json").read_text())["checks"]


def test_a_row_that_is_not_reproduced_is_exit_code_1(dynsim, monkeypatch) -> None:
    from dynsim.atlas.rows.base import ROWS, Check

    row = ROWS.get("simultaneous_gradient")
    monkeypatch.setattr(row, "checks", lambda self: [Check("a number", 1.0, 2.0)])
    done = dynsim("atlas", "simultaneous_gradient")
    assert done.code == 1
    assert "not reproduced" in done.out
    monkeypatch.setattr(row, "checks", lambda self: [Check("a number", 1.0, 2.0, missed="Much was tried.")])
    done = dynsim("atlas", "simultaneous_gradient", "--out", "second")
    assert done.code == 0
    assert "not reproduced\n  Much was tried.\n" in done.out


def test_the_atlas_refuses_a_directory_that_exists_and_a_row_that_does_not(dynsim, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    done = dynsim("atlas", "simultaneous_gradient", "--out", "out")
    assert (done.code, done.out, done.err) == (2, "", "out: exists, and is not overwritten\n")
    done = dynsim("atlas", "simultaneous_gradiant")
    assert done.code == 2
    assert "unknown row of the atlas 'simultaneous_gradiant': did you mean 'simultaneous_gradient'?" in done.err


def test_what_shows_only_when_the_rules_are_applied_has_its_line_too(dynsim, tmp_path) -> None:
    (tmp_path / "misfits.yaml").write_text("""\
dynsim: 1
title: Rules that cannot serve their agents
graphs: {net: {generator: complete_graph, n: 4}}
variables: {x: {on: net, init: 0}, y: {size: 2, init: 0.5}, z: {init: 0}}
agents:
  one:
    controls: x
    declared: "x**2"
    rule:
      lola: {rate: 0.05, foresight: 0.3}
  two: {controls: y, declared: "y[0]", rule: {replicator: {rate: 0.05}}}
  three: {controls: z, declared: "z**2", rule: {momentum: {rate: 0.1}}}
clock: {time: 50, dt: 0.1}
""", encoding="utf-8")
    done = dynsim("validate", "misfits.yaml")
    assert done.code == 2
    assert done.err.splitlines() == [
        "misfits.yaml:10:7: agents.one.rule: rule 'lola' cannot move a population",
        "misfits.yaml:11:46: agents.two.rule: rule 'replicator' moves whole points of a simplex, not y",
        "misfits.yaml:12:48: agents.three.rule: rule 'momentum' works on a discrete clock, not a continuous one",
    ]
