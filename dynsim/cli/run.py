"""`dynsim run` and `dynsim report`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from shutil import get_terminal_size

import click

from ..errors import Interrupted
from .progress import shown_progress


@click.command()
@click.argument("scenario")
@click.option("--set", "overrides", metavar="PATH=VALUE", multiple=True,
              help="Override one value, such as agents.critic.rule.rate=0.1. Repeatable.")
@click.option("--replicas", type=click.IntRange(min=1), help="Number of replicas (default: the scenario's).")
@click.option("--seed", type=click.IntRange(min=0), help="Random seed (default: the scenario's).")
@click.option("--threads", type=click.IntRange(min=1),
              help="Number of threads (default: all cores). Results do not depend on it.")
@click.option("--out", type=click.Path(path_type=Path),
              help="Run directory (default: runs/NAME-DATE-TIME).")
@click.option("--force", is_flag=True, help="Replace the run in the directory.")
@click.option("--resume", is_flag=True, help="Continue the run in the directory.")
@click.option("--no-compile", is_flag=True, help="Interpret instead of compiling: starts at once, runs slowly.")
@click.option("--no-report", is_flag=True, help="Do not write report.html.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
def run(
    scenario: str, overrides: tuple[str, ...], replicas: int | None, seed: int | None, threads: int | None,
    out: Path | None, force: bool, resume: bool, no_compile: bool, no_report: bool, quiet: bool,
) -> None:
    """Run a scenario and write a run directory.

    SCENARIO is a file or the name of a shipped scenario (dynsim list scenarios).

    Ctrl-C stops the run, keeps what was recorded, and writes its tables and report. --resume continues from
    there.
    """
    from ..session.simulate import simulate
    from ..session.summary import summary

    if (force or resume) and out is None:
        raise click.UsageError("--force and --resume need --out: which directory?")
    with shown_progress(quiet) as progress:
        try:
            done = simulate(
                scenario, replicas=replicas, seed=seed, set=overrides, threads=threads,
                out=out or _default_out(scenario), force=force, resume=resume, compiled=not no_compile,
                report=not no_report, progress=progress,
            )
            interrupted = None
        except Interrupted as error:
            done, interrupted = error.run, error
    if done is not None and not quiet:
        click.echo(summary(done, get_terminal_size().columns))
    if interrupted is not None:
        raise interrupted


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
def report(directory: Path, quiet: bool) -> None:
    """Recompute the tables and report of a run.

    Nothing is simulated: both follow from the record in DIRECTORY.
    """
    from ..session.run import remake
    from ..session.summary import summary

    with shown_progress(quiet) as progress:
        done = remake(directory, progress)
    if not quiet:
        click.echo(summary(done, get_terminal_size().columns))


def _default_out(scenario: str) -> Path:
    """runs/NAME-DATE-TIME."""
    return Path("runs") / f"{Path(scenario).stem}-{datetime.now():%Y%m%d-%H%M%S}"
