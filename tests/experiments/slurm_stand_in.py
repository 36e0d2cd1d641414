"""What submitit asks of Slurm, as far as one machine can do it: sbatch, srun, sacct and scancel.

    python slurm_stand_in.py COMMAND ARGUMENTS...

SLURM_STAND_IN is a folder, in which every job has its script, ID.sh.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

FOLDER = Path(os.environ["SLURM_STAND_IN"])


def sbatch(script: str) -> None:
    """Run all jobs of an array at once."""
    text = Path(script).read_text()
    number = len(list(FOLDER.glob("*.sh"))) + 1
    (FOLDER / f"{number}.sh").write_text(text)
    array = re.search(r"--array=0-(\d+)%", text)
    for index in range(int(array[1]) + 1) if array else [None]:
        name = str(number) if index is None else f"{number}_{index}"
        own = {"SLURM_JOB_ID": str(number), "SLURM_NTASKS": "1", "SLURM_JOB_NUM_NODES": "1", "SLURM_NODEID": "0",
               "SLURM_PROCID": "0", "SLURM_LOCALID": "0", "SLURM_JOB_NODELIST": "here"}  # fmt: skip
        if index is not None:
            own |= {"SLURM_ARRAY_JOB_ID": str(number), "SLURM_ARRAY_TASK_ID": str(index)}
        run = f"bash {FOLDER / f'{number}.sh'}; echo $? > {FOLDER / name}.code"
        with (FOLDER / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(["bash", "-c", run], env=os.environ | own, start_new_session=True,
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # fmt: skip
        (FOLDER / f"{name}.pid").write_text(str(process.pid))
    print(f"Submitted batch job {number}")


def srun(*arguments: str) -> None:
    rest = list(arguments)
    while rest[0].startswith("--"):
        del rest[: 1 if rest[0] == "--unbuffered" else 2]
    os.execvp(rest[0], rest)


def sacct(*arguments: str) -> None:
    print("JobID|State|NodeList")
    for pid in FOLDER.glob("*.pid"):
        code = pid.with_suffix(".code")
        state = "RUNNING" if not code.exists() else "COMPLETED" if code.read_text() == "0\n" else "FAILED"
        print(f"{pid.stem}|{state}|here")


def scancel(*names: str) -> None:
    for name in names:
        os.killpg(int((FOLDER / f"{name}.pid").read_text()), signal.SIGKILL)


if __name__ == "__main__":
    {"sbatch": sbatch, "srun": srun, "sacct": sacct, "scancel": scancel}[sys.argv[1]](*sys.argv[2:])
