"""The examples of a page: they are run, and what they print is shown. `python docs/pages.py PAGE.md` prints one.

Each page runs from top to bottom in a process and a directory of its own, as a reader would follow it:

    ```python     executed; all blocks of a page share their names
    ```yaml       a whole scenario (it has `dynsim:`) or experiment (`experiment:`) has to validate; where its first
                  line is `# NAME.yaml`, it also becomes a file of that name
    ```console    the lines `$ dynsim …` are run and have to end with exit code 0, or the one in `# exit code 2`

Where `<!-- output -->` stands behind a Python block, the built page has what the block printed; a console block has it
behind every command. Where `<!-- figure -->` stands there, the page shows what the block left in the name `figure`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHOWN, DRAWN = "<!-- output -->", "<!-- figure -->"
FENCE = re.compile(rf"^```(python|yaml|console)\n(.*?)^```\n(?:\n({SHOWN}|{DRAWN})\n)?", re.MULTILINE | re.DOTALL)
SECONDS = 300
HERE = "--here"  # in this process and directory


@dataclass(frozen=True)
class Block:
    """One fenced example; `line` is where its first line stands in the page; `drawn`: it makes a figure."""

    language: str
    text: str
    line: int
    drawn: bool = False


class BrokenExample(Exception):
    """An example that does not do what its page says."""


def blocks_of(text: str) -> list[Block]:
    found = FENCE.finditer(text)
    return [Block(match[1], match[2], text[: match.start(2)].count("\n") + 1, match[3] == DRAWN) for match in found]


def run_page(page: Path) -> list[str]:
    """What every block of the page printed. BrokenExample with the traceback, which points into the page."""
    if not blocks_of(page.read_text(encoding="utf-8")):
        return []
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryDirectory(prefix="dynsim-page-") as directory:
        done = subprocess.run(
            [sys.executable, __file__, HERE, str(page.resolve())],
            cwd=directory, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
        )
    if done.returncode:
        raise BrokenExample(f"{page.name}\n{done.stdout}{done.stderr}")
    outputs: list[str] = json.loads(done.stdout)
    return outputs


def with_outputs(text: str, outputs: list[str]) -> str:
    """The page as a reader should see it, given what its blocks printed."""
    waiting = iter(outputs)

    def shown(match: re.Match[str]) -> str:
        output = next(waiting)
        if match[1] == "console":
            return f"```console\n{output}```\n"
        block = re.sub(rf"\n({SHOWN}|{DRAWN})\n$", "", match[0])
        kind = {SHOWN: "text", DRAWN: "{raw} html"}.get(match[3])
        return f"{block}\n```{kind}\n{output}```\n" if kind else block

    return FENCE.sub(shown, text)


def _outputs(page: Path) -> list[str]:
    """Run all blocks here and now."""
    names: dict[str, Any] = {"__name__": "__main__"}
    run: dict[str, Callable[[Block], str]] = {
        "python": lambda block: _python(block, page, names), "yaml": _yaml, "console": lambda b: _console(b, page),
    }
    return [run[block.language](block) for block in blocks_of(page.read_text(encoding="utf-8"))]


def _python(block: Block, page: Path, names: dict[str, Any]) -> str:
    source = "\n" * (block.line - 1) + block.text  # a traceback points into the page
    with redirect_stdout(StringIO()) as printed:
        exec(compile(source, str(page), "exec", dont_inherit=True), names)  # noqa: S102 - our own pages
    text = drawing(names["figure"]) if block.drawn else printed.getvalue()
    return text if not text or text.endswith("\n") else text + "\n"


def drawing(figure: Any) -> str:
    """The figure as a part of a page; it is drawn when the whole page is there, with the library that comes last."""
    html = figure.to_html(full_html=False, include_plotlyjs=False, config={"displayModeBar": False})
    begin, end = "<script>window.addEventListener('load', () => {", "});</script>"
    return str(re.sub(r"<script[^>]*>", lambda _: begin, html).replace("</script>", end))


def _yaml(block: Block) -> str:
    kind = re.search(r"^(dynsim|experiment):", block.text, re.MULTILINE)
    if kind:
        named = re.match(r"# ?([\w.-]+\.yaml)\b", block.text)
        file = Path(named[1] if named else "example.yaml")
        file.write_text(block.text, encoding="utf-8")
        if "wrong" not in file.name:
            from dynsim.experiments.state import load_experiment
            from dynsim.system.scenario import load_scenario

            load_experiment(file) if kind[1] == "experiment" else load_scenario(block.text).resolve()
        if not named:
            file.unlink()
    return ""


def _console(block: Block, page: Path) -> str:
    """Run the lines `$ dynsim …`; other commands (pip, git) change the machine and are for the reader."""
    lines = []
    for offset, line in enumerate(block.text.splitlines()):
        lines.append(line)
        if not line.startswith("$ dynsim"):
            continue
        words = shlex.split(line.removeprefix("$ dynsim"), comments=True)
        done = subprocess.run(
            [sys.executable, "-c", "from dynsim.cli import main; main()", *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", timeout=SECONDS, check=False,
        )
        stated = re.search(r"# exit code (\d+)$", line)
        if done.returncode != int(stated[1] if stated else 0):
            place = f"{page.name}:{block.line + offset}: {line}"
            raise BrokenExample(f"{place}\nexit code {done.returncode}\n{done.stdout}")
        lines += done.stdout.splitlines()
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    asked = Path(sys.argv[-1])
    if sys.argv[1] == HERE:
        print(json.dumps(_outputs(asked)))
    else:
        print(with_outputs(asked.read_text(encoding="utf-8"), run_page(asked)))
