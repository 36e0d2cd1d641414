"""No circle of imports: the modules can be read from the bottom up, each with what it rests on already known."""

import ast
from pathlib import Path

import networkx as nx

PACKAGE = Path(__file__).parents[1] / "dynsim"


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def imports(source: str, path: Path, known: set[str]) -> set[str]:
    """The modules that `source` imports at its top, inside functions, and for type checkers alone."""
    package = path.relative_to(PACKAGE.parent).parts[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            # `from . import graph` means the module, `from .graph import Expr` the module that has the name
            found |= {name if (name := f"{base}.{alias.name}") in known else base for alias in node.names}
    return found & known


def circles(sources: dict[Path, str]) -> list[list[str]]:
    known = {module_name(path) for path in sources}
    graph = nx.DiGraph()
    for path, source in sources.items():
        graph.add_edges_from((module_name(path), other) for other in imports(source, path, known))
    return [sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1]


def test_no_imports_in_a_circle() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    assert circles(sources) == []


def test_a_circle_through_a_function_is_seen() -> None:
    sources = {
        PACKAGE / "a" / "one.py": "from ..b.two import x",
        PACKAGE / "b" / "two.py": "def f():\n    from ..b import three",
        PACKAGE / "b" / "three.py": "if TYPE_CHECKING:\n    import dynsim.a.one",
        PACKAGE / "a" / "four.py": "from .one import x",
    }
    assert circles(sources) == [["dynsim.a.one", "dynsim.b.three", "dynsim.b.two"]]
