"""How Sphinx builds the site: `sphinx-build -W -b html docs docs/_build`.

Two things are put into the pages as they are read: what their examples print (pages.py), and the parts that come from
the code (reference.py). Neither is written down anywhere, so neither can be out of date.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from pages import run_page, with_outputs  # noqa: E402
from plotly.offline import get_plotlyjs  # noqa: E402
from reference import with_parts  # noqa: E402

project = "dynsim"
author = "dynsim developers"
project_copyright = "2026, dynsim developers"

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = "dynsim"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["wide.css"]


running = {}  # the examples of every page that has to be read: what they will have printed


def run_examples(app, env, names):
    """Called with the names of the pages that will be read: start with all of them, a few at a time."""
    pool = ThreadPoolExecutor(os.cpu_count())
    running.update({name: pool.submit(run_page, HERE / f"{name}.md") for name in names})


def bring_plotly(app):
    """The figures of the pages are drawn by the library that the package `plotly` carries."""
    target = Path(app.outdir) / "_static" / "plotly.js"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(get_plotlyjs(), encoding="utf-8")


def show_examples_and_parts(app, name, content):
    """Called with every page's text before it is parsed."""
    content[0] = with_parts(with_outputs(content[0], running[name].result()))


def setup(app):
    app.connect("builder-inited", bring_plotly)
    app.add_js_file("plotly.js", priority=100)
    app.connect("env-before-read-docs", run_examples)
    app.connect("source-read", show_examples_and_parts)
    return {"parallel_read_safe": False}
