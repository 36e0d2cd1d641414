"""A source of moves that has no program: a table of numbers known by hand, and the exported quantities of a run."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.conflict_log.tables import Tables, tables
from dynsim.analysis.reading.moves import MoveSource, Quantity
from dynsim.answers.base import told
from dynsim.answers.payoffs import EXAMPLE
from dynsim.answers.wording.findings import findings
from dynsim.dashboard.collect import collect
from dynsim.dashboard.page import report
from tests.analysis.moves_table import MovesTable, exported
from tests.plots.cases import example_of, run_of

TICKS, REPLICAS, FROM, TO = 30, 3, 10, 20


def planted(**arrays: np.ndarray | None) -> MovesTable:
    """Two modules of a training run, each of which moves one block and a shared one.

    Each helps itself. In replica 1, from tick 10 to 20, each harms the other: the critic by .05 through the trunk and
    .35 through its head (.7 in the last tick), the actor by .2 through the trunk. The actor's gradient has length 2,
    the critic's .5, and moves .5, so that the normalised harms are .4 and .8. There the actor's objective rises by 1 a
    tick, the critic's falls by 2; else nothing changes. arrays: instead of those, or None to leave one out.
    """
    shape, there = (TICKS, REPLICAS), np.zeros((TICKS, REPLICAS))
    there[FROM : TO + 1, 1] = 1.0
    parts = np.zeros((8, *shape))  # (harmed actor, levers 0 … 3), (harmed critic, levers 0 … 3)
    parts[[0, 6]] = -0.5
    parts[[3, 2]] = 0.05 * there, 0.35 * there
    parts[2, TO] *= 2
    parts[5] = 0.2 * there
    ledger = parts.reshape(2, 2, 2, *shape).sum(axis=2)
    gone = np.maximum.accumulate(np.cumsum(there, axis=0) - there, axis=0)  # ticks spent in it before
    found: dict[Quantity, np.ndarray] = {
        "objectives": np.stack([5.0 + gone, 40.0 - 2.0 * gone]), "ledger": ledger, "parts": parts,
        "gradient_norms": np.stack([np.full(shape, 2.0), np.full(shape, 0.5)]), "move_norms": np.full((2, *shape), 0.5),
        "alignment": np.where(there, -0.6, 0.0)[None],
        "contest": np.stack([np.zeros(shape), np.zeros(shape), 0.8 * there]),
        "fidelity": np.stack([np.ones(shape), np.full(shape, 0.25)]),
    }
    found = {name: array for name, array in (found | arrays).items() if array is not None}
    levers = ((0, "actor.head"), (0, "trunk"), (1, "critic.head"), (1, "trunk"))
    return MovesTable(
        ("actor", "critic"), ("actor.head", "critic.head", "trunk"), np.arange(float(TICKS)), found, levers=levers,
        parts=tuple((i, k) for i in (0, 1) for k in range(4)) if "parts" in found else (), title="A training run",
    )


def test_a_planted_conflict_is_found_where_it_is() -> None:
    (row,) = tables(planted()).episodes.to_dict("records")
    assert (row["replica"], row["kind"], row["agents"]) == (1, "conflict", "actor, critic")
    assert (row["onset"], row["end"], row["open"]) == (FROM, TO, False)
    assert row["intensity"] == pytest.approx(0.75)  # in the last tick, the smaller of .75 and .8; before it .4
    assert row["peak"] == TO
    assert row["variables"] == "trunk, critic.head"  # .05/1 + .2/.25 through the trunk, .35/1 through the head
    assert row["harm_a"] == pytest.approx(0.4 * (TO - FROM))  # the step from the last tick is no part of it
    assert row["harm_b"] == pytest.approx(0.2 * (TO - FROM))
    assert row["outcome"] == "critic ahead"


def test_the_harm_of_continuous_time_is_the_trapezoid() -> None:
    (row,) = tables(replace(planted(), clock="time")).episodes.to_dict("records")
    assert row["harm_a"] == pytest.approx(0.4 * (TO - FROM) + 0.35 / 2)


def test_fidelity_is_weighted_by_the_squares_of_the_moves() -> None:
    fidelity, norms = np.full((2, 2, TICKS, REPLICAS), np.nan)
    fidelity[:, 3], fidelity[:, 8] = 0.0, 1.0
    norms[:, 3], norms[:, 8] = 1.0, 3.0
    summary = tables(planted(fidelity=fidelity, move_norms=norms)).summary
    assert summary["label_fidelity.actor"].tolist() == [0.9] * REPLICAS
    assert summary["label_fidelity_ticks.actor"].tolist() == [2] * REPLICAS


def test_the_tables_have_the_means_over_replicas() -> None:
    log = tables(planted())
    states = log.pair_states.set_index("t")
    assert states.conflict[15] == pytest.approx(1 / 3)
    assert states.none[15] == pytest.approx(2 / 3)
    assert states.none[FROM - 1] == 1
    ledger = log.ledger.set_index(["t", "harmed", "mover"])
    assert ledger["mean"][15, "actor", "critic"] == pytest.approx(0.4 / 3)
    assert ledger["normalised"][15, "actor", "critic"] == pytest.approx(0.4 / 3)
    assert ledger["harm_share"][15, "critic", "actor"] == pytest.approx(1 / 3)
    assert ledger["mean"][3, "critic", "critic"] == -0.5
    contest = log.contest.set_index(["t", "variable"])
    assert contest["q95"][15, "trunk"] == pytest.approx(0.72)  # of 0, 0, 0.8
    assert contest["mean"][15, "critic.head"] == 0
    assert log.alignment.set_index("t")["opposed_share"][15] == pytest.approx(1 / 3)
    objectives = log.objectives.set_index(["t", "agent"])
    assert objectives["by_agents"][15, "actor"] == pytest.approx(-0.5 + 0.4 / 3)
    assert "by_flow" not in objectives
    assert log.summary["objective.actor"].tolist() == [5, 16, 5]
    assert log.summary["objective.critic"].tolist() == [40, 18, 40]
    assert log.summary["label_fidelity.critic"].tolist() == [0.25] * REPLICAS
    assert set(log) == {"ledger", "contest", "alignment", "pair_states", "objectives", "episodes", "summary"}


def sentences(source: MoveSource, log: Tables | None = None) -> dict[str, list[str]]:
    """By answer; a space that no line ends within is a space."""
    said = told(findings(source, tables(source) if log is None else log))
    return {one.name: [text.replace("\u00a0", " ") for text in one.sentences] for one in said}


def test_the_answers_tell_it() -> None:
    said = sentences(planted())
    assert said["conflicts"] == [
        "In 33 % of replicas, actor and critic fought over trunk from step 10 to 20. critic came out ahead."]
    assert said["labels"] == [
        "critic follows its label least closely: fidelity 0.25. The other moves exactly where its points (1)."]
    assert said["gains"] == [
        "actor's objective showed no clear change (5; it rose in 33 % of replicas).",
        "critic's objective showed no clear change (40; it fell in 33 % of replicas).",
    ]
    assert set(said) == {"conflicts", "labels", "gains", "reading"}


def test_a_tick_at_which_everything_is_undefined_hides_nothing_of_an_episode() -> None:
    """The actor still loses 10 and the critic gains 20 from onset to end, and the trunk is still what it is about most.
    Nothing is said of a state, which a log of moves does not have."""
    source = planted()
    damaged = {name: array.copy() for name, array in source.arrays.items()}
    for name in ("objectives", "ledger", "parts"):
        damaged[name][..., 15, 1] = np.nan
    broken = planted(**damaged)
    (row,) = tables(broken).episodes.to_dict("records")
    assert (row["variables"], row["onset"], row["end"], row["outcome"]) == (
        "trunk, critic.head", FROM, TO, "critic ahead")
    assert np.isnan(row["harm"])
    assert sentences(broken)["verdict"] == [
        f"In 33 % of replicas, {name}'s objective was undefined (NaN or infinite), first at step 15."
        for name in source.agents
    ]


def test_nothing_changed_in_a_single_tick() -> None:
    """There is neither a rise nor a fall to tell, of an agent's objective or of the base objective."""
    source = planted(base=np.ones((1, TICKS, REPLICAS)))
    first = {name: array[..., :1, :] for name, array in source.arrays.items()}
    said = sentences(replace(source, times=source.times[:1], arrays=first))
    assert not {"base", "gains"} & set(said)
    assert "base" in sentences(source)


ODD = {
    "no tick": {"ticks": 0}, "one tick": {"ticks": 1}, "one replica": {"replicas": 1},
    "odd names": {"agents": ("le critique <b>", "актор/2"), "variables": ("w 1", "ω²", "</script>")},
}


@pytest.mark.parametrize("case", ODD)
def test_odd_sources_have_a_report(case: str) -> None:
    """The names of agents and variables are shown as they are, and no sentence speaks of what is not there."""
    kept, source = ODD[case], planted()
    arrays = {name: array[..., : kept.get("ticks"), : kept.get("replicas")] for name, array in source.arrays.items()}
    names = dict(zip(source.variables, kept.get("variables", source.variables), strict=True))
    source = replace(
        source, agents=kept.get("agents", source.agents), variables=tuple(names.values()), arrays=arrays,
        times=source.times[: kept.get("ticks")], levers=tuple((j, names[v]) for j, v in source.levers),
    )
    log = tables(source)
    found = findings(source, log)
    page = report(collect(found, told(found), {}))
    text = " ".join(text for texts in sentences(source, log).values() for text in texts)
    assert not re.search(r"nan|None|nothing|  ", text)
    if case == "odd names":
        assert "le critique <b> and актор/2 fought over </script>" in text
        assert "le critique &lt;b&gt; and актор/2 fought over &lt;/script&gt;" in page


def test_the_report_shows_it() -> None:
    source = planted()
    found = findings(source, tables(source))
    page = report(collect(found, told(found), {}))
    assert "<h1>A training run</h1>" in page
    assert "2 agents · 3 variables · 3 replicas · 30 recorded ticks" in page
    assert "actor and critic fought over trunk" in page
    figures = re.findall(r'<section id="(\w+)">', page)
    assert figures == ["story", "episodes", "ledger", "contest", "objectives", "alignment", "label_fidelity"]


@pytest.mark.parametrize(
    ("left", "there", "answers"),
    [
        (("ledger", "parts"), {"alignment", "contest", "objectives", "summary"}, {"gains", "labels", "reading"}),
        (("parts",), {"ledger", "contest", "alignment", "pair_states", "objectives", "episodes", "summary"},
         {"conflicts", "gains", "labels", "reading"}),
        (("ledger", "parts", "gradient_norms", "move_norms", "contest", "fidelity"),
         {"alignment", "objectives", "summary"}, {"gains", "reading"}),
    ],
    ids=["no ledger", "no parts", "losses and cosines"],
)
def test_what_a_source_has_not_is_left_out(left: tuple[Quantity, ...], there: set[str], answers: set[str]) -> None:
    source = planted(**dict.fromkeys(left))
    log = tables(source)
    assert set(log) == there
    assert set(sentences(source, log)) == answers
    found = findings(source, log)
    assert "A training run" in report(collect(found, told(found), {}))
    with pytest.raises(AttributeError, match="unknown table 'within'"):
        _ = log.within
    assert there <= set(dir(log))


@pytest.mark.parametrize(("changed", "problems"), [
    ({"has": frozenset({"alignment"})}, [
        "the source of moves offers no 'objectives' in `has`: every source needs them",
    ]),
    ({"agents": ("actor", "actor")}, ["2 agents of the source of moves are named 'actor': names must differ"]),
    ({"variables": ("x", "a, b", "x")}, [
        "2 variables of the source of moves are named 'x': names must differ",
        "the name 'a, b' among the variables of the source of moves contains ', ', which separates names in the "
        "tables: use another name",
    ]),
], ids=["no objectives", "agents of one name", "odd variables"])
def test_a_source_that_no_table_can_be_made_of_is_refused(
    changed: dict[str, object], problems: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = planted()
    if "has" in changed:
        monkeypatch.setattr(MovesTable, "has", changed["has"])
    else:
        source = replace(source, **changed)
    with pytest.raises(ds.InputError) as error:
        tables(source)
    assert [str(problem) for problem in error.value.problems] == problems


@pytest.mark.parametrize("case", ["two pulls", "selection", "payoffs"])
def test_a_run_without_its_model_has_answers_and_a_report(case: str) -> None:
    """Whatever needs the model is left out: hidden incentives, the state graph, and payoffs, which become gains."""
    run = example_of(EXAMPLE) if case == "payoffs" else run_of(case)
    found = findings(replace(run.study, model=None), run.tables)
    said = told(found)
    assert {one.name for one in said} == {one.name for one in run.answers} - {"hidden", "payoffs", "ending"} | {"gains"}
    figures = re.findall(r'<section id="(\w+)">', report(collect(found, said, {})))
    assert "trajectories" in figures
    assert "state_graph" not in figures


def test_without_parts_an_episode_names_no_variable() -> None:
    source = planted(parts=None)
    (row,) = tables(source).episodes.to_dict("records")
    assert (row["variables"], row["onset"], row["end"]) == ("", FROM, TO)
    assert sentences(source)["conflicts"] == [
        "In 33 % of replicas, actor and critic fought from step 10 to 20. critic came out ahead."]


def test_a_base_objective_and_what_varies_need_no_program() -> None:
    """Two runs at a learning rate of .1, whose cost falls from 3 to 1, and two at .2, where it rises to 4."""
    rate, t = np.array([0.1, 0.1, 0.2, 0.2]), np.linspace(0.0, 1.0, TICKS)[:, None]
    cost = 3.0 + t * np.array([-2.0, -2.0, 1.0, 1.0])
    source = MovesTable(
        ("one",), ("block",), np.arange(float(TICKS)), {"objectives": cost[None], "base": cost[None]},
        parameters={"rate": rate}, phases={"first": (0.0, 15.0), "second": (15.0, 30.0)}, listed=("rate",),
    )
    log = tables(source)
    assert log.summary["base.last"].tolist() == [1, 1, 4, 4]
    assert log.summary["base.last.first"].tolist() == pytest.approx(cost[14])
    assert log.objectives.groupby(["vary.rate", "agent"], observed=True)["mean"].last().to_dict() == pytest.approx({
        (0.1, "base objective"): 1, (0.1, "one"): 1, (0.2, "base objective"): 4, (0.2, "one"): 4})
    assert sentences(source, log)["base"][:2] == [
        "At rate = 0.1: the base objective fell from 3 to 1 in every replica. It was best at the end.",
        "At rate = 0.2: the base objective rose from 3 to 4 in every replica. It was never better than at the start.",
    ]


SHARED = ("alignment", "contest", "ledger", "objectives", "pair_states", "summary")


@pytest.mark.parametrize("scenario", ["two_pulls", "lecun_modules"])
def test_a_run_and_its_exported_quantities_have_the_same_log(scenario: str) -> None:
    """Of the episodes those that need no moves of single variables; of the tables the columns that need no program."""
    run = ds.simulate(scenario, replicas=6, steps=60, compiled=False)
    source = exported(run.study)
    whole, log = run.tables, tables(source)
    kinds = ["conflict", "exploitation"]
    expected = whole.episodes[whole.episodes.kind.isin(kinds)].reset_index(drop=True)
    assert len(expected) > 0
    pd.testing.assert_frame_equal(log.episodes, expected, check_exact=True)
    for name in SHARED:
        extra = [column for column in whole[name] if column not in log[name]]
        assert all(column.startswith(("push:", "by_", "verdict", "diverged", "period")) or column in run.states
                   for column in extra)
        pd.testing.assert_frame_equal(log[name], whole[name].drop(columns=extra), check_exact=True)
    told_of_table, told_of_run = sentences(source, log.but(episodes=whole.episodes)), sentences(run.study, whole)
    for name in ("base", "conflicts", "gains"):
        assert told_of_table.get(name) == told_of_run.get(name)
