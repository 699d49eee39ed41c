"""The command line of the analytics library."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from regulars.insight.engines import ENGINES, EngineError
from regulars.insight.features.occasions import COUNTRIES
from regulars.insight.parameters import Parameters
from regulars.insight.runs import Run, RunError, run
from regulars.insight.tables import TableError

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    try:
        finished = _run(arguments)
    except (TableError, EngineError) as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG_INPUT
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped. Nothing was written.", file=sys.stderr)
        return INTERRUPTED
    _tell(finished)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="regulars insight", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "run", help="analyse a folder of tables", description="Analyse a folder of tables."
    )
    command.add_argument(
        "folder", type=Path, metavar="DIR", help="holds lines.parquet or lines.csv, and more"
    )
    command.add_argument(
        "--as-of", type=_date, required=True, metavar="DATE", help="only earlier rows count"
    )
    command.add_argument("--out", type=Path, required=True, help="folder for the results")
    command.add_argument("--engine", choices=ENGINES, default="duckdb", help="where to compute")
    command.add_argument("--master", help="of Spark, such as spark://host:7077; else this machine")
    command.add_argument("--country", choices=COUNTRIES, default="CN", help="whose holidays")
    command.add_argument("--horizon-days", type=_days, help="for “did not come back”")
    command.add_argument("--memory-limit", metavar="SIZE", help="such as 4GB")
    command.add_argument("--threads", type=_days)
    return parser


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date like 2026-11-22") from None


def _days(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number from 1 on")
    return int(text)


def _run(arguments: argparse.Namespace) -> Run:
    started = time.perf_counter()

    def progress(step: str) -> None:
        print(f"{time.perf_counter() - started:7.1f} s  {step} …", file=sys.stderr)

    return run(
        arguments.folder,
        as_of=arguments.as_of,
        out=arguments.out,
        engine=arguments.engine,
        parameters=Parameters(country=arguments.country, horizon_days=arguments.horizon_days),
        progress=progress,
        **_options(arguments),
    )


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options of the engine.

    Raises:
        EngineError: a master without Spark.
    """
    options = {"memory_limit": arguments.memory_limit, "threads": arguments.threads}
    if arguments.master is None:
        return options
    if arguments.engine != "spark":
        raise EngineError("--master is Spark's; say --engine spark too.")
    return {**options, "master": arguments.master}


def _tell(finished: Run) -> None:
    rows = finished.manifest["results"]["customers"]
    print(f"{rows:,} customers -> {finished.customers}")
    missing = finished.manifest["return_rates"]["missing"]
    if missing:
        what, about = missing["what"], missing["about"]
        print(f"Return rates need about {about} more {what}; they are left empty.")
