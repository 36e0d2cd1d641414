"""How Sphinx builds the site: `sphinx-build -W -b html docs docs/_build`."""

project = "dynsim"
author = "dynsim developers"
project_copyright = "2026, dynsim developers"

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = "dynsim"
html_copy_source = False
