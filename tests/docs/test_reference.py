"""What the pages say of the code is what the code has."""

import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

from reference import MARKER, PARTS, escaped, prose, table, with_parts  # noqa: E402

from dynsim.algebra.reading.calls import FUNCTIONS, OF_POPULATION  # noqa: E402
from dynsim.algebra.reading.names import CONSTANTS  # noqa: E402
from dynsim.algebra.reading.sampling import DISTRIBUTIONS  # noqa: E402
from dynsim.registry import Registry  # noqa: E402
from dynsim.rules.base import RULES  # noqa: E402
from dynsim.system.scenario import schema  # noqa: E402

SCHEMA = schema()
SECTIONS = {"the scenario": SCHEMA, **{n: d for n, d in SCHEMA["$defs"].items() if n.endswith("Spec")}}
KEYS = [(name, key) for name, section in SECTIONS.items() for key in section["properties"]]


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def test_every_marker_has_its_part_and_every_part_its_marker() -> None:
    used = {name for file in DOCS.glob("*.md") for name in MARKER.findall(file.read_text(encoding="utf-8"))}
    assert used == set(PARTS)


@pytest.mark.parametrize("name", PARTS)
def test_parts_are_written(name: str) -> None:
    assert len(PARTS[name]()) > 40


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_key_has_a_meaning_and_an_example_that_is_valid(section: str, key: str) -> None:
    described: dict[str, Any] = SECTIONS[section]["properties"][key]
    assert described["description"]
    for example in described["examples"]:
        jsonschema.validate(example, {**described, "$defs": SCHEMA["$defs"]})


def test_every_key_is_in_the_reference() -> None:
    text = with_parts(page("scenario"))
    assert [key for _, key in KEYS if f"| `{key}` |" not in text] == []


def test_every_function_is_in_the_grammar() -> None:
    text = with_parts(page("scenario"))
    names = {*FUNCTIONS, *DISTRIBUTIONS, *OF_POPULATION, *CONSTANTS}
    assert [name for name in names if not re.search(rf"`{name}\b", text)] == []


def test_every_rule_is_listed_with_its_settings() -> None:
    text = with_parts(page("rules"))
    assert [name for name in RULES.names() if f"\n### {name}\n" not in text] == []
    assert "*clock: discrete; populations: yes; needs: own gradient, memory*" in text
    assert "| `beta1` | decay of the first moment | a number at least 0 and below 1 | `0.9` |" in text


def test_markup_in_docstrings_is_shown_literally() -> None:
    assert escaped("E_i and |x| in `a_b` [1]") == r"E\_i and \|x\| in `a_b` \[1\]"
    assert prose("One\n  line_s.\n\n    kept   as *is*\nend") == "One line\\_s.\n\n```text\nkept   as *is*\n```\n\nend"
    assert table(["a"], [["1"]]) == "| a |\n| --- |\n| 1 |"


def test_the_site_has_every_page_in_a_stated_order() -> None:
    listed = re.findall(r"^([a-z_]+)$", page("index"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(file.stem for file in DOCS.glob("*.md") if file.stem != "index")


def test_the_readme_has_its_commands_its_picture_and_no_dead_links() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("pip install . && dynsim run lecun_modules", "pip install '.[test]' && pytest"):
        assert f"```sh\n{command}\n```" in text
    links = re.findall(r"\]\(([^)#]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []
    picture = (DOCS / "images" / "dashboard.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 400_000


def test_the_folders_of_plug_ins_are_those_the_page_names() -> None:
    rows = re.findall(r"^\| [\w ]+ \| `([\w/]+)/` \| `([\w.]+)` \|$", page("extending"), flags=re.MULTILINE)
    assert len(rows) == 11
    for folder, place in rows:
        module, name = place.rsplit(".", 1)
        registry = getattr(__import__(module, fromlist=[name]), name)
        assert isinstance(registry, Registry)
        assert registry._package == folder.replace("/", ".")
