"""What every kind of episode promises, whoever wrote it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import pytest

from dynsim.analysis.conflict_log.episodes.base import COLUMNS, KINDS, SignalKind
from tests.plots.cases import CASES, run_of


@pytest.mark.parametrize("name", KINDS.names())
def test_a_kind_is_documented_and_named(name: str) -> None:
    kind = KINDS.get(name)
    assert kind.name == name
    assert kind.table == "episodes"
    assert (kind.__doc__ or "").split("\n")[0].endswith(".")
    if issubclass(kind, SignalKind):
        assert 0 <= kind.off <= kind.on


def wrong_agents(episodes: Iterable[str], known: Collection[str]) -> list[str]:
    """What is wrong with the column `agents` of some episodes of a system whose agents are known."""
    wrong = []
    for number, names in enumerate(episodes):
        if not names:
            wrong.append(f"episode {number} names no agent: its column `agents` is empty")
            continue
        wrong += [f"episode {number} names {name!r}, which is no agent of the system ({', '.join(known)})"
                  for name in names.split(", ") if name not in known]
    return wrong


def test_wrong_agents_are_told() -> None:
    assert wrong_agents(["a, b", "", "a, c", "b"], ["a", "b"]) == [
        "episode 1 names no agent: its column `agents` is empty",
        "episode 2 names 'c', which is no agent of the system (a, b)",
    ]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", KINDS.names())
def test_its_rows_are_episodes(name: str, case: str) -> None:
    """onset ≤ peak ≤ end within the record, an intensity in [0, 1], a replica and agents that exist, and an outcome."""
    run = run_of(case)
    found = run.conflicts[run.conflicts.kind == name]
    assert set(COLUMNS) <= set(found.columns)
    first, last = run.states.t.min(), run.states.t.max()
    assert ((first <= found.onset) & (found.onset <= found.peak) & (found.peak <= found.end)).all()
    assert (found.end <= last).all()
    assert found.intensity.between(0, 1).all()
    assert found.replica.isin(range(run.recording.replicas)).all()
    assert wrong_agents(found.agents, run.model.agents) == []
    assert (found.outcome.str.len() > 0).all()
    harms = found[["harm", "harm_a", "harm_b"]].to_numpy(float)
    np.testing.assert_allclose(harms[:, 0], harms[:, 1] + harms[:, 2], rtol=1e-12)
