"""Checks that the values a sweep gives to a rule's setting lie within the setting's bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...rules.base import Rule
from ...settings import NumberSetting, settings_of
from ..grammar.problems import ROOT, Problems
from ..model import Agent, Ensemble

_SETTING = re.compile(r"agents\.(\w+)\.rule\.(.+)")
_STEP = re.compile(r"[^.\[\]]+")


def check_sweeps(agents: Mapping[str, Agent], ensemble: Ensemble, problems: Problems) -> None:
    """For every sweep of a rule's setting, note the first listed value that the setting does not allow."""
    for kind in ("vary", "grid"):
        for name, sweep in getattr(ensemble, kind).items():
            setting = declared_setting(agents, name)
            wrong = [value for value in sweep.values or () if setting is not None and not setting.allows(value)]
            if setting is not None and wrong:
                problems.add(ROOT / "ensemble" / kind / name, f"expected {setting.expected}, got {wrong[0]:g}")


def declared_setting(agents: Mapping[str, Agent], path: str) -> NumberSetting | None:
    """The declaration of the number at `path` in a rule, or in a rule inside it; None if `path` is something else."""
    match = _SETTING.fullmatch(path)
    if match is None or match[1] not in agents:
        return None
    plugin: object = agents[match[1]].rule
    *outer, last = _STEP.findall(match[2])
    for part in outer:
        plugin = plugin[int(part)] if isinstance(plugin, tuple) else getattr(plugin, part, None)
    declared = settings_of(type(plugin)).get(last) if isinstance(plugin, Rule) else None
    return declared if isinstance(declared, NumberSetting) else None
