"""How random numbers are written in generated code: calls of the functions of engine/random/philox.py."""

from __future__ import annotations

import zlib

INDENT = "    "
FUNCTIONS = {"noise": "normal", "uniform": "uniform"}


def variable_key(name: str, op: str = "noise") -> int:
    """The number of a random leaf in the generator's key: a hash of its name.

    It does not depend on other leaves: with one more variable in a scenario, all others keep their random numbers.

    A normal and a uniform number with one key would be made of the same bits, so the keys of uniform ones are marked.
    """
    return zlib.crc32((name if op == "noise" else f"{op}:{name}").encode())


def function_for(op: str, lanes: int) -> str:
    """The name of the function that is called."""
    return FUNCTIONS[op] if lanes == 1 else f"{FUNCTIONS[op]}_pair"


def one(op: str, name: str, element: str) -> str:
    """The text of the random number of a single lane."""
    return f"{FUNCTIONS[op]}(seed, ids[0], {variable_key(name, op)}, tick, {element})"


def pairs(target: str, op: str, name: str, lanes: int, depth: int, element: str) -> list[str]:
    """A loop that stores a random number for every lane; target: the text of the place, up to the lane.

    A pair of lanes shares a block of random bits; two pairs an iteration keep the processor busier than one.
    """
    pad, half = INDENT * depth, lanes // 2
    together = 2 if half > 1 else 1
    lines = [f"{pad}for r in range({half // together}):"]
    for first in range(0, half, half // together):
        lane = f"2*r + {2 * first}" if first else "2*r"
        arguments = f"seed, (ids[0] >> ONE) + np.uint64(r + {first}), {variable_key(name, op)}, tick, {element}"
        lines += [
            f"{pad}{INDENT}even{first}, odd{first} = {function_for(op, lanes)}({arguments})",
            f"{pad}{INDENT}{target}{lane}] = even{first}",
            f"{pad}{INDENT}{target}{lane} + 1] = odd{first}",
        ]
    return lines
