"""Environments for peers that cannot share ours, made once under ``var/bench/envs``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.work import Environment


class EnvironmentMissing(RuntimeError):
    """The environment cannot be made here; the message is the last line of the installer."""


def python_of(environment: Environment | None, folder: Path) -> Path:
    """The interpreter to run a contestant with; makes its environment when it is not there.

    Raises:
        EnvironmentMissing: the packages cannot be installed.
    """
    if environment is None:
        return Path(sys.executable)
    home = folder / "envs" / environment.name
    python = home / "bin" / "python"
    stamp = home / "packages.txt"
    wanted = "\n".join(environment.packages)
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(home)])
    _run([str(python), "-m", "pip", "install", "--quiet", *environment.packages])
    stamp.write_text(wanted)
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines()
        raise EnvironmentMissing(told[-1] if told else f"{command[0]} failed")
