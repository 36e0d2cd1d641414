"""The layers of the package: an import never points up."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dynsim"

# From the bottom up. What stands in one row is independent of each other.
LAYERS = [
    ["errors", "machine", "version"],
    ["plugins"],
    ["registry"],
    ["algebra"],
    ["settings"],
    ["games", "integrators", "rules", "selection"],
    ["system"],
    ["compiler"],
    ["engine"],
    ["record"],
    ["analysis"],
    ["answers"],
    ["plots"],
    ["dashboard"],
    ["session"],
    ["__init__"],
    ["atlas"],
    ["cli"],
    ["__main__"],
]
HEIGHT = {name: height for height, row in enumerate(LAYERS) for name in row}

# dynsim/__init__.py has the public names and nothing else. The atlas alone imports it: its rows are a user's scripts.
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layers_imported(source: str, path: Path) -> set[str]:
    """The layers (`algebra`, `errors`, ...) that `source`, standing at `path`, imports anywhere in it."""
    package = ("dynsim", *path.relative_to(PACKAGE).parts[:-1])
    names: list[list[str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = node.module.split(".") if node.module else []
            names += [[*base, *module, alias.name] for alias in node.names]
    return {name[1] if len(name) > 1 else "__init__" for name in names if name[0] == "dynsim"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_points_up(path: Path) -> None:
    own = layer_of(path)
    assert own in HEIGHT, f"{own} has no place in LAYERS"
    for other in layers_imported(path.read_text(encoding="utf-8"), path) - {own}:
        assert other in HEIGHT, f"{own} imports dynsim.{other}, which is no layer"
        assert HEIGHT[other] < HEIGHT[own], f"{own} imports {other}, which does not stand below it"
        assert other != "__init__" or own == "atlas", f"{own} imports the public names"


def test_every_way_to_import_is_seen() -> None:
    source = (
        "from ..system import model\nfrom . import graph\nimport dynsim.cli\nimport dynsim\nimport numpy\n"
        "def f():\n    from dynsim.plots import x\n    from dynsim import record\n    from .. import errors\n"
    )
    found = layers_imported(source, PACKAGE / "algebra" / "imaginary.py")
    assert found == {"system", "algebra", "cli", "__init__", "plots", "record", "errors"}
