"""Docstrings and comments of the package name modules that exist, in a way that means one of them only."""

import ast
import io
import re
import tokenize
from functools import cache
from pathlib import Path
from pkgutil import resolve_name

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "dynsim").rglob("*.py"))
PLACES = [
    file.relative_to(ROOT).as_posix() for folder in ("dynsim", "tests", "docs", "benchmarks")
    for file in (ROOT / folder).rglob("*.py")
]
MODULE = re.compile(r"(?<![\w/*.])(?:\w+/)*[a-z_0-9]+\.py\b")  # not FILE.py, which stands for any
DOTTED = re.compile(r"(?<![\w.-])dynsim(?:\.\w+)+")


@cache
def texts(file: Path) -> list[str]:
    """The comments of a module, and its strings that stand alone: docstrings."""
    code = file.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    alone = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Expr))
    strings = (one.value for one in alone if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return [*(token.string for token in tokens if token.type == tokenize.COMMENT), *strings]


def meant(name: str, file: Path) -> list[str]:
    """The modules that a name in this file may mean: one beside it or from the checkout's root, or else all whose path
    ends with it."""
    if (file.parent / name).exists() or (ROOT / name).exists():
        return [name]
    return [place for place in PLACES if f"/{place}".endswith(f"/{name}")]


def test_the_modules_that_comments_name_are_there() -> None:
    wrong = {}
    for file in FILES:
        for name in {name for text in texts(file) for name in MODULE.findall(text)}:
            places = meant(name, file)
            if len(places) != 1:
                wrong[f"{file.relative_to(ROOT)}: {name}"] = places
    assert wrong == {}


def test_the_dotted_names_in_comments_are_there() -> None:
    for name in {name for file in FILES for text in texts(file) for name in DOTTED.findall(text)}:
        resolve_name(name)  # ImportError or AttributeError


def test_missing_and_ambiguous_names_are_noticed() -> None:
    beside = ROOT / "dynsim" / "plugins.py"
    assert meant("fluctuation.py", beside) == []
    assert len(meant("base.py", beside)) > 1
    assert meant("rules/base.py", beside) == ["rules/base.py"]
