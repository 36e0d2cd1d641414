"""The kinds of input. Each makes one from random numbers and hands it to dynsim; what is answered with a `DynsimError`
is well, and so is what works."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

import numpy as np

import dynsim as ds
from dynsim.algebra.graph import Graph
from dynsim.algebra.reading.calls import FUNCTIONS
from dynsim.algebra.reading.parse import parse
from dynsim.session.checks.metrics import checked_model
from dynsim.system.builder import System
from dynsim.system.shipped import shipped_scenarios
from tests.fuzz.pieces import changed, odd
from tests.running import SCENARIO
from tests.system.test_round_trip import EVERYTHING

LARGE = 5_000  # numbers a run may hold, so that it is over soon


def text(rng: Random, folder: Path) -> None:
    """A scenario's text, changed here and there."""
    _use(ds.load_scenario(changed(rng.choice(_texts()), rng)), rng)


def data(rng: Random, folder: Path) -> None:
    """A scenario as data, in which one to three values are others."""
    system = ds.load_scenario(rng.choice(_texts()))
    for _ in range(rng.choice((1, 1, 2, 3))):
        _replace(system.data, rng)
    _use(System.from_data(system.data), rng)


def override(rng: Random, folder: Path) -> None:
    """Something set on the command line."""
    base = rng.choice(_texts())
    paths = list(_paths(ds.load_scenario(base).data))
    said = f"{'.'.join(map(str, rng.choice(paths)))}={odd(rng)}"
    _use(ds.load_scenario(base, [changed(said, rng) if rng.random() < 0.5 else said]), rng)


def expression(rng: Random, folder: Path) -> None:
    """An expression of random words."""
    graph = Graph()
    scope = {name: graph.symbol(name) for name in ("x", "theta", "t")}
    words = [*FUNCTIONS, *scope, *"+-*/()[],<>=", "**", " if ", " else ", " and ", "1", "2.5"]
    pieces = [odd(rng) if rng.random() < 0.1 else rng.choice(words) for _ in range(rng.randrange(1, 40))]
    parse(rng.choice(("", " ")).join(pieces), scope, graph)


def graph_file(rng: Random, folder: Path) -> None:
    """The file of a graph, changed here and there."""
    name, content = rng.choice(GRAPHS)
    wrong = changed(content, rng)
    (folder / name).write_bytes(_bytes(wrong, rng))
    (folder / "s.yaml").write_text(NET.format(name=name))
    _use(ds.load_scenario(folder / "s.yaml"), rng)


def run_directory(rng: Random, folder: Path) -> None:
    """A run directory with one damaged file."""
    path = Path(shutil.copytree(_run(), folder / "run"))
    file = rng.choice(sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".html"))
    content = bytearray(file.read_bytes())
    for _ in range(rng.choice((1, 1, 5, 50))):
        start = rng.randrange(len(content) + 1)
        content[start : start + rng.choice((0, 1, 1, 4, 1000))] = rng.randbytes(rng.choice((0, 1, 1, 4)))
    file.write_bytes(content)
    _look_at(ds.load(path))


KINDS: dict[str, Callable[[Random, Path], None]] = {
    f.__name__: f for f in (text, data, override, expression, graph_file, run_directory)
}


def _use(system: System, rng: Random) -> None:
    """Check a system; now and then, run it for a few steps and look at what comes out."""
    model = checked_model(system)
    sizes = [population.topology.n for population in model.populations.values()]
    numbers = len(model.variables) * max([1, *sizes]) * model.ensemble.replicas
    if rng.random() < 0.3 and numbers < LARGE:
        dt = model.clock.dt
        few: Any = {"steps": 5, "every": 1} if dt is None else {"time": 5 * dt, "every": dt}
        with np.errstate(all="ignore"):
            _look_at(ds.simulate(system, **few, compiled=False))


def _look_at(run: ds.Run) -> None:
    """Everything that a user looks at."""
    assert len(run.summary) == run.manifest.replicas
    assert all(told.sentences for told in run.answers)
    assert len(run.states) % run.manifest.replicas == 0
    run.conflicts, run.ledger, run.parameters  # noqa: B018


@cache
def _texts() -> list[str]:
    shipped = [path.read_text("utf-8") for path in shipped_scenarios().values()]
    return [EVERYTHING, SCENARIO, *(found for found in shipped if len(found) < 5_000)]


@cache
def _run() -> Path:
    """A small finished run."""
    folder = Path(mkdtemp())
    small: Any = {"replicas": 2, "steps": 4, "every": 1, "compiled": False, "report": False}
    ds.simulate(ds.load_scenario(SCENARIO), **small, out=folder / "run")
    return folder / "run"


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _replace(value: Any, rng: Random) -> None:
    *way, last = rng.choice(list(_paths(value)))
    for key in way:
        value = value[key]
    new: Any = rng.choice((odd(rng), odd(rng), None, True, [], {}, -1, 0, 1e300, float("nan"), 10**30, [odd(rng)],
                           {odd(rng): odd(rng)}))  # fmt: skip
    value[last] = new
    if rng.random() < 0.2 and isinstance(value, dict):
        value[odd(rng)] = value.pop(last)


def _bytes(content: str, rng: Random) -> bytes:
    encoding = rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"))
    with suppress(UnicodeEncodeError):
        return content.encode(encoding)
    return content.encode("utf-8", "surrogatepass")


NET = """\
dynsim: 1
title: net
graphs: {{net: {{file: {name}}}}}
variables: {{x: {{on: net, init: index}}, w: {{expr: "sum_neighbors(weight)"}}}}
agents: {{all: {{controls: x, declared: "(x - 1)**2/2", rule: {{gradient: {{rate: 0.1}}}}}}}}
clock: {{steps: 2}}
record: {{derived: [w]}}
"""
GRAPHS = [
    ("net.csv", "source,target,weight\na,b,1\nb,c,2.5\nc,\"a b\",-1\n"),
    ("net.edgelist", "# a comment\na b\nb c 2\nc d {'weight': 1.5}\n"),
    ("net.graphml", """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d1" for="edge" attr.name="weight" attr.type="double"><default>2.5</default></key>
  <graph id="G" edgedefault="undirected">
    <node id="n0"/><node id="n1"/><node id="n2"/>
    <edge source="n0" target="n1"><data key="d1">1.0</data></edge>
    <edge source="n1" target="n2"/>
  </graph>
</graphml>
"""),
]  # fmt: skip
