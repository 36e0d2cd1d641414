"""Small runs whose reports meet every way in which there may be little, or much, to draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import networkx as nx
import pandas as pd

from dynsim.analysis.conflict_log.tables import Tables
from dynsim.analysis.reading.study import Study
from dynsim.answers.base import Told
from dynsim.dashboard.collect import collect, provenance
from dynsim.plots.drawing.data import Bands, ReportData, Trajectory
from dynsim.record.recording import MemoryRecording
from dynsim.session.run import Run
from dynsim.session.simulate import simulate
from dynsim.system.scenario import load_scenario

TWO = """
  critic: {controls: memory, declared: (memory - 1)**2, rule: {gradient: {rate: RATE}}}
  actor: {controls: memory, declared: (memory + 1)**2, rule: {momentum: {rate: RATE, beta: 0.5}}}
"""


def scenario(
    agents: str, replicas: int, steps: int, variables: str = 'memory: {init: "normal(0, 1)"}', more: str = ""
) -> str:
    return (
        f"dynsim: 1\ntitle: a case\nparams: {{RATE: 0.05}}\nvariables:\n  {variables}\nagents:{agents}"
        f"clock: {{steps: {steps}}}\nensemble: {{replicas: {replicas}, seed: 3{more}}}\n"
    )


CROWD = "".join(
    f'\n  agent_{k}: {{controls: x{k}, declared: "(x{k} - x{(k + 1) % 30})**2 + x{k}*x{(k + 7) % 30}*0.3 + x{k}**4/9", '
    "rule: {gradient: {rate: RATE}}}"
    for k in range(30)
) + "\n"
CROWD_VARIABLES = "\n  ".join(f'x{k}: {{init: "normal(0, 1)"}}' for k in range(30))
SOLO = "\n  solo: {controls: memory, declared: memory**2, rule: {gradient: {rate: RATE}}}\n"
RUNAWAY = "\n  a: {controls: memory, declared: -(memory**4), rule: {gradient: {rate: 1}}}\n" + TWO.lstrip("\n")
NODES = '\n  nodes: {controls: v, declared: "(v - mean_neighbors(v))**2", rule: {gradient: {rate: RATE}}}\n'

TEXTS = {
    "two pulls": scenario(TWO, 16, 60),
    "one replica": scenario(TWO, 1, 60),
    "one agent": scenario(SOLO, 8, 40),
    "all diverged": scenario(RUNAWAY, 6, 40),
    "sweep": scenario(TWO, 40, 60, more=', vary: {RATE: "linspace(0.01, 1.5)"}'),
    "two values": scenario(TWO, 12, 60, more=", vary: {RATE: [0.02, 0.1]}"),
    "grid": scenario(TWO, 24, 30, more=", grid: {RATE: [0.02, 0.05, 0.1], agents.actor.rule.beta: [0, 0.3, 0.6, 0.9]}"),
    "thirty agents": scenario(CROWD, 8, 60, CROWD_VARIABLES),
    "selection": scenario(TWO, 40, 60, more="").replace(
        "clock:", "selection:\n  fitness: -memory**2\n  every: 10\n  scheme: {truncation: {share: 0.2}}\n"
        '  heritable: {RATE: "RATE*choice(0.8, 1.25)", memory: }\nclock:'
    ),
    "population": scenario(NODES, 3, 30, 'v: {on: ring, init: "normal(0, 1)"}').replace(
        "variables:", "graphs:\n  ring: {generator: cycle_graph, n: 12}\nvariables:"
    ),
}


CASES = [*TEXTS, "one tick"]


@cache
def run_of(case: str) -> Run:
    if case != "one tick":
        return simulate(load_scenario(TEXTS[case]), compiled=False)
    whole = run_of("two pulls")
    assert isinstance(whole.recording, MemoryRecording)
    recording = replace(whole.recording, chunks=[whole.recording.chunks[0][:1]])
    return replace(whole, study=replace(whole.study, recording=recording))


@cache
def example_of(text: str) -> Run:
    """A run of the scenario that a figure or an answer brings with it."""
    return simulate(load_scenario(text), compiled=False)


@cache
def data_of(case: str) -> ReportData:
    return collected(run_of(case))


def collected(run: Run) -> ReportData:
    return collect(run.findings, run.answers, provenance(run.manifest))


@dataclass(frozen=True)
class Renamed(Study):
    """A run whose title and agents have other names."""

    called: str = ""
    players: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.called

    @property
    def description(self) -> str:
        return self.called

    @property
    def agents(self) -> tuple[str, ...]:
        return self.players


def renamed(data: ReportData, name: str) -> ReportData:
    """The same run by a user who called everything `name` and a number."""
    names: dict[str, str] = {}

    def new(old: str) -> str:
        return names.setdefault(old, f"{name}{len(names)}")

    def frame(table: pd.DataFrame) -> pd.DataFrame:
        keys = [k for k in ("harmed", "mover", "variable", "agent", "a", "b") if k in table]
        table = table.assign(**{k: table[k].astype(str).map(new) for k in keys})
        if "outcome" in table:
            table = table.assign(
                agents=[", ".join(map(new, x.split(", "))) for x in table["agents"]],
                variables=[", ".join(map(new, x.split(", "))) for x in table["variables"]],
                outcome=[
                    f"{new(x.removesuffix(' ahead'))} ahead" if x.endswith("ahead") else x for x in table["outcome"]
                ],
            )
        return table

    def bands(one: Trajectory) -> Trajectory:
        return replace(one, bands=tuple(Bands(new(b.name), b.times, b.quantiles) for b in one.bands))

    parts = {key: frame(table) for key, table in data.tables.items() if key != "summary"}
    summary = data.tables.summary.rename(columns=lambda c: ".".join([*c.split(".")[:-1], new(c.split(".")[-1])])
                                         if "." in c or c in names or c in data.varied else c)
    graph = nx.relabel_nodes(data.graph, new)
    for node in graph:
        graph.nodes[node].pop("name", None)
    study = data.found.study
    source = Renamed(study.program, study.recording, study.model, called=name, players=tuple(map(new, data.agents)))
    return replace(
        data, found=replace(data.found, source=source, tables=Tables({**parts, "summary": summary})),
        cells=replace(
            data.cells, names=tuple(map(new, data.cells.names)),
            axes=tuple(tuple(map(new, group)) for group in data.cells.axes),
        ),
        graph=graph,
        told=tuple(Told(one.name, one.heading, tuple(f"{name}: {x}" for x in one.sentences)) for one in data.told),
        trajectories=tuple(map(bands, data.trajectories)),
        provenance={key: name if key in ("title", "command", "scenario") else v for key, v in data.provenance.items()},
    )
