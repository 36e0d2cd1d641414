"""What README and docs show works: Python is executed, scenarios validate, commands end with exit code 0.

Each page runs from top to bottom in a directory of its own, as a reader would follow it: Python blocks share
one namespace, and a `console` block sees the files that came before. A YAML block that is a whole scenario
(has `dynsim:`) validates; where its first line is a name (`# mine.yaml`), it is also a file of that name.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [page for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))] if page.exists()]
FENCE = re.compile(r"^```(python|yaml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced example; `line` is where its first line stands in the page."""

    language: str
    text: str
    line: int


def blocks_of(page: str) -> list[Block]:
    found = FENCE.finditer(page)
    return [Block(match[1], match[2], page[: match.start(2)].count("\n") + 1) for match in found]


def run_python(block: Block, page: Path, names: dict[str, Any]) -> None:
    source = "\n" * (block.line - 1) + block.text  # a traceback points into the page
    exec(compile(source, str(page), "exec"), names)  # noqa: S102 - our own pages


def check_scenario(block: Block, directory: Path) -> None:
    from dynsim.system.scenario import load_scenario

    load_scenario(block.text).resolve()
    if named := re.match(r"# ?([\w.-]+\.yaml)\n", block.text):
        (directory / named[1]).write_text(block.text)


def run_commands(block: Block, page: Path, directory: Path) -> None:
    """Run the lines `$ dynsim ...`; other commands (pip, git) change the machine and are for the reader."""
    for offset, line in enumerate(block.text.splitlines()):
        if not line.startswith("$ dynsim "):
            continue
        words = shlex.split(line.removeprefix("$ dynsim "), comments=True)
        command = [sys.executable, "-c", "from dynsim.cli import main; main()", *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, cwd=directory, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        place = f"{page.name}:{block.line + offset}: {line}"
        assert done.returncode == 0, f"{place}\nexit code {done.returncode}\n{done.stdout}{done.stderr}"


def run_page(page: Path, directory: Path) -> int:
    """Run every example of `page`; how many there were."""
    names: dict[str, Any] = {"__name__": "__main__"}
    ran = 0
    for block in blocks_of(page.read_text(encoding="utf-8")):
        if block.language == "python":
            run_python(block, page, names)
        elif block.language == "console":
            run_commands(block, page, directory)
        elif re.search(r"^dynsim:", block.text, re.MULTILINE):
            check_scenario(block, directory)
        else:
            continue
        ran += 1
    return ran


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(page, tmp_path)


def test_a_broken_example_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\n```\n\ntext\n\n```python\nassert x == 1\n```\n")
    assert run_page(page, tmp_path) == 2
    page.write_text("# Page\n\n```python\nassert 1 == 2\n```\n")
    with pytest.raises(AssertionError) as caught:
        run_page(page, tmp_path)
    assert caught.traceback[-1].lineno == 3  # counted from 0: the fourth line of the page


def test_only_fences_of_a_known_language_are_examples() -> None:
    page = "```text\nx\n```\n```yaml\na: 1\n```\n~~~python\ny\n~~~\n```python\nz\n```\n"
    assert [(block.language, block.line) for block in blocks_of(page)] == [("yaml", 5), ("python", 11)]
