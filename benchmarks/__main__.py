"""Measure: ``python -m benchmarks [--only WORK] [--n N] [--repeats R]``.

Prints a table per work and writes ``var/bench.json``: a list of {work, contestant, n, seconds
(median), peak_mb (largest), ratio_to_ours (seconds), metrics}. Contestants take turns, so that a
noisy minute hits all of them. One that cannot run is listed with its reason and no figures.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import works
from benchmarks.environments import EnvironmentMissing, python_of
from benchmarks.work import Contestant, Work

FOLDER = Path("var/bench")
RESULTS = Path("var/bench.json")
OURS = "ours"

Result = dict[str, Any]


class ContestantFailed(RuntimeError):
    """A contestant's process ended badly; the message is its last word."""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    console = Console()
    results: list[Result] = []
    for name in _names(arguments.only):
        work: Work = import_module(f"benchmarks.works.{name}").WORK
        for n in [arguments.n] if arguments.n else work.sizes:
            measured = measure(work, n, arguments.repeats or work.repeats, console)
            console.print(as_table(work, n, measured))
            results += measured
        for target in work.targets:
            console.print(f"  target: {target}")
    _write(results)
    console.print(f"written: {RESULTS}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="WORK", choices=_names(None), help="one work")
    parser.add_argument("--n", type=int, help="one size instead of the declared ones")
    parser.add_argument("--repeats", type=int, help="runs per contestant")
    return parser


def _names(only: str | None) -> list[str]:
    return [only] if only else sorted(module.name for module in iter_modules(works.__path__))


def measure(work: Work, n: int, repeats: int, console: Console) -> list[Result]:
    """All contestants on the same input of size n."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    console.print(f"[bold]{work.name}[/bold]: preparing {n:,} {work.unit} …")
    source = work.make_input(FOLDER, n)
    answers = {c.name: FOLDER / f"{work.name}-{c.name.replace(' ', '-')}.answer" for c in
               work.contestants}  # fmt: skip
    runs: dict[str, list[Result]] = {c.name: [] for c in work.contestants}
    reasons: dict[str, str] = {}
    load_before = os.getloadavg()[0]
    for turn in range(repeats):
        for contestant in work.contestants:
            if contestant.name in reasons:
                continue
            console.print(f"  {contestant.name}, run {turn + 1} of {repeats}")
            try:
                run = _once(work, contestant, source, answers[contestant.name])
                runs[contestant.name].append(run)
            except (EnvironmentMissing, ContestantFailed) as error:
                reasons[contestant.name] = str(error)
            work.clean()
    ran = {name: path for name, path in answers.items() if name not in reasons}
    compared = work.compare(ran) if OURS in ran else {}
    for path in answers.values():
        path.unlink(missing_ok=True)
    return [
        _result(work.name, name, n, runs, reasons.get(name), compared.get(name, {}), load_before)
        for name in runs
    ]


def _once(work: Work, contestant: Contestant, source: Path, answer: Path) -> Result:
    python = python_of(contestant.environment, FOLDER)
    command = [str(python), "-W", "ignore", "-m", "benchmarks.child"]
    command += [work.name, contestant.name, str(source), str(answer)]
    paths = os.pathsep.join((".", "src"))
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
    )
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise ContestantFailed(told[-1] if told else f"ended with {done.returncode}")
    result: Result = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _result(
    work: str,
    name: str,
    n: int,
    runs: dict[str, list[Result]],
    reason: str | None,
    compared: Any,
    load_before: float,
) -> Result:
    own = runs[name]
    seconds = median(run["seconds"] for run in own) if own and not reason else None
    ours = median(run["seconds"] for run in runs[OURS]) if runs[OURS] else None
    metrics: Result = {"runs": len(own), "load_before": round(load_before, 2), **compared}
    if own:
        metrics["fastest"] = round(min(run["seconds"] for run in own), 3)
        metrics["cpu_seconds"] = round(median(run["cpu_seconds"] for run in own), 2)
        metrics["slowest"] = round(max(run["seconds"] for run in own), 3)
    if reason:
        metrics = {"left_out": reason}
    return {
        "work": work,
        "contestant": name,
        "n": n,
        "seconds": round(seconds, 3) if seconds is not None else None,
        "peak_mb": round(max(run["peak_mb"] for run in own)) if seconds is not None else None,
        "ratio_to_ours": round(seconds / ours, 2) if seconds and ours else None,
        "metrics": metrics,
    }


def as_table(work: Work, n: int, results: Sequence[Result]) -> Table:
    table = Table(title=f"{work.name}: {n:,} {work.unit}", title_justify="left")
    for column in ("contestant", "seconds", "peak MB", "× ours", "remarks"):
        table.add_column(column, justify="left" if column in ("contestant", "remarks") else "right")
    for result in results:
        remarks = ", ".join(f"{key} {value}" for key, value in result["metrics"].items())
        figures = (result[key] for key in ("seconds", "peak_mb", "ratio_to_ours"))
        table.add_row(
            result["contestant"], *("—" if f is None else f"{f:,}" for f in figures), remarks
        )
    return table


def _write(results: list[Result]) -> None:
    """Replace what was measured again and keep the other works and sizes."""
    measured = {(result["work"], result["n"]) for result in results}
    earlier: list[Result] = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    kept = [result for result in earlier if (result["work"], result["n"]) not in measured]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept + results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
