"""What a run showed, in a few lines of plain words."""

from __future__ import annotations

import pandas as pd

from ..record.directory import REPORT
from .run import Run

MOST = 3
VERDICTS = ("converged", "cycling", "unsettled", "diverged")


def summary(run: Run) -> str:
    """The verdicts, the strongest conflicts (who against whom over what and when), and where the results are.
    """
    manifest = run.manifest
    replicas = _count(manifest.replicas, "replica")
    lines = [f"{manifest.title or manifest.scenario}: {replicas} to t = {manifest.time:g}"]
    if manifest.status == "interrupted":
        lines[0] += " (interrupted)"
    if manifest.ticks:
        lines += ["", *_verdicts(run.summary), "", *_conflicts(run.conflicts, manifest.replicas)]
    if run.directory is not None:
        report = run.directory / REPORT
        lines += ["", f"report: {report}" if report.exists() else f"tables: {run.directory}"]
    return "\n".join(lines)


def _verdicts(table: pd.DataFrame) -> list[str]:
    """How many replicas ended how; the usual period of a cycle, the first divergence."""
    lines = []
    for verdict in VERDICTS:
        rows = table[table.verdict == verdict]
        if not len(rows):
            continue
        line = f"  {len(rows):,} {verdict}"
        if verdict == "cycling":
            line += f", with a period of {rows.period.median():.3g} (median)"
        if verdict == "diverged":
            line += f", the first at t = {rows.diverged_at.min():g}, mostly in {_usual(rows.diverged_variable)}"
        lines.append(line)
    return lines


def _conflicts(episodes: pd.DataFrame, replicas: int) -> list[str]:
    """The pairs in conflict with the most intensity × duration over all replicas; then what else there was."""
    conflicts = episodes[episodes.kind == "conflict"]
    weights = (conflicts.intensity * (conflicts.end - conflicts.onset)).groupby(conflicts.agents).sum()
    strongest = weights.sort_values(ascending=False, kind="stable").index[:MOST]
    lines = ["strongest conflicts" if len(strongest) else "no conflict between any two agents"]
    for agents in strongest:
        lines += _conflict(str(agents), conflicts[conflicts.agents == agents], replicas)
    if len(weights) > MOST:
        lines.append(f"  and {_count(len(weights) - MOST, 'pair')} more")
    others = episodes[episodes.kind != "conflict"].kind.value_counts()
    if len(others):
        lines.append("also: " + ", ".join(_count(count, str(kind)) for kind, count in others.items()))
    return lines


def _conflict(agents: str, rows: pd.DataFrame, replicas: int) -> list[str]:
    where = "" if replicas == 1 else f" in {rows.replica.nunique() / replicas:.0%} of replicas"
    onset, end = rows.onset.median(), rows.end.median()
    until = "the end" if rows.open.mean() > 0.5 else f"{end:g}"
    over = _usual(rows.variables)
    outcome = _usual(rows.outcome)
    share = (rows.outcome == outcome).mean()
    how = f"mostly {outcome} ({share:.0%})" if share > 0.5 else f"with mixed outcomes, {outcome} in {share:.0%}"
    return [
        f"  {agents.replace(', ', ' against ')} over {over}{where}: from t = {onset:g} to {until}, "
        f"intensity {rows.intensity.median():.2f}, {how}"
    ]


def _usual(values: pd.Series) -> str:
    return str(values.mode().iloc[0])


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"
