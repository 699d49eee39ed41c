"""The sample users, each with a password of this installation, kept in a file of its owner."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Count

from regulars.kit.models import User
from regulars.kit.permissions import SYSTEM, Role
from regulars.offer.actions import add_user
from regulars.offer.models import Store

USERS = (
    ("owner", "店主", Role.OWNER, False),
    ("manager", "店长", Role.MANAGER, True),
    ("marketer", "市场", Role.MARKETER, False),
    ("analyst", "分析", Role.ANALYST, False),
    ("desk", "前台", Role.DESK, True),
    ("stylist", "发型师", Role.STYLIST, True),
    ("auditor", "审计", Role.AUDITOR, False),
)
"""User name, name, role, and whether for the busiest store only."""


@transaction.atomic
def make_users(file: Path, *, at: datetime) -> None:
    """Makes the sample users where no user is yet, and writes how they sign in to `file`."""
    if User.objects.exists():
        return
    store = Store.objects.annotate(orders=Count("order")).order_by("-orders", "code").first()
    lines = []
    for username, name, role, at_one_store in USERS:
        password = secrets.token_urlsafe(9)
        add_user(
            username, password, name, role, store=store if at_one_store else None, by=SYSTEM, at=at
        )
        where = f"{role.value}, {store.name}" if at_one_store and store else role.value
        lines.append(f"{username:10} {password}   ({where})")
    _write(file, "\n".join(lines) + "\n")


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
