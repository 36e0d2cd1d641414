"""Numbers, shares and lists as words of a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...analysis.reading.cells import Cells

DUST = 1e-9  # a smaller number, relative to the largest one beside it, is rounding error and shown as 0


def number(value: float, digits: int = 3) -> str:
    """Three significant digits: "120", "0.0312", "12,300", "1.2e+08"."""
    rounded = float(f"{value:.{digits}g}") + 0.0  # there is no −0
    return f"{rounded:,.0f}" if 10**digits <= abs(rounded) < 1e6 else f"{rounded:,.{digits}g}"


def apart(first: float, second: float) -> tuple[str, str]:
    """Two numbers with the fewest digits, from three to six, that make them differ."""
    for digits in (3, 4, 5, 6):
        texts = number(first, digits), number(second, digits)
        if texts[0] != texts[1]:
            break
    return texts


def moment(time: float) -> str:
    """A time: whole numbers and those above 1000 without decimals, others to four digits."""
    return f"{time:,.0f}" if time == round(time) or abs(time) >= 1000 else f"{time:.4g}"


def share(part: float, minimum: float = 0.01) -> str:
    """A share in per cent, "83 %", with a no-break space; only 0 and 1 read as "0 %" and "100 %"."""
    if 0 < part < minimum:
        return "under 1\u00a0%"
    if 1 - minimum < part < 1:
        return "over 99\u00a0%"
    return f"{round(100 * part)}\u00a0%"


def between(low: str, high: str) -> str:
    """ "0.1–0.3"; "-1 to 2" with a minus sign; "2" if both ends are the same."""
    if low == high:
        return low
    return f"{low} to {high}" if "-" in low + high else f"{low}–{high}"


def spread(
    values: ArrayLike, form: Callable[[float], str] = number, low: float = 0.25, high: float = 0.75, about: str = ""
) -> str:
    """The median of the finite values and, in brackets, the quantiles `low` and `high` (the middle half):
    "3.1 (2.4–5)"; the median alone if all three read the same. about: what the brackets begin with."""
    array = np.asarray(values, dtype=float)
    found = np.quantile(array[np.isfinite(array)], [low, 0.5, high])
    first, middle, last = map(form, without_dust(found))
    return middle if first == middle == last else f"{middle} ({about}{between(first, last)})"


def without_dust(numbers: NDArray[np.float64]) -> list[float]:
    """The numbers, with 0 in place of those that are rounding error (DUST)."""
    return np.where(np.abs(numbers) < DUST * np.abs(numbers).max(), 0.0, numbers).tolist()


def listing(names: Sequence[str], most: int = 3) -> str:
    """ "a, b and c"; more than `most` end in "and 4 others"."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(count(len(names) - most, "other"))
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "nothing"


def count(amount: int, noun: str, plural: str = "") -> str:
    """ "1 replica", "10,000 replicas"."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def counted(amount: int, noun: str, one: str = "", many: str = "") -> str:
    """A count at the beginning of a sentence, with its verb: "One replica is", "10,000 replicas are"."""
    if amount == 1:
        return f"One {noun} {one}".rstrip()
    return f"{count(amount, noun)} {many}".rstrip()


def told_cell(cells: Cells, cell: int) -> str:
    """The varying parameters with their values in a cell: "k = 0.5, m = 2"; "k from 0.1 to 0.3" if the cell is a bin.
    Of parameters that change together, the first."""
    return ", ".join(told_axis(cells, group[0], cell) for group in cells.axes)


def told_axis(cells: Cells, name: str, cell: int) -> str:
    """One parameter with its value in a cell: "k = 0.5", or "k from 0.1 to 0.3"."""
    row = cells.names.index(name)
    low, high = float(cells.low[row, cell]), float(cells.high[row, cell])
    return f"{name} = {number(low)}" if low == high else f"{name} from {number(low)} to {number(high)}"


def of_replicas(replicas: int, diverged: int) -> str:
    """The replicas that the bands of a figure are taken over."""
    if diverged == replicas:
        return f"All {count(replicas, 'replica')} diverged; a replica counts until then." if replicas > 1 else (
            "The replica diverged; the curve ends there.")
    text = f"Over {count(replicas, 'replica')}." if replicas > 1 else "One replica."
    return text + (f" {diverged:,} of them diverged and count until then." if diverged else "")

