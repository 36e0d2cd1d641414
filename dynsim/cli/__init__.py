"""The command `dynsim`. Its commands import what they need when they run, so that --help is fast."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

import click

from ..engine.compiled.background import goes_on
from ..errors import Advice, DynsimError
from ..version import __version__
from .atlas import atlas
from .catalogue import list_
from .compare import compare
from .experiment import experiment
from .metrics import metrics
from .run import report, run
from .scenarios import new, schema, validate

INTERRUPTED = 130
OBJECTS = 20_000  # new objects before Python searches for garbage in cycles, of which a command makes little


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dynsim")
def cli() -> None:
    """Simulate systems of several optimizers with different objectives, and log their conflicts.

    Exit codes: 0 done, 1 the run failed, 2 bad input; with partial results kept, 3 the budget is used up and 130
    interrupted.
    """


def _load_plugins(context: click.Context, option: click.Parameter, files: tuple[str, ...]) -> None:
    from ..plugins import load_plugin

    for file in files:
        load_plugin(file)


for command in (run, experiment, validate, report, metrics, compare, atlas, list_, new, schema):
    cli.add_command(command)
for command in (run, *experiment.commands.values(), validate, report, metrics, compare, list_, schema):
    command.params.append(click.Option(
        ["--plugin"], multiple=True, metavar="FILE.py", callback=_load_plugins, is_eager=True, expose_value=False,
        help="Load rules, games, metrics and so on from a Python file, which is run. May be given often.",
    ))  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; errors are messages on stderr, not tracebacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ∇ shows a question mark
    warnings.simplefilter("always", Advice)
    warnings.showwarning = _show_warning
    gc.set_threshold(OBJECTS)
    code = _code(arguments)
    if goes_on():  # a normal exit would tear down LLVM while a background compilation still uses it
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _show_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, *rest: Any, **more: Any
) -> None:
    """Print Advice in one line like an error, without the line of dynsim's code that raised it."""
    advice = issubclass(category, Advice)
    text = f"warning: {message}" if advice else warnings.formatwarning(message, category, filename, lineno).rstrip()
    click.echo(text, err=True)


def _code(arguments: Sequence[str] | None) -> int:
    try:
        cli.main(arguments, prog_name="dynsim", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DynsimError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # the reader has closed the pipe, as in `dynsim list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
