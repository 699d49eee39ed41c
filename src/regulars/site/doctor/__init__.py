"""`regulars doctor`: looks at everything that must be well, and says in words what is not."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulars.site.doctor import machine, production, records
from regulars.site.doctor.finding import Finding, State

Check = Callable[[], Finding]

ON_THE_MACHINE: tuple[Check, ...] = (machine.disk, machine.keys, machine.backups)
IN_THE_DATABASE: tuple[Check, ...] = (
    records.master_key,
    records.worker,
    records.failed_jobs,
    records.waiting_jobs,
    records.audit_trail,
    records.analysis,
)
MARKS = {State.SOUND: "✓", State.WARNING: "!", State.BROKEN: "✗"}


def main(argv: Sequence[str]) -> int:
    """`regulars doctor [--strict] [--lang LANG]`.

    Returns 0 when all is well, 1 when there are warnings and `--strict` is given, 2 when something
    is broken.
    """
    parser = argparse.ArgumentParser(
        prog="regulars doctor",
        description="Checks that all is well. Exit status: 0 sound, 1 warnings (with --strict), "
        "2 broken.",
    )
    parser.add_argument("--strict", action="store_true", help="warnings count too")
    parser.add_argument("--lang", metavar="LANG", help="zh or en; default: by the environment")
    given = parser.parse_args(argv)
    with override(_language(given.lang or os.environ.get("LANG", ""))):
        findings = examine()
        for finding in findings:
            print(f"{MARKS[finding.state]} {finding.text}", flush=True)
            if finding.advice:
                print(f"  → {finding.advice}", flush=True)
    worst = max((finding.state for finding in findings), default=State.SOUND)
    if worst == State.BROKEN:
        return 2
    return 1 if worst == State.WARNING and given.strict else 0


def _language(wish: str) -> str:
    return "zh-hans" if wish.lower().startswith("zh") else "en"


def examine() -> list[Finding]:
    """All findings, in the order they are shown. What cannot be asked is left out, and said so."""
    findings = []
    for check in (records.database, records.migrations):
        findings.append(check())
        if findings[-1].state == State.BROKEN:
            text = _("Records, jobs and the audit trail were not looked at.")
            findings.append(Finding(State.WARNING, text))
            break
    else:
        findings += [_in_words(check) for check in IN_THE_DATABASE]
    findings += [check() for check in ON_THE_MACHINE]
    return findings + production.settings_for_production()


def _in_words(check: Check) -> Finding:
    try:
        return check()
    except DatabaseError as error:
        problem = str(error).splitlines()[0]
        text = _("The database did not answer a question: %(problem)s") % {"problem": problem}
        return Finding(State.BROKEN, text)
