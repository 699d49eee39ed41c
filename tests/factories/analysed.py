"""The small salon, sold to, analysed, and with people who sign in: made once for many tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from regulars.kit.models import User
from regulars.kit.permissions import SYSTEM, Role
from regulars.offer.actions import add_user
from regulars.understanding import analysis
from regulars.understanding.models import Run
from tests.factories.kept import Told, kept
from tests.factories.salon import Salon, open_salon


@dataclass(frozen=True)
class Analysed:
    """The salon, its published run, and the moment at which the clock of its pages stands."""

    salon: Salon
    run: Run
    now: datetime

    def client(self, username: str, language: str = "en") -> Client:
        """A signed-in browser of the owner, manager, stylist, analyst or desk."""
        client = Client(headers={"accept-language": language})
        client.force_login(User.objects.get(username=username))
        return client


@contextmanager
def analysed_salon(now: datetime) -> Iterator[Analysed]:
    """Committed, as pages and jobs find it; emptied afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "STANDING_CLOCK", now)
        try:
            salon, run = sold_and_analysed(now)
            let_people_in(salon, now)
            yield Analysed(salon, run, now)
        finally:
            call_command("flush", interactive=False, verbosity=0)


def sold_and_analysed(now: datetime) -> tuple[Salon, Run]:
    """The salon with its published run, and nobody yet who signs in.

    The analysis is the real one; it is run once, and its rows are kept.
    """

    def make() -> Told:
        salon = open_salon(until=now)
        run = analysis.perform(analysis.request_run(trigger="demand", by=SYSTEM, at=now).pk)
        assert run.state == Run.PUBLISHED, run.error
        return {"salon": salon.told(), "run": run.pk}

    told = kept(f"analysed-{now:%Y%m%dT%H%M}", make)
    return Salon.of(told["salon"]), Run.objects.get(pk=told["run"])


def let_people_in(salon: Salon, now: datetime) -> None:
    """The owner, an analyst and a desk for all stores; a manager and a stylist for the second."""
    for role in (Role.OWNER, Role.ANALYST, Role.DESK):
        add_user(str(role), "a long password", str(role), role, by=SYSTEM, at=now)
    for role in (Role.MANAGER, Role.STYLIST):
        store = salon.stores[1]
        add_user(str(role), "a long password", str(role), role, store=store, by=SYSTEM, at=now)
