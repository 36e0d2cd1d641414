"""dynsim: systems of several optimizers with different objectives, and how their conflicts develop.

    import dynsim as ds
    run = ds.simulate("two_pulls")
    run.conflicts

Everything public is a name of this module. Names are imported when they are first used, so that `import dynsim` is
fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from . import games, metrics, rules
    from . import selection as schemes
    from .analysis.numerics import evolution
    from .comparison.comparison import Comparison, compare
    from .errors import (
        Advice,
        BudgetSpent,
        DomainError,
        DynsimError,
        ExpressionError,
        InputError,
        Interrupted,
        OutputExists,
        Problem,
        RunError,
    )
    from .experiments import design as designs
    from .experiments.api import experiment
    from .plugins import load_plugin
    from .session.results import Dashboard
    from .session.run import Run, load
    from .session.simulate import simulate
    from .system.builder import System
    from .system.distributions import (
        bernoulli,
        cauchy,
        choice,
        exponential,
        integers,
        lognormal,
        normal,
        simplex,
        uniform,
    )
    from .system.scenario import load_scenario, schema, to_yaml
    from .system.state_graph import state_graph

_MODULES = {
    "designs": ".experiments.design",
    "evolution": ".analysis.numerics.evolution",
    "games": ".games",
    "metrics": ".metrics",
    "rules": ".rules",
    "schemes": ".selection",
}

# The module of every other public name.
_PLACES = {
    "comparison.comparison": "Comparison compare",
    "errors": "Advice BudgetSpent DomainError DynsimError ExpressionError InputError Interrupted OutputExists Problem "
              "RunError",
    "experiments.api": "experiment",
    "plugins": "load_plugin",
    "session.results": "Dashboard",
    "session.run": "Run load",
    "session.simulate": "simulate",
    "system.builder": "System",
    "system.distributions": "bernoulli cauchy choice exponential integers lognormal normal simplex uniform",
    "system.scenario": "load_scenario schema to_yaml",
    "system.state_graph": "state_graph",
}
_PLACE_OF = {name: module for module, names in _PLACES.items() for name in names.split()}

__all__ = [
    "Advice",
    "BudgetSpent",
    "Comparison",
    "Dashboard",
    "DomainError",
    "DynsimError",
    "ExpressionError",
    "InputError",
    "Interrupted",
    "OutputExists",
    "Problem",
    "Run",
    "RunError",
    "System",
    "__version__",
    "bernoulli",
    "cauchy",
    "choice",
    "compare",
    "designs",
    "evolution",
    "experiment",
    "exponential",
    "games",
    "integers",
    "load",
    "load_plugin",
    "load_scenario",
    "lognormal",
    "metrics",
    "normal",
    "rules",
    "schema",
    "schemes",
    "simplex",
    "simulate",
    "state_graph",
    "to_yaml",
    "uniform",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name], __name__)
    if name not in _PLACE_OF:
        from .errors import suggest

        raise AttributeError(f"module 'dynsim' has no attribute {name!r}{suggest(name, __all__)}")
    value = getattr(import_module(f".{_PLACE_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
