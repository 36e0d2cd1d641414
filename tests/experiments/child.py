"""Runs the small experiment in a process of its own: python -m tests.experiments.child DIRECTORY ON."""

import sys
from pathlib import Path

from dynsim.experiments.run import run_experiment
from dynsim.experiments.work import tasks

from .small import small

if __name__ == "__main__":
    tasks.UNITS = 1  # many tasks, so that there are many moments between two of them
    tasks.RECORD = 8 * 2 * 41 * 2  # blocks of two replicas
    run_experiment(small(), Path(sys.argv[1]), on=sys.argv[2], resume=True)
