"""The `dynsim` command of a checkout, in fresh processes that share no compiled code with another checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent.parent


class Checkout(NamedTuple):
    """A checkout, and a folder in which its commands run, and to which they write their output and compiled code."""

    root: Path
    place: Path

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `dynsim ARGUMENTS` in `place`."""
        cache = self.place / "cache"
        environment = {
            "PYTHONPATH": str(self.root), "PYTHONPYCACHEPREFIX": str(cache / "python"), "PYTHONDONTWRITEBYTECODE": "",
            "NUMBA_CACHE_DIR": str(cache / "numba"), "DYNSIM_CACHE_DIR": str(cache / "dynsim"),
        }
        cache.mkdir(parents=True, exist_ok=True)
        with (self.place / "stdout").open("wb") as out, (self.place / "stderr").open("wb") as err:
            return subprocess.Popen(
                [sys.executable, "-m", "dynsim", *arguments], cwd=self.place, env=os.environ | environment,
                stdout=out, stderr=err,
            )

    def said(self) -> str:
        """The output of the last command, errors last; the checkout's own path is replaced by CHECKOUT."""
        texts = [(self.place / stream).read_text("utf-8", errors="replace") for stream in ("stdout", "stderr")]
        return "".join(texts).replace(str(self.root), "CHECKOUT")
