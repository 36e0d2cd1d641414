"""docs/development.md tells where things are: what it names is there, and its floors are those of test_layering.py."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.adding.test_adding import LONG, QUICK, New
from tests.test_layering import FLOORS, height

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "development.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

# What a page names: files and folders (of the checkout, the package or the tests), modules, and what these define.
PLACE = re.compile(r"(?<![\w/.*])(?:(?:dynsim|tests|benchmarks|docs)(?:/\w+)+(?:\.\w+)?|(?:\w+/)+\w+\.py)\b")
BASES = (ROOT, ROOT / "dynsim", ROOT / "tests")
DOTTED = re.compile(r"`dynsim((?:\.\w+)+)`")
EXAMPLES = {"dynsim/rules/sign_descent.py", "docs/_build", "docs/_build/index.html"}  # what a reader is told to make


def rows(heading: str) -> list[list[str]]:
    """The tables below a heading, without their heads: what stands between `…` in every column."""
    text = re.split(rf"^##+ {re.escape(heading)}\n", PAGE, flags=re.MULTILINE)[1]
    lines = re.findall(r"^\| (.+) \|$", re.split(r"^##", text, flags=re.MULTILINE)[0], flags=re.MULTILINE)
    return [line.split(" | ") for line in lines if "`" in line]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def definitions(file: Path) -> frozenset[str]:
    """What a module defines: `name`, and `Class.name` for what a class has of its own."""
    found: set[str] = set()

    def note(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                note(node.body, f"{node.name}.")
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found.update(prefix + name.id for t in targets for name in ast.walk(t) if isinstance(name, ast.Name))

    note(ast.parse(file.read_text(encoding="utf-8")).body, "")
    return frozenset(found)


WHERE = rows("Where is …")


@pytest.mark.parametrize(("what", "places"), WHERE, ids=[row[0] for row in WHERE])
def test_a_behaviour_is_where_the_page_says(what: str, places: str) -> None:
    for place in places.split("; "):
        file, *names = quoted(place)
        (path,) = [base / file for base in BASES if (base / file).is_file()]
        assert names
        assert set(names) <= definitions(path)


def test_the_page_tells_where_many_behaviours_are() -> None:
    assert len(WHERE) >= 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    files = set(PLACE.findall(text)) - EXAMPLES
    missing = {name for name in files if not any((base / name).exists() for base in BASES)}
    missing |= {name for name in DOTTED.findall(text) if not is_known(name.split(".")[1:])}
    assert missing == set()


def is_known(parts: list[str]) -> bool:
    """Whether dynsim.PARTS is a module, or something that a module defines."""
    for count in range(len(parts), 0, -1):
        path, rest = ROOT.joinpath("dynsim", *parts[:count]), ".".join(parts[count:])
        file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        if file.is_file():
            return not rest or rest in definitions(file)
    return False


def test_the_floors_are_from_the_top_down() -> None:
    """Every name of FLOORS is there, and none stands above one that may import it."""
    table = rows("Floors and wings")
    packages = [name for row in table for name in quoted(row[0]) if "/" not in name]
    assert sorted(packages) == sorted(name for floor in FLOORS[""] for name in floor)
    heights = [height("", name) or 0 for name in packages]
    assert heights == sorted(heights, reverse=True)


def test_the_wings_are_from_the_top_down() -> None:
    named = [name for row in rows("Floors and wings") for name in quoted(row[0])]
    wings = [name.split("/") for name in named if "/" in name and not name.endswith(".py")]
    folders = {(package, name) for package, floors in FLOORS.items() if package for floor in floors for name in floor
               if (ROOT / "dynsim" / package / name).is_dir() and package != "algebra"}
    assert {(package, name) for package, name in wings} == folders
    for package in dict(wings):
        heights = [height(package, name) or 0 for other, name in wings if other == package]
        assert heights == sorted(heights, reverse=True)


@pytest.mark.parametrize("new", [*QUICK, *LONG], ids=lambda new: new.name)
def test_a_kind_has_its_contract_tests(new: New) -> None:
    """The row of its folder names all tests that a new plug-in of the kind is put through, and selects them."""
    (row,) = [row for row in rows("Add a plug-in") if f"`dynsim/{new.folder}/`" in row[1]]
    assert [test for test in new.tests if test not in row[2].strip("`").split()] == []
    if new.name != "langevin":  # the second example of its kind
        assert [word for word in (new.name, *new.also) if not re.search(rf"\b{word}\b", row[2])] == []
