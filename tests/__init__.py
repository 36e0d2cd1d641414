"""The tests of dynsim. A package, so that helpers are imported by their full name: `from tests.browser import ...`."""
