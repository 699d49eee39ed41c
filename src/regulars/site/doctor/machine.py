"""Checks of the machine: room on the disk, who can read the keys, backups."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.site.doctor.finding import Finding, State

GIGABYTE = 1 << 30
LITTLE_SPACE = 5 * GIGABYTE
NO_SPACE = GIGABYTE // 2
READABLE_BY_OTHERS = 0o077
STALE_BACKUP_HOURS = 48


def disk() -> Finding:
    """Whether there is room for the database, imports and analyses."""
    free = shutil.disk_usage(settings.VAR).free
    said = {"free": f"{free / GIGABYTE:.1f}"}
    if free < NO_SPACE:
        text = _("Only %(free)s GB are free on the disk.") % said
        return Finding(State.BROKEN, text, _("Free some space before anything is lost."))
    if free < LITTLE_SPACE:
        text = _("Only %(free)s GB are free on the disk.") % said
        return Finding(State.WARNING, text, _("Imports and analyses need a few gigabytes."))
    return Finding(State.SOUND, _("%(free)s GB are free on the disk.") % said)


def keys() -> Finding:
    """Whether only the owner of the program can read its secrets."""
    files = [settings.VAR / "keys" / name for name in ("master.key", "sessions.key")]
    open_to_others = [file for file in files if os.name == "posix" and _others_can_read(file)]
    if open_to_others:
        names = " ".join(str(file) for file in open_to_others)
        text = _("Others on this machine can read the keys.")
        return Finding(State.BROKEN, text, f"chmod 600 {names}")
    return Finding(State.SOUND, _("Only their owner can read the keys."))


def _others_can_read(file: Path) -> bool:
    return bool(file.stat().st_mode & READABLE_BY_OTHERS)


def backups() -> Finding:
    """Whether `backups/` of the business holds a recent dump (see the operator guide)."""
    dumps = list((settings.VAR / "backups").glob("*.dump"))
    advice = _("Run: regulars backup")
    if not dumps:
        return Finding(State.WARNING, _("There is no backup yet."), advice)
    newest = max(dumps, key=lambda file: file.stat().st_mtime)
    hours = int((time.time() - newest.stat().st_mtime) // 3600)
    said = {"name": newest.name, "hours": hours}
    if newest.stat().st_size == 0:
        return Finding(State.WARNING, _("The newest backup, %(name)s, is empty.") % said, advice)
    if hours > STALE_BACKUP_HOURS:
        text = _("The newest backup is %(hours)s hours old.") % said
        return Finding(State.WARNING, text, advice)
    return Finding(State.SOUND, _("The newest backup is %(name)s.") % said)
