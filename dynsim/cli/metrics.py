"""`dynsim metrics`: metrics of a finished run, printed and saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InputError, Problem
from .progress import shown_progress

if TYPE_CHECKING:
    from ..session.run import Run


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--set", "settings", metavar="NAME.SETTING=VALUE", multiple=True,
              help="Set one setting of a metric, such as influence.samples=500. Repeatable.")
@click.option("--by", metavar="PARAMETER", multiple=True,
              help="Group by this parameter instead of by all that vary. Repeatable.")
@click.option("--pooled", is_flag=True, help="Pool all replicas, whatever varies between them.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def metrics(
    directory: Path, names: tuple[str, ...], settings: tuple[str, ...], by: tuple[str, ...], pooled: bool, quiet: bool
) -> None:
    """Compute, print and save metrics of a run.

    DIRECTORY holds a finished run; NAME is a log metric or a requested metric (dynsim list metrics). Requested metrics
    are saved in DIRECTORY/metrics, and dynsim report shows them. Without NAME, list what is saved there.

    Where parameters vary between replicas, a metric has rows for each of their values.
    """
    from ..analysis.requested_metrics.base import REQUESTED_METRICS
    from ..session.run import load

    if by and pooled:
        raise InputError("--by and --pooled: one tells replicas apart, the other pools them; choose")
    apart = () if pooled else by or None
    run = load(directory)
    assert run.directory is not None
    directory = run.directory
    if not names:
        click.echo(_kept(directory))
        return
    chosen = _settings(names, settings)
    _check(names)
    problems: list[Problem] = []
    with shown_progress(quiet) as progress:
        for k, name in enumerate(names):
            if progress is not None:
                progress(f"measuring {name}", k / len(names))
            try:
                if name in REQUESTED_METRICS.names():
                    text = _requested(run, directory, name, chosen[name], apart)
                else:
                    text = _logged(run, name, apart)
            except InputError as error:
                problems += [problem if problem.path else Problem(problem.message, name) for problem in error.problems]
            else:
                click.echo(f"{'' if k == 0 else chr(10)}{text}")
    if problems:
        raise InputError(*problems)


def _requested(
    run: Run, directory: Path, name: str, settings: dict[str, object], by: tuple[str, ...] | None
) -> str:
    """The text of a requested metric, which is computed and saved unless it already is."""
    from ..record.directory import locked
    from ..session.requested_metrics import file_of, kept

    request = run.requested.request(name, settings, by)
    table = kept(directory, request)
    if table is None:
        with locked(directory):
            table = run.requested.keep(request, directory)
    from .table import text

    return f"{name}: {request.metric.heading}\n{text(table, str(file_of(directory, name)))}"


def _logged(run: Run, name: str, by: tuple[str, ...] | None) -> str:
    """The text of a log metric."""
    from ..analysis.conflict_log.metrics.base import LOG_METRICS
    from .table import text

    assert run.directory is not None
    kept = str(run.directory / f"{LOG_METRICS.get(name).table}.parquet")
    return f"{name}\n{text(run.metric(name, by), kept if by is None else f'run.metric({name!r}, by={list(by)})')}"


def _check(names: tuple[str, ...]) -> None:
    """InputError with every unknown name."""
    from ..analysis.conflict_log.metrics.base import LOG_METRICS
    from ..analysis.requested_metrics.base import REQUESTED_METRICS
    from ..registry import unknown

    known = [*REQUESTED_METRICS.names(), *LOG_METRICS.names()]
    wrong = [unknown("metric", name, known) for name in names if name not in known]
    if wrong:
        raise InputError(*wrong)


def _settings(names: tuple[str, ...], given: tuple[str, ...]) -> dict[str, dict[str, object]]:
    """The settings of every metric, from NAME.SETTING=VALUE."""
    from ..system.overrides import apply_overrides

    data, _ = apply_overrides({name: {} for name in names}, given)
    extra = [name for name in data if name not in names]
    if extra:
        raise InputError(*(f"--set {name}: {name} is not among the metrics to compute" for name in extra))
    return data


def _kept(directory: Path) -> str:
    """The saved metrics of a directory, with their settings and the parameters that their tables are grouped by."""
    from ..session.requested_metrics import kept_metrics

    there = kept_metrics(directory)
    if not there:
        return f"{directory} holds no requested metric; dynsim list metrics shows those available"
    width = max(map(len, there))
    lines = []
    for name, (settings, by) in there.items():
        words = [f"{key}={value:g}" if isinstance(value, float) else f"{key}={value}"
                 for key, value in settings.items()]
        words += [f"by {' and '.join(by)}"] if by else []
        lines.append(f"  {name:<{width}}  {', '.join(words)}".rstrip())
    return "\n".join(lines)
