"""The command `regulars`: one word for each thing an operator or analyst does."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Main = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Command:
    """One word of the command line. `run` gets the arguments that follow it."""

    summary: str
    run: Main


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `regulars [--business CODE] COMMAND …`; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="regulars",
        description="Regulars · 回头客: turns customers into regulars.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands:\n"
        + "\n".join(f"  {name:10} {command.summary}" for name, command in COMMANDS.items())
        + "\n\nregulars COMMAND --help tells more.",
    )
    parser.add_argument("--business", metavar="CODE", help="which business (default: main)")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args(argv)
    if given.business:
        os.environ["REGULARS_BUSINESS"] = given.business
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.site.settings")
    try:
        return COMMANDS[given.command].run(given.arguments)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _django() -> None:
    import django

    from regulars.site.business import current

    try:
        business = current()
        if not business.file.exists():
            sys.exit(
                f"regulars: there is no business “{business.code}” in {business.folder.parent}. "
                f"Make it with: regulars --business {business.code} setup"
            )
        django.setup()
    except (ValueError, subprocess.SubprocessError) as error:
        sys.exit(f"regulars: {error}")


def _insight(argv: Sequence[str]) -> int:
    from regulars.insight.cli import main as insight_main

    return insight_main(list(argv))


def _setup(argv: Sequence[str]) -> int:
    from regulars.site import setting_up

    return setting_up.main(argv)


def _serve(argv: Sequence[str]) -> int:
    _django()
    from regulars.site import serving

    return serving.main(argv)


def _worker(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="regulars worker", description="Does the background work, until stopped."
    )
    parser.add_argument("--once", action="store_true", help="stop when no work is left")
    given = parser.parse_args(argv)
    _django()
    from regulars.kit import jobs

    jobs.work(wait=not given.once)
    return 0


def _analyse(argv: Sequence[str]) -> int:
    _django()
    from regulars.understanding import cli

    return cli.main(argv)


def _import(argv: Sequence[str]) -> int:
    _django()
    from regulars.intake import cli

    return cli.main(argv)


def _seed(argv: Sequence[str]) -> int:
    from regulars.site.samples import cli

    return cli.main(argv)


def _demo(argv: Sequence[str]) -> int:
    from regulars.site import demo

    return demo.main(argv)


def _doctor(argv: Sequence[str]) -> int:
    _django()
    from regulars.site import doctor

    return doctor.main(argv)


def _backup(argv: Sequence[str]) -> int:
    _django()
    from regulars.site import backups

    return backups.main_backup(argv)


def _restore(argv: Sequence[str]) -> int:
    _django()
    from regulars.site import backups

    return backups.main_restore(argv)


def _manage(argv: Sequence[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["regulars manage", *argv])
    return 0


COMMANDS = {
    "setup": Command("make or upgrade the database, and the owner's account", _setup),
    "serve": Command("serve the pages", _serve),
    "worker": Command("do the background work", _worker),
    "import": Command("bring in customers, products or sales from a file", _import),
    "analyse": Command("analyse everything now and publish the results", _analyse),
    "insight": Command("analyse a folder of tables, without a database", _insight),
    "doctor": Command("check that all is well", _doctor),
    "backup": Command("write the whole database to one file", _backup),
    "restore": Command("fill an empty database from such a file", _restore),
    "seed": Command("fill an empty business with an invented salon", _seed),
    "demo": Command("load and serve the two sample businesses", _demo),
    "manage": Command("Django's own commands", _manage),
}

if __name__ == "__main__":
    sys.exit(main())
