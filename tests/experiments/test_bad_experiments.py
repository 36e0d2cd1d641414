"""What bad input gets: every case of bad_experiments.yaml with its exact messages."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dynsim.errors import InputError
from dynsim.experiments.state import load_experiment

TABLE = yaml.safe_load((Path(__file__).parent / "bad_experiments.yaml").read_text("utf-8"))


def written(folder: Path, changes: dict[str, Any]) -> Path:
    keys = TABLE["base"] | changes
    file = folder / "bad.yaml"
    file.write_text("".join(f"{key}: {value}\n" for key, value in keys.items() if value is not None))
    return file


def test_the_base_is_good(tmp_path: Path) -> None:
    assert len(load_experiment(written(tmp_path, {})).cells()) == 2


def test_the_cases_differ() -> None:
    assert len({case["case"] for case in TABLE["cases"]}) == len(TABLE["cases"])


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["case"])
def test_messages(case: dict[str, Any], tmp_path: Path) -> None:
    file = written(tmp_path, case["with"])
    with pytest.raises(InputError) as error:
        load_experiment(file)
    found = [str(problem).removeprefix(f"{file}:").replace(str(tmp_path), "FOLDER") for problem in error.value.problems]
    cut = [message[: len(told) - 1] + "…" if told.endswith("…") else message
           for message, told in zip(found, case["says"], strict=False)]
    assert cut + found[len(cut) :] == case["says"]
