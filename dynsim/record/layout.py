"""The tables of a run: the column of every recorded value, and the rows of every block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from ..algebra.interpret import evaluate
from ..algebra.topology import Topology
from ..arrays import Floats
from ..compiler.program import Program
from ..engine.random.steps import numbers_in
from .recording import Block

STATES = "states.parquet"
REPLICAS = "replicas.parquet"
POPULATIONS = "populations"
KEYS = ("replica", "t")
GENERATIONS = "generations.parquet"
NODES = "nodes.parquet"
BIRTH = ("parent", "born", "fitness")  # columns of generations.parquet before the heritable values
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10))}  # on Windows
LONGEST = 200  # characters of a file name: most file systems allow 255
RESULTS = ("replica", "diverged_at", "diverged_variable")  # columns of replicas.parquet before the parameters


@dataclass(frozen=True)
class Layout:
    """The tables of one run.

    states.parquet: replica, t, and a column per scalar slot, per recorded derived value, and per parameter that differs
    between replicas. populations/NAME.parquet: replica, t, element, value; one file per slot or recorded derived value
    on a population. Rows are ordered by t, then replica, then element. generations.parquet, with selection: replica, t,
    parent, born, fitness, and a column per heritable scalar slot; one row per place and generation.

    parameters: name → (R,). derived: names of the derived values to record. seed: of the random numbers in them.
    """

    program: Program
    replicas: int
    parameters: Mapping[str, Floats]
    derived: tuple[str, ...] = ()
    seed: int = 0

    @property
    def scalars(self) -> tuple[str, ...]:
        return tuple(slot.name for slot in self.program.states if slot.domain.kind == "scalar")

    @property
    def populations(self) -> tuple[str, ...]:
        return tuple(slot.name for slot in self.program.states if slot.domain.kind != "scalar")

    @property
    def scalar_derived(self) -> tuple[str, ...]:
        return tuple(name for name in self.derived if self.program.derived[name].domain.kind == "scalar")

    @property
    def population_derived(self) -> tuple[str, ...]:
        return tuple(name for name in self.derived if self.program.derived[name].domain.kind != "scalar")

    @cached_property
    def differing(self) -> tuple[str, ...]:
        """The parameters that differ between replicas."""
        return tuple(name for name, values in self.parameters.items() if (values != values[:1]).any())

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """Those with a column of their own in states.parquet; parameters that events change are states anyway."""
        return tuple(name for name in self.differing if name not in self.scalars)

    @cached_property
    def files(self) -> dict[str, pa.Schema]:
        """The files that are written block by block, by path relative to the run directory, with their columns."""
        columns = (*self.scalars, *self.scalar_derived, *self.varying)
        keys = [("replica", pa.int32()), ("t", pa.float64())]
        files = {STATES: pa.schema([*keys, *((name, pa.float64()) for name in columns)])}
        long = pa.schema([*keys, ("element", pa.int32()), ("value", pa.float64())])
        files |= {GENERATIONS: self._generations} if self.program.selection is not None else {}
        return files | dict.fromkeys(self.population_files.values(), long)

    @cached_property
    def population_files(self) -> dict[str, str]:
        """The file of every slot and derived value on a population."""
        return population_files((*self.populations, *self.population_derived))

    @property
    def replicas_columns(self) -> tuple[str, ...]:
        """The columns of replicas.parquet."""
        return (*RESULTS, *self.differing)

    @property
    def traits(self) -> tuple[str, ...]:
        """The heritable scalar slots."""
        selection = self.program.selection
        return tuple(name for name in self.scalars if selection is not None and name in selection.heritable)

    @property
    def _generations(self) -> pa.Schema:
        own = zip(BIRTH, (pa.int32(), pa.bool_(), pa.float64()), strict=True)
        traits = [(name, pa.float64()) for name in self.traits]
        return pa.schema([("replica", pa.int32()), ("t", pa.float64()), *own, *traits])

    def generations(self, births: Block) -> pa.Table:
        """The rows of generations.parquet for a block of generations."""
        replica = np.arange(self.replicas, dtype=np.int32)
        columns = {"replica": np.tile(replica, births.ticks), "t": np.repeat(births.times, self.replicas)}
        names = (*BIRTH, *self.traits)
        return pa.table(columns | {n: births.values[n].reshape(-1) for n in names}, schema=self._generations)

    def tables(self, block: Block) -> Iterator[tuple[str, pa.Table]]:
        """The rows that a block adds to each file."""
        schemas = self.files
        values = {**block.values, **self._derived(block)}
        replica = np.arange(self.replicas, dtype=np.int32)
        columns = {"replica": np.tile(replica, block.ticks), "t": np.repeat(block.times, self.replicas)}
        columns |= {name: values[name].reshape(-1) for name in (*self.scalars, *self.scalar_derived)}
        columns |= {name: np.tile(self.parameters[name], block.ticks) for name in self.varying}
        yield STATES, pa.table(columns, schema=schemas[STATES])
        for name, file in self.population_files.items():
            yield file, _long(values[name], block.times, schemas[file])

    def _derived(self, block: Block) -> dict[str, Floats]:
        """The recorded derived values at every tick and replica of the block: (K, R), or (K, n, R) on a population."""
        if not self.derived:
            return {}
        states = {name: x if x.ndim == 2 else x.swapaxes(0, 1) for name, x in block.values.items()}
        wanted, times = [self.program.derived[name] for name in self.derived], block.times[:, None]
        numbers = numbers_in(self.program, wanted, self.seed, np.arange(self.replicas), times)
        values = {**self.parameters, **states, **numbers}
        results = evaluate(wanted, values, self.program.topologies, time=times)
        batch = (block.ticks, self.replicas)
        found = {}
        for name, result in zip(self.derived, results, strict=True):
            if self.program.derived[name].domain.kind == "scalar":
                found[name] = np.broadcast_to(result, batch)
            else:
                result = result.reshape(result.shape + (1,) * (3 - result.ndim))
                found[name] = np.broadcast_to(result, (len(result), *batch)).swapaxes(0, 1)
        return found


def node_table(topologies: Mapping[str, Topology]) -> pa.Table:
    """The labels of all nodes: columns graph, element, label."""
    graphs = list(topologies.items())
    return pa.table({
        "graph": pa.array([name for name, t in graphs for _ in range(t.n)], pa.string()),
        "element": np.concatenate([np.zeros(0, np.int32), *(np.arange(t.n, dtype=np.int32) for _, t in graphs)]),
        "label": pa.array([label for _, t in graphs for label in t.labels], pa.string()),
    })


def population_files(names: Iterable[str]) -> dict[str, str]:
    """Slot on a population → file. Characters that file names cannot contain are percent-encoded. The file of a name
    that is too long, is a device on Windows, or differs from an earlier one only in case begins with a hash of the
    name."""
    files: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        text = quote(name, safe="[],")
        if len(text) > LONGEST or text.casefold() in taken or text.split(".")[0].casefold() in DEVICES:
            text = f"~{sha256(name.encode()).hexdigest()[:12]}~{text[:LONGEST]}"
        taken.add(text.casefold())
        files[name] = f"{POPULATIONS}/{text}.parquet"
    return files


def _long(values: Floats, times: Floats, schema: pa.Schema) -> pa.Table:
    """Values (K, n, R) as rows ordered by t, replica, element."""
    ticks, elements, replicas = values.shape
    return pa.table(
        {
            "replica": np.tile(np.repeat(np.arange(replicas, dtype=np.int32), elements), ticks),
            "t": np.repeat(times, replicas * elements),
            "element": np.tile(np.arange(elements, dtype=np.int32), ticks * replicas),
            "value": values.swapaxes(1, 2).reshape(-1),
        },
        schema=schema,
    )
