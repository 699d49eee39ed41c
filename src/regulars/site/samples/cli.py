"""`regulars seed`: fills a business with a sample, says what is in it, tells how to sign in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from regulars.site import setting_up
from regulars.site.business import Business, current
from regulars.site.samples.progress import bar

SIZES = ("small", "shop", "chain")
EARLIEST = date(2015, 1, 1)


def main(argv: Sequence[str]) -> int:
    """`regulars seed [--seed N] [--size S] [--until DATE] [--months M]`, or one of the others."""
    parser = argparse.ArgumentParser(
        prog="regulars seed",
        description="Fills an empty business with an invented salon, the same for the same seed, "
        "size, months and day. A run that was cut off is taken up again.",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: %(default)s")
    parser.add_argument("--size", choices=SIZES, default="shop", help="default: %(default)s")
    parser.add_argument(
        "--until", type=date.fromisoformat, metavar="DATE", help="default: up to now"
    )
    parser.add_argument("--months", type=int, default=18, metavar="M", help="default: %(default)s")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--sample", choices=("salon", "shop"), help="the salon, or The Complete Journey, with users"
    )
    instead.add_argument("--summary", action="store_true", help="only say how much is there")
    instead.add_argument("--sign-in", action="store_true", help="only say how to sign in")
    given = parser.parse_args(argv)
    if not 1 <= given.months <= 60:
        parser.error("--months takes 1 to 60")
    if given.until and given.until < EARLIEST:
        parser.error(f"--until takes {EARLIEST} at the earliest")
    if given.sign_in:
        return _sign_in()
    _describe(given.sample)
    setting_up.migrate()
    return _summary() if given.summary else _fill(given)


def _describe(sample: str | None) -> None:
    """Writes `business.toml` before the settings are read, unless it is there."""
    business = current()
    if business.file.exists():
        return
    if sample is None:
        business.write()
        return
    if sample == "salon":
        replace(business, name="青禾美学").write()
        return
    replace(
        business,
        name="The Complete Journey",
        kind="shop",
        currency="USD",
        time_zone="America/New_York",
        country="US",
        # Noon after the last day of the data.
        standing_clock=datetime(2018, 1, 1, 12, 0, tzinfo=ZoneInfo("America/New_York")),
    ).write()


def _fill(given: argparse.Namespace) -> int:
    from regulars.kit import clock
    from regulars.site.samples import marker
    from regulars.site.samples.journey import loading
    from regulars.site.samples.salon import seeding
    from regulars.site.samples.sign_in import make_users

    business = current()
    if given.until and given.until > clock.today():
        print("--until lies ahead: a salon can only be told up to today.", file=sys.stderr)
        return 2
    try:
        with marker.alone(), bar() as progress:
            if given.sample == "shop":
                loading.load(facts=facts(business), progress=progress, at=clock.now())
            else:
                seeding.seed(
                    seed=given.seed,
                    size=given.size,
                    until=given.until or clock.today() + timedelta(days=1),
                    now=clock.now(),
                    months=given.months,
                    progress=progress,
                )
    except marker.NotEmpty as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if given.sample:
        make_users(business.folder / "sign-in.txt", at=clock.now())
    return 0


def facts(business: Business) -> Path:
    """The folder of the tables that analysis reads beside the records."""
    return business.folder / "facts"


def _summary() -> int:
    from regulars.site.samples import summary

    business = current()
    Console().print(summary.table(f"{business.name} ({business.code})", facts(business)))
    return 0


def _sign_in() -> int:
    file = current().folder / "sign-in.txt"
    if not file.exists():
        print(
            f"{file} is not there. Set a new password with: regulars manage changepassword owner",
            file=sys.stderr,
        )
        return 1
    print(file.read_text(encoding="utf-8"), end="")
    return 0
