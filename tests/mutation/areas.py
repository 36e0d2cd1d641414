"""What is broken, and the tests that have to notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Files, as patterns below the checkout, and the tests that cover them, the fast ones first."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


def _of(folder: str, names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}.py" for name in names.split())


ALGEBRA = "tests/algebra"
LOG = "tests/analysis"
AREAS: dict[str, tuple[Part, ...]] = {
    "algebra": (
        Part(
            _of("dynsim/algebra/algorithms", "simplex"),
            (f"{ALGEBRA}/test_simplex.py", "tests/rules/test_simplex.py"),
        ),
        Part(_of("dynsim/algebra/algorithms", "conjugate_gradients"), (f"{ALGEBRA}/test_conjugate_gradients.py",)),
        Part(_of("dynsim/algebra/algorithms", "linear"), (f"{ALGEBRA}/test_linear.py",)),
        Part(
            (*_of("dynsim/algebra", "distribution"), *_of("dynsim/algebra/reading", "sampling transforms")),
            (f"{ALGEBRA}/test_transforms.py", "tests/system/test_draws_of_a_step.py"),
        ),
        Part(_of("dynsim/algebra", "numpy_calls"), ("tests/system/test_python_mistakes.py",)),
        Part(
            (*_of("dynsim/algebra", "derivatives differentiate domain functions graph interpret leaves nodes "
                                    "operations operators printing simplify structural substitute topology value "
                                    "vector"),
             *_of("dynsim/algebra/reading", "calls names parse scan tree")),
            _of(ALGEBRA, "test_graph test_simplify test_printing test_functions test_parse test_constructs "
                         "test_differentiate test_fuzz"),
        ),
    ),
    "integrators": (
        Part(
            (*_of("dynsim/integrators", "*"), *_of("dynsim/engine", "step_control"),
             *_of("dynsim/engine/compiled/drivers", "adaptive fixed increments")),
            ("tests/integrators/test_dopri5.py", "tests/integrators", "tests/engine/test_clock.py",
             "tests/engine/test_events.py", "tests/verification/test_located_events.py", "tests/engine/test_bits.py"),
        ),
    ),
    "conflict log": (
        Part(
            (*_of("dynsim/analysis/motion", "*"), *_of("dynsim/analysis/numerics", "poincare_section")),
            _of(LOG, "test_thresholds test_motions test_verdict"),
        ),
        Part(
            (*_of("dynsim/analysis/conflict_log/episodes", "*"), *_of("dynsim/analysis/conflict_log", "tracker")),
            _of(LOG, "test_tracker test_episode_thresholds test_episodes test_tables"),
        ),
        Part(
            (*_of("dynsim/analysis/reading", "cells replica_values"), *_of("dynsim/analysis/numerics", "levels")),
            (*_of(LOG, "test_cells"), "tests/test_metrics.py"),
        ),
        Part(
            (*_of("dynsim/analysis/conflict_log/metrics", "*"),
             *_of("dynsim/analysis/conflict_log", "tables pairs judge finite"),
             *_of("dynsim/analysis/reading", "observe study sample moves rest label_moves")),
            _of(LOG, "test_tables test_identity test_honest_labels test_label_fidelity test_cells test_drawn_moves "
                     "test_verdict test_moves requested_metrics/test_price_equation"),
        ),
        Part(_of("dynsim/analysis/reading", "proxy_gains"), _of(LOG, "requested_metrics/test_goodhart")),
    ),
    "selection": (
        Part(
            (*_of("dynsim/selection", "*"), "dynsim/engine/selection.py", "dynsim/compiler/applying/selection.py"),
            ("tests/selection/test_schemes.py", "tests/engine/test_selection.py",
             "tests/engine/test_selection_groups.py", "tests/engine/test_selection_bits.py",
             "tests/selection/test_theory.py"),
        ),
    ),
    "noise": (
        Part(
            ("dynsim/engine/mathematics/choice.py", *_of("dynsim/engine/random", "philox noise")),
            ("tests/engine/test_noise.py", "tests/compiler/test_random_numbers.py", "tests/engine/test_bits.py"),
        ),
        Part(
            _of("dynsim/engine/random", "starts steps"),
            _of("tests/system", "test_draws test_node_values test_draws_of_a_step"),
        ),
    ),
}  # fmt: skip
