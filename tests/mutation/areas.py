"""What is broken, and the tests that have to notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """Files, as patterns below the checkout, and the tests that cover them. The fast ones come first."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "algebra": Area(("dynsim/algebra/*.py",), ("tests/algebra",)),
    "integrators": Area(
        ("dynsim/integrators/*.py", "dynsim/engine/drivers/adaptive.py", "dynsim/engine/drivers/fixed.py"),
        ("tests/integrators", "tests/engine/test_bits.py", "tests/engine/test_events.py"),
    ),
    "conflict log": Area(
        ("dynsim/analysis/metrics/*.py", "dynsim/analysis/episodes/*.py", "dynsim/analysis/episode.py",
         "dynsim/analysis/tracker.py", "dynsim/analysis/observe.py", "dynsim/analysis/conflict_log.py",
         "dynsim/analysis/returns.py", "dynsim/analysis/study.py", "dynsim/analysis/pairs.py",
         "dynsim/analysis/gains.py"),
        ("tests/analysis/test_tables.py", "tests/analysis/test_identity.py", "tests/analysis/test_verdict.py",
         "tests/analysis/test_tracker.py", "tests/analysis/test_episodes.py", "tests/analysis/test_drawn_moves.py"),
    ),
    "selection": Area(
        ("dynsim/selection/*.py", "dynsim/engine/selection.py", "dynsim/compiler/selection.py"),
        ("tests/selection", "tests/engine/test_selection.py", "tests/engine/test_selection_groups.py",
         "tests/engine/test_selection_bits.py"),
    ),
    "noise": Area(
        ("dynsim/engine/noise.py", "dynsim/engine/draws.py", "dynsim/engine/drawn.py", "dynsim/engine/choice.py"),
        ("tests/engine/test_noise.py", "tests/system/test_draws.py", "tests/compiler/test_random_numbers.py",
         "tests/engine/test_bits.py"),
    ),
}  # fmt: skip
