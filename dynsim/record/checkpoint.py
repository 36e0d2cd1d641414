"""The files of a run in progress: parts of the record, and one checkpoint from which the run can be resumed.

A part is written before the checkpoint that counts it, and both are written atomically. The checkpoint is therefore
valid at every moment: a part that it does not count covers steps that will be simulated again.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, RunError
from .files import atomic, make_directory, opened
from .recording import Block, join

if TYPE_CHECKING:
    from ..engine.plan import Checkpoint

PARTIAL = ".partial"
OWN = re.compile(r"\.?(checkpoint|(part|births)-\d{7,})\.npz(\.tmp)?")  # the files that dynsim writes there


@dataclass(frozen=True)
class Saved:
    """A checkpoint read from the disk. parts: number of parts that it counts. records, tick, arrays: what the engine
    needs to continue."""

    parts: int
    records: int
    tick: int
    arrays: Mapping[str, NDArray]


@dataclass(frozen=True)
class Partial:
    """The folder of a run in progress, inside its run directory."""

    path: Path

    def start(self) -> None:
        """Create the folder, or empty it."""
        self.remove()
        make_directory(self.path)

    def remove(self) -> None:
        """Delete the checkpoint, then the parts, and the folder unless it contains other files.

        The checkpoint goes first: without it no part counts, so an interruption leaves nothing invalid.
        """
        if self.path.is_symlink() or not self.path.is_dir():
            return
        self._checkpoint.unlink(missing_ok=True)
        for file in self.path.iterdir():
            if OWN.fullmatch(file.name):
                file.unlink(missing_ok=True)
        with suppress(OSError):
            self.path.rmdir()

    def add(
        self, number: int, blocks: Sequence[Block], checkpoint: Checkpoint, births: Sequence[Block] = ()
    ) -> None:
        """Write part `number` and the generations that began in it, then the checkpoint after them."""
        for path, found in ((self._births(number), births), (self._part(number), blocks)):
            path.unlink(missing_ok=True)
            if found:
                block = join(found)
                _save(path, block.values, times=block.times)
        numbers = {"parts": number + 1, "records": checkpoint.records, "tick": checkpoint.tick}
        own = {name: np.asarray(value) for name, value in numbers.items()}
        _save(self._checkpoint, checkpoint.arrays, **own)

    def saved(self) -> Saved | None:
        """The last checkpoint; None before the first. RunError if it is damaged, or a part that it counts is
        missing."""
        if not self._checkpoint.exists():
            return None
        own, arrays = _load(self._checkpoint)
        saved = Saved(int(own["parts"]), int(own["records"]), int(own["tick"]), arrays)
        for part in map(self._part, range(saved.parts)):
            if not part.exists():
                raise RunError(f"{part}: is missing: the run cannot go on; start it again with --force")
        return saved

    def blocks(self, parts: int) -> Iterator[Block]:
        """The first `parts` parts, in order."""
        for number in range(parts):
            own, values = _load(self._part(number))
            yield Block(own["times"], values)

    def generations(self, parts: int) -> Iterator[Block]:
        """The generations that began in the first `parts` parts, in order."""
        for path in filter(Path.exists, map(self._births, range(parts))):
            own, values = _load(path)
            yield Block(own["times"], values)

    @property
    def _checkpoint(self) -> Path:
        return self.path / "checkpoint.npz"

    def _births(self, number: int) -> Path:
        return self.path / f"births-{number:07d}.npz"

    def _part(self, number: int) -> Path:
        return self.path / f"part-{number:07d}.npz"


def _save(path: Path, arrays: Mapping[str, NDArray], **own: NDArray) -> None:
    """Write arrays with arbitrary names, and some with fixed names. Arbitrary names may be invalid in a zip file, so
    these arrays are numbered, and the file contains the list of their names."""
    numbered = {f"array{k}": array for k, array in enumerate(arrays.values())}
    with atomic(path) as file:
        np.savez(file, allow_pickle=False, names=np.asarray(list(arrays), dtype=np.str_), **numbered, **own)


def _load(path: Path) -> tuple[dict[str, NDArray], dict[str, NDArray]]:
    """(arrays with fixed names, arrays with arbitrary names), as `_save` wrote them."""
    try:
        with opened(path) as file, np.load(file, allow_pickle=False) as arrays:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in arrays.zip.infolist()):
                raise ValueError("it is compressed, which a checkpoint never is")
            content = {key: arrays[key] for key in arrays.files}
        names = content.pop("names").tolist()
        return content, {name: content.pop(f"array{k}") for k, name in enumerate(names)}
    except (OSError, ValueError, KeyError, AttributeError, EOFError, InputError, zipfile.BadZipFile) as error:
        raise RunError(f"{path}: is damaged: {error}; start the run again with --force") from error
