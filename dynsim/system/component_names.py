"""The names of a variable's or parameter's components, as slots and tables have them."""

from __future__ import annotations


def component_names(name: str, shape: tuple[int, ...]) -> list[str]:
    """`name` for shape (); `name[0]`, `name[1]`, … for a vector; `name[0][0]`, `name[0][1]`, … for a matrix."""
    names = [name]
    for length in shape:
        names = [f"{part}[{k}]" for part in names for k in range(length)]
    return names
