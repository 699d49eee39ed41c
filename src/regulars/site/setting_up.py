"""Makes or upgrades the database of a business, and its owner's account on first use."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace

from regulars.site.business import CURRENCIES, current


def main(argv: Sequence[str]) -> int:
    """`regulars setup [--name N] [--kind K] [--currency C] [--time-zone Z] [--owner U]`."""
    parser = argparse.ArgumentParser(
        prog="regulars setup",
        description="Makes or upgrades the database, and the owner's account on first use. "
        "The owner's password is read from REGULARS_OWNER_PASSWORD or asked for.",
    )
    parser.add_argument("--name", help="what the business is called")
    parser.add_argument("--kind", choices=["salon", "shop", "chain", "online"])
    parser.add_argument("--currency", choices=CURRENCIES)
    parser.add_argument("--time-zone", dest="time_zone", metavar="ZONE")
    parser.add_argument("--country", metavar="CC", help="whose holidays count, as in CN")
    parser.add_argument("--owner", default="owner", help="the owner's user name")
    given = vars(parser.parse_args(argv))
    owner = given.pop("owner")
    business = current()
    changes = {key: value for key, value in given.items() if value is not None}
    if changes or not business.file.exists():
        replace(business, **changes).write()
    migrate()
    _make_owner(owner)
    return 0


def migrate() -> None:
    """Brings the database to the present version."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _make_owner(username: str) -> None:
    from regulars.kit import clock
    from regulars.kit.models import User
    from regulars.kit.permissions import SYSTEM, Role
    from regulars.offer.actions import add_user

    if User.objects.exists():
        return
    password = os.environ.get("REGULARS_OWNER_PASSWORD", "")
    if not password and sys.stdin.isatty():
        password = getpass.getpass(f"Password for {username} (empty: make one): ")
    made = not password
    password = password or secrets.token_urlsafe(9)
    add_user(username, password, username, Role.OWNER, by=SYSTEM, at=clock.now())
    print(f"sign in as {username}" + (f" with the password {password}" if made else ""))
