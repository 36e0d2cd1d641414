"""Names of a user's and columns of dynsim's own never meet in one table."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.conflict_log import tables as conflict_log
from dynsim.analysis.conflict_log.metrics.base import LOG_METRICS
from dynsim.analysis.reading.study import Study
from dynsim.record.layout import BIRTH, KEYS, RESULTS
from dynsim.session.simulate import checked

WORDS = sorted({column for name in LOG_METRICS.names() for column in LOG_METRICS.get(name).columns})
OF_RECORDS = sorted({*RESULTS, *KEYS} - {"t"})  # that name means the time in expressions
OF_TABLES = sorted({*WORDS, *OF_RECORDS})


def _system() -> ds.System:
    s = ds.System("names")
    m = s.state("m", init=1)
    s.agent("one", controls=m, declared=m**2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=10)
    s.ensemble(replicas=4)
    return s


def _as_state(s: ds.System, name: str) -> str:
    s.state(name, init=0)
    return f"variables.{name}"


def _as_varied(s: ds.System, name: str) -> str:
    s.parameter(name, 1.0)
    s.ensemble(vary={name: "linspace(0, 1)"})
    return f"params.{name}"


def _as_phase(s: ds.System, name: str) -> str:
    s.phases(**{name: 0, "later": 5})
    return f"phases.{name}"


def _as_heritable(s: ds.System, name: str) -> str:
    s.parameter(name, 1.0)
    s.selection(fitness="-m**2", every=5, scheme={"tournament": {"size": 2}}, heritable={name: f"{name} + 1"})
    return f"params.{name}"


@pytest.mark.parametrize(("name", "use"), [
    *((name, _as_state) for name in [*WORDS, "replica"]), *((name, _as_varied) for name in OF_TABLES),
    ("replica", _as_phase),
    *((name, _as_heritable) for name in [*WORDS, "replica", *BIRTH]),
])
def test_a_name_that_is_a_column_already_is_refused(name: str, use: Callable[[ds.System, str], str]) -> None:
    s = _system()
    path = use(s, name)
    for attempt in (lambda: checked(s), lambda: ds.simulate(s, compiled=False)):
        with pytest.raises(ds.InputError) as caught:
            attempt()
        (problem,) = caught.value.problems
        assert problem.path == path
        expected = f"has a column of its own called {name!r}: choose another name, such as '{name}_value'"
        assert expected in problem.message


@pytest.mark.parametrize("name", [*OF_TABLES, *BIRTH, "element", "value", "quantity", "agent", "q05", "n"])
def test_it_may_be_the_name_of_what_is_in_no_table(name: str) -> None:
    """A parameter that is the same in all replicas has no column."""
    s = _system()
    s.parameter(name, 1.0)
    run = ds.simulate(s, compiled=False)
    assert run.summary.columns.is_unique


def test_a_metric_has_to_declare_its_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that gives the summary a plain word without saying so is noticed by every run."""
    final = LOG_METRICS.get("final")
    result = final.result
    monkeypatch.setattr(final, "result", lambda self: result(self).assign(news=pd.Series([0.0])))
    run = ds.simulate(_system(), compiled=False)
    with pytest.raises(AssertionError, match="does not declare"):
        conflict_log.tables(Study(run.program, run.recording))
