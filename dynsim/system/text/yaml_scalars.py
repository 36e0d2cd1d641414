"""What an unquoted word in a scenario means: a number, true or false, null, or text.

The rules are those of the core schema of YAML 1.2 (section 10.3.2) without hexadecimal and octal numbers and
infinities. They are narrower than those of YAML 1.1, which PyYAML follows: `no`, `on` and `y` can be names of
variables, `12:30` and `2026-01-01` are text, and `1e-3` is a number. Loader and dumper share them.
"""

import math
import re

from ...errors import shown

CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+\Z")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")

# Control characters, line ends other than \n and \r, byte order marks, and lone surrogates.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

INTEGER_BITS = 63


def resolve(word: str) -> str | int | float | bool | None:
    """The value of the unquoted `word`. Raises ValueError, with a message for the user, for words that are refused."""
    if word in CONSTANTS:
        return CONSTANTS[word]
    if _LEADING_ZERO.match(word):
        raise ValueError(f"expected a number without leading zeros or quoted text, got {shown(word)}")
    if _INTEGER.match(word):
        # 20 characters are enough for every 64-bit integer, and int() refuses thousands of digits.
        if len(word) > 20 or not -(2**INTEGER_BITS) <= int(word) < 2**INTEGER_BITS:
            raise ValueError(f"expected an integer below 2**63, got {shown(word)} (write 1e30 for a float)")
        return int(word)
    if _FLOAT.match(word):
        if not math.isfinite(value := float(word)):
            raise ValueError(f"expected a finite number, got {shown(word)}, too large for a float")
        return value
    if _NOT_FINITE.match(word):
        raise ValueError(f"expected a finite number, got {shown(word)}")
    return word


def is_text(word: str) -> bool:
    """Whether the unquoted `word` is read as text."""
    try:
        return isinstance(resolve(word), str)
    except ValueError:
        return False
