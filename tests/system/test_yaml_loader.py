"""The hardened YAML reader and its writer: what is read, what is refused, and that nothing hostile hurts."""

import tracemalloc

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dynsim.errors import InputError
from dynsim.system.text import yaml_loader
from dynsim.system.text.yaml_dumper import dump
from dynsim.system.text.yaml_loader import MAX_BYTES, load, load_file
from dynsim.system.text.yaml_scalars import UNPRINTABLE
from tests.work import MOMENT, at_most


def problems_of(text: str | bytes) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(text, "s.yaml")
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("1e-3", 1e-3), ("1.", 1.0), (".5", 0.5), ("+1e5", 1e5), ("-0.0", -0.0), ("1E+2", 100.0),
        ("7", 7), ("-7", -7), ("+7", 7), ("0", 0), ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)), ("1e30", 1e30),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("n", "n"), ("tRUE", "tRUE"),
        ("2026-01-01", "2026-01-01"), ("12:30", "12:30"), ("190:20:30.15", "190:20:30.15"), ("0x1F", "0x1F"),
        ("0o17", "0o17"), ("1_000", "1_000"), ("inf", "inf"), ("nan", "nan"), ("1e", "1e"), (".", "."),
        ("x + 1", "x + 1"), ("'1'", "1"), ('"true"', "true"), ("normal(0, 1)", "normal(0, 1)"), ("٣", "٣"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_their_writer_meant_them(word: str, value: object) -> None:
    found = load(f"a: {word}\n").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_marks_point_at_values_and_keys_counting_characters_from_one() -> None:
    document = load("α: {β: 1, γ: [2, 33]}\nlist:\n  - x: 5\n")
    assert document.data == {"α": {"β": 1, "γ": [2, 33]}, "list": [{"x": 5}]}
    assert document.mark(("α", "β")) == (1, 8)
    assert document.key_mark(("α", "γ")) == (1, 11)
    assert document.mark(("α", "γ", 1)) == (1, 18)
    assert document.mark(("list", 0, "x")) == (3, 8)
    assert document.key_mark(("list", 0, "x")) == (3, 5)


def test_the_mark_of_what_does_not_exist_is_its_nearest_parents() -> None:
    document = load("a:\n  b: {c: 1}\n", "s.yaml")
    assert document.mark(("a", "b", "no", 3)) == document.mark(("a", "b")) == (2, 6)
    assert document.key_mark(("nothing",)) == (1, 1)
    assert str(document.problem(("a", "b", "c"), "too small")) == "s.yaml:2:10: a.b.c: too small"
    assert str(document.problem(("a", "b", "c"), "unknown", at_key=True)) == "s.yaml:2:7: a.b.c: unknown"


BAD = {
    "": "s.yaml:1:1: expected a scenario, got an empty document",
    "# nothing\n": "s.yaml:1:1: expected a scenario, got an empty document",
    "- 1\n": "s.yaml:1:1: expected a mapping (key: value) at the top",
    "just text": "s.yaml:1:1: expected a mapping (key: value) at the top",
    "a: 1\na: 2\n": "s.yaml:2:1: a: duplicate key, first given in line 1",
    "a: 1\n'a': 2\n": "s.yaml:2:1: a: duplicate key, first given in line 1",
    "1: a\n": "s.yaml:1:1: expected text as the key, got '1' (quote it if it is text)",
    "true: a\n": "s.yaml:1:1: expected text as the key, got 'true' (quote it if it is text)",
    "? [a]\n: 1\n": "s.yaml:1:3: expected text as the key, got a list or a mapping (quote it if it is text)",
    "a: {<<: {b: 1}}\n": "s.yaml:1:5: a: merge keys (<<) are not allowed",
    "a: &x 3\n": "s.yaml:1:4: a: anchors are not allowed, got '&x' (quote it if it is text)",
    "a: *x\n": "s.yaml:1:4: a: aliases are not allowed, got '*x' (quote it if it is text)",
    "a: !!python/object/apply:os.system [ls]\n": (
        "s.yaml:1:4: a: tags are not allowed, got '!!python/object/apply:os.system' (quote it if it is text)"
    ),
    "a: !!str 1\n": "s.yaml:1:4: a: tags are not allowed, got '!!str' (quote it if it is text)",
    "a: ! b\n": "s.yaml:1:4: a: tags are not allowed, got '!' (quote it if it is text)",
    "a: .inf\n": "s.yaml:1:4: a: expected a finite number, got '.inf'",
    "a: [0, -.Inf]\n": "s.yaml:1:8: a[1]: expected a finite number, got '-.Inf'",
    "a: .nan\n": "s.yaml:1:4: a: expected a finite number, got '.nan'",
    "a: 1e999\n": "s.yaml:1:4: a: expected a finite number, got '1e999', too large for a float",
    "a: 010\n": "s.yaml:1:4: a: expected a number without leading zeros or quoted text, got '010'",
    "a: 9223372036854775808\n": (
        "s.yaml:1:4: a: expected an integer below 2**63, got '9223372036854775808' (write 1e30 for a float)"
    ),
    "a:\n\tb: 1\n": "s.yaml:2:1: expected spaces as indentation, got a tab",
    "a:\n  b: 1\n\tc: 2\n": "s.yaml:3:1: expected spaces as indentation, got a tab",
    "\ufeffa: 1\n": (
        "s.yaml:1:1: expected printable text, got U+FEFF (a byte order mark: save the file without it)"
    ),
    "a: 1\nb: \0\n": "s.yaml:2:4: expected printable text, got U+0000",
    "a: \ud800\n": "s.yaml:1:4: expected printable text, got U+D800",
    'a: "\\e[31m"\n': "s.yaml:1:4: a: expected printable text, got U+001B in it",
    "%YAML 1.1\n---\na: 1\n": "s.yaml:1:1: directives are not allowed, got '%YAML 1.1'",
    "a: 1\n---\nb: 2\n": "s.yaml:2:1: expected one document and nothing else, got a second document",
    "α: '𝛼ββββ'\n---\nb: 2\n": "s.yaml:2:1: expected one document and nothing else, got a second document",
    "a: 1\n...\n%TAG ! x\n---\nb: 2\n": (
        "s.yaml:3:1: expected one document and nothing else, got text that is outdented or after its end"
    ),
    "  a: 1\n b: 2\n": (
        "s.yaml:2:2: expected one document and nothing else, got text that is outdented or after its end"
    ),
    "a: b: c\n": (
        "s.yaml:1:5: not YAML: mapping values are not allowed in this context"
        " (text that contains ': ' needs quotes)"
    ),
    "a: 'x\nb: 1\n": (
        "s.yaml:1:4: not YAML: while scanning a quoted scalar, found unexpected end of stream"
        " (a quote is not closed)"
    ),
    "a: " + "[" * 100: "s.yaml:1:35: expected at most 32 levels of nesting, got more",
    "a: [" + "1," * 100_000 + "]": "s.yaml:1:199999: expected at most 100,000 keys and values, got more",
    "a: " + "x" * 10_001: "s.yaml:1:4: a: expected at most 10,000 characters, got 10,001",
    "#" * (MAX_BYTES + 1): "s.yaml:1:1: expected at most 1,048,576 bytes, got more",
}  # fmt: skip


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="the wording of syntax errors is libyaml's")
@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text[:30]))
def test_what_is_refused_is_named_with_its_place(text: str) -> None:
    assert problems_of(text) == [BAD[text]]


def test_nesting_beyond_the_parsers_own_limit_is_refused_too() -> None:
    (problem,) = problems_of("a: " + "[" * 10_000)
    assert problem.endswith(": expected at most 32 levels of nesting, got more")


def test_bytes_that_are_not_utf8_are_refused() -> None:
    assert problems_of(b"a: 1\nb: \xff\n") == ["s.yaml:2:4: expected UTF-8 text, got the byte 0xff"]
    assert problems_of("a: 1\n".encode("utf-16")) == ["s.yaml:1:1: expected UTF-8 text, got the byte 0xff"]


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_text() -> None:
    text = "a: !x {b: .nan, b: *r}\nc: [010, &k 1e999]\n2: {d: .inf}\n"
    places = [tuple(map(int, line.split(":")[1:3])) for line in problems_of(text)]
    assert places == [(1, 4), (1, 11), (1, 17), (1, 20), (2, 5), (2, 10), (2, 10), (3, 1), (3, 8)]


def test_mistakes_before_a_syntax_error_are_reported_with_it() -> None:
    first, second = problems_of("a: .nan\nb: [1\n")
    assert first.endswith("expected a finite number, got '.nan'")
    assert "not YAML" in second


def test_a_flood_of_mistakes_is_cut() -> None:
    assert len(problems_of("a: .nan\n" * 10_000)) == yaml_loader.MAX_PROBLEMS


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read: (No such file|expected a file, got a directory)"):
        load_file(tmp_path / name)


def test_a_long_file_is_read_only_up_to_the_limit(tmp_path) -> None:
    with (tmp_path / "long.yaml").open("wb") as file:
        file.truncate(2**40)  # with nothing in it
    with pytest.raises(InputError, match="at most 1,048,576 bytes"):
        load_file(tmp_path / "long.yaml")


def test_a_device_is_not_read() -> None:
    with pytest.raises(InputError, match="cannot be read: expected a file, got a device"):
        load_file("/dev/zero")


def filled(unit: str, before: str = "", after: str = "") -> str:
    return before + unit * ((MAX_BYTES - len(before) - len(after)) // len(unit)) + after


HOSTILE = {
    "brackets": filled("[", "a: "),
    "question marks": filled("? "),
    "numbers": filled("1.5e-3,", "a: [", "]"),
    "empty lists": filled("[],", "a: [", "]"),
    "one word": filled("x", "a: "),
    "escapes": filled("\\x41", 'a: "', '"'),
    "short lines": filled("  x\n", "a:\n"),
    "comments": filled("#\n"),
    "line ends": filled("\n"),
    "carriage returns": filled("\r", "a: 1"),
    "directives": filled("%TAG !a! b\n"),
    "late directives": "a: 1\n...\n" + "".join(f"%TAG !{i}! a\n" for i in range(50_000)),
    "keys": "".join(f"k{i}: {i}\n" for i in range(70_000)),
    "flow keys": "a: {" + ",".join(f"k{i}: 1" for i in range(90_000)) + "}",
    "mappings": "".join(f"a{i}:\n  b:\n    c: {i}\n" for i in range(30_000)),
    "aliases": "a: &a [x, x]\n" + "".join(f"b{i}: [*a, *a]\n" for i in range(50_000)),
    "folded": filled("  x\n\n", "a: >\n"),
    "long texts": "a:\n" + ("- " + "x" * 9_990 + "\n") * 104,
    "long keys": "".join(f"{'k' * 9_000}{i}: 1\n" for i in range(115)),
    "deep paths": filled("{a: " * 31 + "1" + "}" * 31 + ",", "a: [", "]"),
}


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="the promise is for libyaml")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_little_work(name: str) -> None:
    text = HOSTILE[name][:MAX_BYTES]
    with at_most(MOMENT):
        try_to_load(text)


@pytest.mark.parametrize("name", ["flow keys", "deep paths", "long keys"])
def test_a_hostile_file_costs_less_than_500_megabytes(name: str) -> None:
    text = HOSTILE[name][:MAX_BYTES]
    tracemalloc.start()
    try:
        try_to_load(text)
        assert tracemalloc.get_traced_memory()[1] < 500e6
    finally:
        tracemalloc.stop()


def try_to_load(text: str | bytes) -> None:
    """Nothing but InputError may come out, and every problem has its place."""
    try:
        load(text, "s.yaml")
    except InputError as error:
        assert error.problems
        assert all(problem.line and problem.column for problem in error.problems)


YAML_PIECES = st.sampled_from(
    ["a", "b: ", "- ", "? ", ": ", "\n", "\n  ", "\t", "[", "]", "{", "}", ",", "&x ", "*x", "!!int ", "! ",
     "'", '"', "|\n", ">-\n", "#", "%TAG ", "---\n", "...\n", "<<: ", "1e-3", "010", ".nan", "~", "\\u0000",
     "\\U", "@", "\r", "\x85", "\ufeff", "ÿ", "𝛼"]
)  # fmt: skip


@settings(max_examples=1500)
@given(st.lists(YAML_PIECES, max_size=40).map("".join) | st.text(max_size=200) | st.binary(max_size=200))
@example('a: "\\UFFFFFFFF"')
@example('a: "\\ud800"')
@example("a: b\x85c")
def test_nothing_but_an_input_error_ever_comes_out(text: str | bytes) -> None:
    try_to_load(text)


@settings(max_examples=300)
@given(st.lists(YAML_PIECES, max_size=40).map("".join))
@example('a: "\\UFFFFFFFF"')
def test_the_fallback_parser_is_as_safe(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_loader, "_Parser", yaml.SafeLoader)
        try_to_load(text)


TEXT = st.text(max_size=40).filter(lambda text: not UNPRINTABLE.search(text))
PITFALLS = ["no", "1e3", "010", ".inf", "~", "", "<<", "=", "2026-01-01", "- a", "a\nb\n"]
WORDS = TEXT | st.sampled_from(PITFALLS)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), FLOATS, WORDS)
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=5))


@settings(max_examples=300)
@given(st.dictionaries(WORDS, DATA, max_size=5))
@example({"a": [1e-5, 1e22, -0.0, 5e-324, 0.1]})
@example({"a": " leading", "b": "trailing ", "c": "two\n\nlines", "d": "\n", "e": " x\ny", "f": "x \ny"})
def test_what_is_written_is_read_back_equal(data: dict) -> None:
    text = dump(data)
    assert repr(load(text).data) == repr(data)  # repr tells 1 from 1.0 and from True, and -0.0 from 0.0


@given(st.dictionaries(st.text("abc", min_size=1), SCALARS))
def test_other_yaml_readers_read_the_same(data: dict) -> None:
    assert yaml.safe_load(dump(data)) == data


def test_what_is_short_stands_on_one_line() -> None:
    data = {"a": {"b": 1, "c": "x"}, "d": [1.5, 2.0], "e": [{"f": 1}], "g": {}, "h": ["x" * 50] * 2}
    assert dump(data).split("\n")[:5] == ["a: {b: 1, c: x}", "d: [1.5, 2.0]", "e:", "- {f: 1}", "g: {}"]


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 2**63, "\0", "\ud800"])
def test_what_a_scenario_cannot_hold_is_not_written(value: object) -> None:
    with pytest.raises(ValueError):
        dump({"a": value})


@pytest.mark.parametrize("data", [{1: 2}, {"a": object()}, {"a": {1, 2}}])
def test_what_is_not_plain_data_is_not_written(data: dict) -> None:
    with pytest.raises(TypeError):
        dump(data)
