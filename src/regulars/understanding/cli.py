"""`regulars analyse`: the analysis in the foreground, with progress."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.permissions import SYSTEM
from regulars.understanding import analysis, queries
from regulars.understanding.models import Run


def main(argv: Sequence[str]) -> int:
    """Analyses everything up to now; exit status 1 when nothing could be published."""
    parser = argparse.ArgumentParser(
        prog="regulars analyse", description="Analyses everything and publishes the results."
    )
    parser.add_argument(
        "--if-old", action="store_true", help="only when the last one does not reach today"
    )
    given = parser.parse_args(argv)
    last = queries.last_published()
    if given.if_old and last and last.as_of >= analysis.as_of_now(clock.now()):
        return 0
    begun = time.monotonic()

    def tell(step: str) -> None:
        print(f"  {time.monotonic() - begun:5.1f} s  {step}", file=sys.stderr, flush=True)

    run = analysis.request_run(trigger="command", by=SYSTEM, at=clock.now())
    run = analysis.perform(run.pk, progress=tell)
    if run.state == Run.FAILED:
        print(_(run.error), file=sys.stderr)
        return 1
    tell(_("published"))
    return 0
