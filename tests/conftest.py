"""What every test shares: Hypothesis profiles, and what becomes of browser tests without a browser."""

import os

import pytest
from hypothesis import settings

from tests.browser import missing_programs

# The same examples on every run; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2000, deadline=None)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where Chromium is missing. In CI, which installs it, they run and fail instead."""
    missing = missing_programs()
    if not missing or os.environ.get("CI"):
        return
    skip = pytest.mark.skip(reason=f"not installed: {', '.join(missing)}")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)
