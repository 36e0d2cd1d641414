"""What every test shares: Hypothesis profiles, and what becomes of tests that need what is not installed."""

import os
import signal
from importlib.util import find_spec

import pytest
from hypothesis import settings

from tests.browser import missing_programs

# A shell that starts the tests in the background has Ctrl-C ignored, by them and by every process that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples on every run; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2000, deadline=None)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where Chromium is missing, and comparisons with a package where that is. In CI, which installs
    them, they run and fail instead."""
    if os.environ.get("CI"):
        return
    programs = missing_programs()
    for item in items:
        missing = list(programs) if item.get_closest_marker("browser") else []
        missing += [name for mark in item.iter_markers("oracle") for name in mark.args if find_spec(name) is None]
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(missing)}"))
