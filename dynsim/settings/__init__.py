"""Settings of rules, games, schemes and metrics: declared as dataclass fields, and read from a mapping with
all mistakes reported together.

    @dataclass(frozen=True)
    class Gradient(Rule):
        rate: Number = number(above=0, doc="step size")

`read` is the only way from what a user wrote (YAML or Python keywords) to an instance.
"""

from .fields import array, choice, count, expression, nested, nested_list, number
from .kinds import ChoiceSetting, CountSetting, ExpressionSetting, Number, NumberSetting, Parse, Parsers
from .nested import ArraySetting, NestedListSetting, NestedSetting
from .reading import name_and_settings, read, settings_of, within
from .stating import Stated, named, offer, stating

__all__ = [
    "ArraySetting",
    "ChoiceSetting",
    "CountSetting",
    "ExpressionSetting",
    "NestedListSetting",
    "NestedSetting",
    "Number",
    "NumberSetting",
    "Parse",
    "Parsers",
    "Stated",
    "array",
    "choice",
    "count",
    "expression",
    "name_and_settings",
    "named",
    "nested",
    "nested_list",
    "number",
    "offer",
    "read",
    "settings_of",
    "stating",
    "within",
]
