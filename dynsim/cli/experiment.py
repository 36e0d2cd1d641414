"""`dynsim experiment`."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ..errors import Interrupted, RunError
from .standing import shown_standing

ARGUMENTS = "dynsim.experiment"  # key of what was written behind `dynsim experiment`


class _FileOrCommand(click.Group):
    """A group whose command is `run` unless the first argument names another one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[ARGUMENTS] = tuple(args)
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_FileOrCommand)
def experiment() -> None:
    """Run an experiment: dynsim experiment FILE.yaml.

    The options are those of dynsim experiment run, which may be left out.
    """


@experiment.command()
@click.argument("file")
@click.option("--set", "overrides", metavar="PATH=VALUE", multiple=True,
              help="Override one value of the scenario before anything varies. Repeatable.")
@click.option("--replicas", type=click.IntRange(min=1), help="Replicas of each cell, in place of the file's.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of all cells, in place of the file's.")
@click.option("--out", type=click.Path(path_type=Path),
              help="The experiment's directory (default: experiments/NAME-DATE-TIME).")
@click.option("--on", "where", default="threads", metavar="WHERE",
              help="threads (default), processes, dask://HOST:PORT or slurm://OPTION=VALUE,… No result depends on it.")
@click.option("--workers-write", is_flag=True,
              help="Workers write results to --out themselves, on a file system that they share.")
@click.option("--resume", is_flag=True, help="Continue the experiment in the directory.")
@click.option("--budget", metavar="TIME",
              help="Stop after this time, such as 90s, 30m or 2h, and keep what is done; --resume continues.")
@click.option("--dry-run", is_flag=True, help="Show how large the experiment is and how long it takes; write nothing.")
@click.option("--quiet", is_flag=True, help="No progress.")
def run(
    file: str, overrides: tuple[str, ...], replicas: int | None, seed: int | None, out: Path | None, where: str,
    workers_write: bool, resume: bool, budget: str | None, dry_run: bool, quiet: bool,
) -> None:
    """Run the experiment in FILE and write its directory.

    FILE is a file or the name of a shipped experiment (dynsim list experiments).
    Ctrl-C keeps what is done, and --resume continues from there.
    """
    from ..experiments.budget import seconds_of
    from ..experiments.state import load_experiment

    if resume and out is None:
        raise click.UsageError("--resume needs --out: which directory?")
    if budget is not None:
        seconds_of(budget)
    stated = load_experiment(file, overrides, replicas, seed)
    directory = out or Path("experiments") / f"{Path(file).stem}-{datetime.now():%Y%m%d-%H%M%S}"
    if dry_run:
        from ..experiments.planning import planned

        click.echo(planned(stated, directory))
        return
    from ..experiments.run import run_experiment

    try:
        with shown_standing(quiet) as progress:
            done = run_experiment(
                stated, directory, where, resume, progress, workers_write=workers_write, budget=budget
            )
    except (Interrupted, RunError):
        _tell_how_to_go_on(directory, out is None, resume)
        raise
    _tell(done, quiet)


@experiment.command("open")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--cell", required=True, type=click.IntRange(min=0), help="Number of the cell.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Run directory to write.")
def open_(directory: Path, cell: int, out: Path) -> None:
    """Simulate one cell of the experiment in DIRECTORY again, as a full run.

    Its replicas are bit-identical to the experiment's.
    """
    from ..experiments.opening import open_cell

    open_cell(directory, cell, out)
    click.echo(f"{out} written; now: dynsim report {out}")


def _tell_how_to_go_on(directory: Path, own: bool, resume: bool) -> None:
    """Print the command that continues the experiment, if it has begun. own: whether --out was not given."""
    from ..experiments.storing.store import MANIFEST

    if not (directory / MANIFEST).exists():
        return
    arguments = [*click.get_current_context().meta[ARGUMENTS]]
    arguments += ["--out", str(directory)] if own else []
    arguments += [] if resume else ["--resume"]
    click.echo(f"to go on: dynsim experiment {shlex.join(arguments)}", err=True)


def _tell(done: Any, quiet: bool) -> None:
    """How it ended. Exits with 1 if cells failed."""
    failed = len(done.failures)
    if not quiet:
        click.echo(f"{done.directory} written: {len(done.cells):,} cells, {failed:,} failed")
    if failed:
        raise SystemExit(1)
