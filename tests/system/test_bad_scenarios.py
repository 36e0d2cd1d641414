"""What bad input gets: every case of bad_scenarios.yaml with its exact messages, quickly."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dynsim.errors import InputError
from dynsim.system.scenario import load_scenario
from tests.work import MOMENT, at_most

TABLE = yaml.safe_load((Path(__file__).parent / "bad_scenarios.yaml").read_text("utf-8"))


def text_of(changes: dict[str, Any]) -> str:
    sections = TABLE["base"] | changes
    return "".join(f"{key}: {value}\n" for key, value in sections.items() if value is not None)


def messages(text: str) -> list[str]:
    with pytest.raises(InputError) as error:
        load_scenario(text, file="bad.yaml").resolve()
    return [str(problem).removeprefix("bad.yaml:") for problem in error.value.problems]


def test_the_base_is_good() -> None:
    assert list(load_scenario(text_of({})).resolve().agents) == ["a"]


def test_the_table_is_long_enough() -> None:
    assert len({case["case"] for case in TABLE["cases"]}) == len(TABLE["cases"]) >= 60


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["case"])
def test_messages(case: dict[str, Any]) -> None:
    with at_most(MOMENT):
        found = messages(text_of(case["with"]))
    assert len(found) == len(case["says"])
    for message, expected in zip(found, case["says"], strict=True):
        if expected.endswith("…"):
            assert message.startswith(expected[:-1])
        else:
            assert message == expected


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file or directory"):
        load_scenario(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("../net.csv", None, "expected a file in the scenario's folder or below it, got '../net.csv'"),
        ("/etc/passwd", None, "expected a file in the scenario's folder or below it, got '/etc/passwd'"),
        ("none.csv", None, "cannot read 'none.csv': No such file or directory"),
        ("net.txt", "a b\n", "expected a file that ends in .graphml, .edgelist, .csv, .parquet, got 'net.txt'; "
         "NetworkX and Gephi can write GraphML"),
        ("net.csv", "a,b\nc\n", "line 2 of 'net.csv': expected source, target and optionally a weight, got 1 column"),
        ("net.csv", "a,b,inf\n", "line 1 of 'net.csv': expected a finite weight, got 'inf'"),
        ("net.edgelist", "", "expected a graph with at least one node, got an empty graph"),
        ("net.edgelist", "a a\n", "line 1 of 'net.edgelist': the node 'a' has an edge to itself: only a graph with "
         "`directed: true` may have one"),
        ("net.graphml", "<!DOCTYPE x []>", "document types and entities are not allowed in 'net.graphml'"),
    ],
)
def test_graph_files(tmp_path: Path, name: str, content: str | None, expected: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(text_of({"graphs": f"{{net: {{file: {name}}}}}"}))
    with pytest.raises(InputError) as error:
        load_scenario(scenario).resolve()
    assert [p.message for p in error.value.problems] == [expected]


def test_a_file_that_is_not_graphml(tmp_path: Path) -> None:
    (tmp_path / "net.graphml").write_text("<graph")
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(text_of({"graphs": "{net: {file: net.graphml}}"}))
    with pytest.raises(InputError, match=r"graphs\.net\.file: not GraphML: line 1 of 'net\.graphml'"):
        load_scenario(scenario).resolve()


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.csv").write_text("a,b\n")
    (tmp_path / "inside" / "net.csv").symlink_to(tmp_path / "secret.csv")
    scenario = tmp_path / "inside" / "scenario.yaml"
    scenario.write_text(text_of({"graphs": "{net: {file: net.csv}}"}))
    with pytest.raises(InputError, match="expected a file in the scenario's folder"):
        load_scenario(scenario).resolve()


def test_a_text_over_several_lines_has_its_column_in_words() -> None:
    text = text_of({"variables": "\n  x: {init: 1}\n  d:\n    expr: >\n      k*x\n      + qq\n"})
    assert messages(text) == ["8:11: variables.d.expr: unknown name 'qq' (character 7 of 'k*x + qq\\n')"]


def test_a_section_with_nothing_in_it_is_as_good_as_none() -> None:
    sections = dict.fromkeys(("graphs", "games", "events", "ensemble", "record"), "")
    assert list(load_scenario(text_of(sections)).resolve().agents) == ["a"]
