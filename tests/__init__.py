"""The tests of dynsim. A package, so that `from tests.browser import ...` finds this one."""
