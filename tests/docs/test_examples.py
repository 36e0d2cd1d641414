"""What README and docs show works: Python is executed, scenarios validate, commands end as the page says."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

from pages import BrokenExample, blocks_of, run_page, with_outputs  # noqa: E402

LONG = [ROOT / "docs" / "mixed_play.md", *sorted((ROOT / "docs").glob("*/*.md"))]  # with the pages of scenarios
PAGES = [ROOT / "README.md", *sorted(set((ROOT / "docs").glob("*.md")) - set(LONG))]
SLOW = [pytest.param(page, marks=pytest.mark.slow) for page in LONG]


@pytest.mark.parametrize("page", [*PAGES, *SLOW], ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page: Path) -> None:
    assert len(run_page(page)) == len(blocks_of(page.read_text(encoding="utf-8")))


def test_a_broken_example_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\n```\n\ntext\n\n```python\nassert x == 1\nprint(x)\n```\n")
    assert run_page(page) == ["", "1\n"]
    page.write_text("# Page\n\n```python\nassert 1 == 2\n```\n")
    with pytest.raises(BrokenExample, match=r'page\.md", line 4'):
        run_page(page)
    page.write_text("```console\n$ dynsim list nothing\n```\n")
    with pytest.raises(BrokenExample, match="exit code 2"):
        run_page(page)
    page.write_text("```yaml\ndynsim: 1\n```\n")
    with pytest.raises(BrokenExample, match="title"):
        run_page(page)


def test_an_exit_code_that_is_stated_is_expected(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ dynsim validate nowhere.yaml  # exit code 2\n```\n")
    (output,) = run_page(page)
    assert output.startswith("$ dynsim validate nowhere.yaml  # exit code 2\nnowhere.yaml")


def test_only_fences_of_a_known_language_are_examples() -> None:
    page = "```text\nx\n```\n```yaml\na: 1\n```\n~~~python\ny\n~~~\n```python\nz\n```\n"
    assert [(block.language, block.line) for block in blocks_of(page)] == [("yaml", 5), ("python", 11)]


def test_outputs_stand_where_they_are_asked_for() -> None:
    page = "```python\nprint(1)\n```\n\n<!-- output -->\n\nand\n\n```python\nprint(2)\n```\n\n```console\n$ x\n```\n"
    shown = with_outputs(page, ["1\n", "2\n", "$ x\ny\n"])
    assert shown == (
        "```python\nprint(1)\n```\n\n```text\n1\n```\n\nand\n\n```python\nprint(2)\n```\n\n```console\n$ x\ny\n```\n"
    )


def test_figures_are_drawn_where_they_are_asked_for(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nfrom plotly.graph_objects import Figure\nfigure = Figure()\n```\n\n<!-- figure -->\n")
    outputs = run_page(page)
    assert "plotly-graph-div" in outputs[0]
    waits, scripts = outputs[0].count("addEventListener('load'"), outputs[0].count("<script>")
    assert waits == scripts == outputs[0].count("});</script>") > 0
    assert with_outputs(page.read_text(), outputs).count("```{raw} html\n<div") == 1
