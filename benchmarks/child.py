"""One contestant, once: ``python -m benchmarks.child WORK CONTESTANT INPUT ANSWER``.

Prints one line of JSON: seconds of the work alone and of processors busy with it, and the most
memory the process ever held, taken before the answer is written for comparison.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path


def main(work_name: str, contestant_name: str, input_path: str, answer_path: str) -> None:
    work = import_module(f"benchmarks.works.{work_name}").WORK
    contestant = next(c for c in work.contestants if c.name == contestant_name)
    prepared = contestant.prepare()
    busy, started = _cpu_seconds(), time.perf_counter()
    answer = contestant.run(Path(input_path), prepared)
    seconds, busy = time.perf_counter() - started, _cpu_seconds() - busy
    peak_mb = _peak_mb()
    contestant.save(answer, Path(answer_path))
    print(json.dumps({"seconds": seconds, "cpu_seconds": busy, "peak_mb": peak_mb}))


def _peak_mb() -> float:
    # Not ru_maxrss: that one begins at what the parent held when it started this process.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
