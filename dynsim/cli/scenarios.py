"""`dynsim validate`, `dynsim new` and `dynsim schema`."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from ..errors import DynsimError, InputError
from ..system.text.local_path import local_path


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
def validate(scenarios: tuple[str, ...]) -> None:
    """Validate scenarios and list every error.

    Each error has one line: file:line:column, what was found, and what was expected.
    """
    problems: list[DynsimError] = []
    for scenario in scenarios:
        try:
            click.echo(f"{scenario}: {_described(scenario)}")
        except DynsimError as error:
            problems.append(error)
            click.echo(str(error), err=True)
    if problems:
        raise SystemExit(InputError.exit_code)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def new(file: Path) -> None:
    """Write a commented scenario to start from.

    FILE must not exist.
    """
    file = local_path(file)
    template = resources.files(__package__).joinpath("template.yaml").read_bytes()
    try:
        with file.open("xb") as target:
            target.write(template)
    except FileExistsError:
        raise InputError(f"{file}: exists, and is not overwritten") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror or error}") from error
    click.echo(f"{file} written; now: dynsim run {file}")


@click.command()
@click.option("--experiment", is_flag=True, help="The schema of experiments.")
def schema(experiment: bool) -> None:
    """Print the JSON Schema of scenarios.

    Editors use it to check and complete scenario files.
    """
    import json

    if experiment:
        from ..experiments.grammar.schema import schema as described
    else:
        from ..system.scenario import schema as described

    click.echo(json.dumps(described(), indent=2, ensure_ascii=False))


def _described(scenario: str) -> str:
    """How many agents, variables and replicas a scenario has. Raises InputError with its mistakes."""
    from ..session.simulate import checked
    from ..system.scenario import load_scenario
    from ..system.shipped import scenario_file

    model, _ = checked(load_scenario(scenario_file(scenario)))
    parts = [(len(model.agents), "agent"), (len(model.variables), "variable"), (model.ensemble.replicas, "replica")]
    return ", ".join(f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in parts)
