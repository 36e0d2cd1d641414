"""Names and plug-ins: found by name, with the nearest one when there is none."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dynsim.errors import InputError
from dynsim.games import GAMES
from dynsim.integrators.base import INTEGRATORS
from dynsim.registry import Registry, unknown
from dynsim.rules import RULES
from dynsim.selection import SCHEMES


def test_unknown_names_the_nearest_and_all_that_are_known() -> None:
    assert unknown("rule", "gradeint", ["lola", "gradient"]) == (
        "unknown rule 'gradeint': did you mean 'gradient'? known are gradient, lola"
    )
    assert unknown("rule", "zzz", ["lola"]) == "unknown rule 'zzz': known are lola"
    assert unknown("rule", "zzz", []) == "unknown rule 'zzz': known are none"
    assert len(unknown("rule", "z" * 10_000, ["lola"])) < 100


@pytest.mark.parametrize("registry", [RULES, GAMES, SCHEMES, INTEGRATORS])
def test_every_module_of_a_package_is_discovered(registry: Registry[Any]) -> None:
    assert registry.names() == sorted(registry.names())
    assert {"gradient", "lola"} <= set(RULES.names())
    assert {"iterated_matrix", "tug_of_war"} <= set(GAMES.names())
    assert all(registry.get(name).name == name for name in registry.names())


def test_unknown_plugin_is_a_mistake_of_the_user() -> None:
    with pytest.raises(InputError, match="unknown game 'tugofwar': did you mean 'tug_of_war'"):
        GAMES.get("tugofwar")


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="two rules are called 'gradient'"):
        RULES.register(RULES.get("gradient"))


def test_only_modules_are_plug_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subpackage holds what plug-ins share, and is not looked through."""
    package = tmp_path / "imaginary_kind"
    (package / "building").mkdir(parents=True)
    (package / "__init__.py").write_text("from dynsim.registry import Registry\nTHINGS = Registry('thing', __name__)\n")
    register = "from imaginary_kind import THINGS\n@THINGS.register\nclass Thing:\n    name = %r\n"
    (package / "one.py").write_text(register % "one")
    (package / "building" / "__init__.py").write_text(register % "helper")
    monkeypatch.syspath_prepend(tmp_path)
    assert import_module("imaginary_kind").THINGS.names() == ["one"]
    for module in [name for name in sys.modules if name.startswith("imaginary_kind")]:
        monkeypatch.delitem(sys.modules, module)
