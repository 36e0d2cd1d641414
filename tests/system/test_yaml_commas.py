"""A comma within round brackets does not end a text in { } and [ ]."""

import pytest
import yaml

from dynsim.errors import InputError
from dynsim.system.text.yaml_loader import load


def data(text: str) -> object:
    return load(f"k: {text}\n").data["k"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{init: normal(0, 1)}", {"init": "normal(0, 1)"}),
        ("{init: normal(0, 1), size: 3}", {"init": "normal(0, 1)", "size": 3}),
        ("{a: 1, g: linspace(0,  1, 5)}", {"a": 1, "g": "linspace(0,  1, 5)"}),
        ("[normal(0, 1), uniform(-1, 1)]", ["normal(0, 1)", "uniform(-1, 1)"]),
        (
            "{x: [max(1, 2), b], y: where(a > b, max(a, b), c)}",
            {"x": ["max(1, 2)", "b"], "y": "where(a > b, max(a, b), c)"},
        ),
        ("{x: f((1, 2), 3)*g(4, 5)}", {"x": "f((1, 2), 3)*g(4, 5)"}),
        ("{x: choice(a, b, c, d)}", {"x": "choice(a, b, c, d)"}),
        ("{x: normal(0, # mean\n  1)}", {"x": "normal(0, 1)"}),
        ("normal(0, 1)", "normal(0, 1)"),
        ("{x: 'normal(0', y: 1}", {"x": "normal(0", "y": 1}),
        ("[a, b]", ["a", "b"]),
    ],
)
def test_values(text: str, expected: object) -> None:
    assert data(text) == expected


@pytest.mark.parametrize(
    "text", ["{x: normal(0}", "[f(1, [2, 3]]", "{x: f(1, y: 2}", "{x: f(1, 'b': 2}", "[f(1, {a: b}]", "{x: f(, y: }"]
)
def test_what_does_not_close_is_read_as_yaml_reads_it(text: str) -> None:
    assert data(text) == yaml.safe_load(f"k: {text}")["k"]


def test_places_are_those_of_the_text() -> None:
    document = load("a: {x: normal(0, 1), y: 2}\n")
    assert document.mark(("a", "x")) == (1, 8)
    assert document.key_mark(("a", "y")) == (1, 22)


def test_a_bracket_that_is_left_open_is_told() -> None:
    with pytest.raises(InputError, match="did not find expected ',' or '}'"):
        load("a: {x: normal(0, 1\n")
