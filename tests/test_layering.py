"""The floors of the package: an import never points up, between packages or between the wings of one."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dynsim"

# From the bottom up. What stands in one row is independent of each other. A name is a module or a package, of dynsim or
# of the package whose floors these are; "*" is every module of it that no other row names.
FLOORS = {
    "": [
        ["arrays", "errors", "machine", "python_syntax", "version"],
        ["extras", "plugins"],
        ["registry"],
        ["algebra"],
        ["settings"],
        ["games", "integrators", "rules", "selection"],
        ["system"],
        ["compiler"],
        ["engine"],
        ["record"],
        ["analysis"],
        ["answers", "metrics"],
        ["plots"],
        ["dashboard"],
        ["session"],
        ["experiments"],
        ["comparison"],
        ["__init__"],
        ["atlas"],
        ["cli"],
        ["__main__"],
    ],
    "algebra": [
        ["domain", "numpy_calls", "operations", "topology"],
        ["nodes", "operators"],
        ["printing", "simplify", "vector"],
        ["graph"],
        ["distribution", "leaves", "value"],
        ["structural"],
        ["derivatives", "functions", "interpret", "substitute"],
        ["differentiate"],
        ["algorithms", "reading"],
    ],
    "system": [
        ["component_names", "distributions", "model", "text"],
        ["flows", "parameter_values", "rule_expressions", "ticks"],
        ["grammar", "plain_data"],
        ["graphs"],
        ["expressions"],
        ["reading"],
        ["*"],
    ],
    "compiler": [["program"], ["applying", "writing"]],
    "engine": [
        ["mathematics", "modules", "plan", "replicas", "step_control"],
        ["random"],
        ["compiled", "interpreted"],
        ["*"],
    ],
    "analysis": [
        ["numerics"],
        ["reading"],
        ["causality", "game", "linearisation"],
        ["motion"],
        ["variants"],
        ["conflict_log"],
        ["requested_metrics"],
    ],
    "session": [["checks", "external_plugins", "interrupts"], ["*"]],
}

# dynsim/__init__.py has the public names and nothing else. The atlas alone imports it: its rows are a user's scripts.
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def imported(source: str, path: Path) -> set[tuple[str, ...]]:
    """What `source`, standing at `path`, imports of dynsim anywhere in it: ("algebra", "graph", "Expr"), ..."""
    package = ("dynsim", *path.relative_to(PACKAGE).parts[:-1])
    names: list[tuple[str, ...]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = tuple(node.module.split(".")) if node.module else ()
            names += [(*base, *module, alias.name) for alias in node.names]
    return {name[1:] or ("__init__",) for name in names if name[0] == "dynsim"}


def height(package: str, name: str) -> int | None:
    """The floor of a module or package in `package`; None if it has none."""
    rows = FLOORS[package]
    found = [floor for floor, row in enumerate(rows) if name in row]
    rest = [floor for floor, row in enumerate(rows) if row == ["*"]]
    return next(iter(found + rest), None)


def wrong(source: str, path: Path) -> list[str]:
    """The imports in `source`, standing at `path`, that do not point down."""
    own = path.relative_to(PACKAGE).with_suffix("").parts
    found = []
    for other in sorted(imported(source, path)):
        shared = 1 if other[0] == own[0] and own[0] in FLOORS else 0
        package = own[0] if shared else ""
        a, b = own[shared], other[min(shared, len(other) - 1)]
        if a == b or ("__init__" in (a, b) and shared):
            continue
        here, there = height(package, a), height(package, b)
        if here is None or there is None:
            found.append(f"{a if here is None else b} has no floor in {package or 'dynsim'}")
        elif there > here or (there == here and FLOORS[package][here] != ["*"]):
            found.append(f"{'.'.join(own)} imports {'.'.join(other)}, which does not stand below it")
        elif b == "__init__" and own[0] != "atlas":
            found.append(f"{'.'.join(own)} imports the public names")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_points_up(path: Path) -> None:
    assert wrong(path.read_text(encoding="utf-8"), path) == []


def test_every_way_to_import_is_seen() -> None:
    source = (
        "from ..system import model\nfrom . import graph\nimport dynsim.cli\nimport dynsim\nimport numpy\n"
        "def f():\n    from dynsim.plots import x\n    from dynsim import record\n    from .. import errors\n"
    )
    found = {name[0] for name in imported(source, PACKAGE / "algebra" / "imaginary.py")}
    assert found == {"system", "algebra", "cli", "__init__", "plots", "record", "errors"}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("algebra/x.py", "from ..system import model"),
        ("compiler/applying/x.py", "from ..writing.emit import y"),
        ("compiler/writing/x.py", "from ..applying.build import y"),
        ("engine/interpreted/x.py", "from ..compiled.drivers import common"),
        ("compiler/program.py", "from .applying.label import Label"),
        ("analysis/numerics/x.py", "from ..reading.study import Study"),
        ("analysis/reading/x.py", "from dynsim.analysis.conflict_log import tables"),
        ("system/grammar/x.py", "from ..reading.resolve import resolve"),
        ("system/expressions/x.py", "from ..reading.variables import default_start"),
        ("session/checks/x.py", "from ..run import Run"),
        ("session/x.py", "import dynsim"),
    ],
)
def test_an_arrow_upward_is_refused(path: str, line: str) -> None:
    assert wrong(line, PACKAGE / path)


# A folder with a base.py holds the plug-ins of one kind; what they share is in a subfolder of it.
KINDS = sorted(path.parent for path in PACKAGE.rglob("base.py"))


def sideways(source: str, path: Path) -> list[str]:
    """The plug-ins that `source`, a plug-in or a helper of its kind that stands at `path`, imports."""
    folder = next(folder for folder in KINDS if folder in path.parents)
    place = folder.relative_to(PACKAGE).parts
    names = {file.stem for file in folder.glob("*.py") if file != path} - {"base", "__init__"}
    others = [other for other in imported(source, path) if other[: len(place)] == place and len(other) > len(place)]
    return sorted({other[len(place)] for other in others} & names)


@pytest.mark.parametrize("folder", KINDS, ids=lambda folder: str(folder.relative_to(PACKAGE)))
def test_no_plug_in_imports_another_of_its_kind(folder: Path) -> None:
    """base.py and __init__.py know no plug-in either: the registry finds them."""
    found = {path.relative_to(folder).as_posix(): sideways(path.read_text(encoding="utf-8"), path)
             for path in folder.rglob("*.py")}
    assert {name: others for name, others in found.items() if others} == {}


@pytest.mark.parametrize(("path", "line"), [
    ("rules/x.py", "from .gradient import Gradient"),
    ("rules/x.py", "from . import gradient"),
    ("rules/base.py", "from dynsim.rules.gradient import Gradient"),
    ("rules/building/x.py", "from ..gradient import Gradient"),
    ("integrators/x.py", "import dynsim.integrators.rk4"),
])  # fmt: skip
def test_an_arrow_to_another_plug_in_is_refused(path: str, line: str) -> None:
    assert len(sideways(line, PACKAGE / path)) == 1
    assert sideways("from .base import RULES\nfrom .building.joint import split\n", PACKAGE / "rules" / "x.py") == []
