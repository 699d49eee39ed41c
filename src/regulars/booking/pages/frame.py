"""Which part of the calendar is looked at: store, day, view; and wall clocks both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404
from django.urls import reverse

from regulars.kit import clock
from regulars.kit.faces import Request
from regulars.kit.permissions import Permission
from regulars.offer.hours import moment
from regulars.offer.models import Staff, Store
from regulars.offer.scope import Scope, scope_of

DAY, WEEK, PLACES, LIST = "day", "week", "places", "list"
VIEWS = (DAY, WEEK, PLACES, LIST)


@dataclass(frozen=True)
class Frame:
    """A store's calendar on a day, or in the week of it for one of the staff."""

    scope: Scope
    store: Store
    day: date
    view: str
    staff: Staff | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.store.time_zone)

    @property
    def first_day(self) -> date:
        return self.day - timedelta(self.day.weekday()) if self.view == WEEK else self.day

    @property
    def days(self) -> int:
        return 7 if self.view == WEEK else 1

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(self.days - 1)

    @property
    def first(self) -> datetime:
        """The moment it begins, in UTC."""
        return moment(self.first_day, 0, self.zone)

    @property
    def last(self) -> datetime:
        """The moment after its end."""
        return moment(self.first_day + timedelta(self.days), 0, self.zone)

    def address(self, **other: Any) -> str:
        """Where this part of the calendar is found, with some of it changed."""
        given = {"day": self.day.isoformat(), "view": self.view, "store": self.store.pk}
        if self.staff is not None:
            given["staff"] = self.staff.pk
        given |= {name: value for name, value in other.items() if value is not None}
        return f"{reverse('booking:calendar')}?{urlencode(given)}"

    def step(self, by: int) -> str:
        """The address of the next or the former day, or week."""
        return self.address(day=(self.day + timedelta(by * self.days)).isoformat())


def frame_of(request: Request) -> Frame:
    """What the address of a request asks for; what it leaves open or gets wrong is made good.

    Raises:
        Http404: there is no store that this user may see.
    """
    scope = scope_of(request.actor, Permission.SEE_BOOKINGS, request.session)
    given: Mapping[str, str] = request.GET
    store = store_of(scope, given.get("store", ""))
    view = given.get("view", DAY)
    view = view if view in VIEWS else DAY
    today = clock.now().astimezone(ZoneInfo(store.time_zone)).date()
    staff = _staff(request, store, given.get("staff", "")) if view == WEEK else None
    return Frame(scope, store, _day(given.get("day", ""), today), view, staff)


def store_of(scope: Scope, wanted: str) -> Store:
    """The store that was asked for, else the one chosen in the menu, else the first."""
    named = [store for store in scope.stores if str(store.pk) == wanted]
    found = [*named, *([scope.chosen] if scope.chosen else []), *scope.stores]
    if not found:
        raise Http404
    return found[0]


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day.year - today.year) < 50 else today


def _staff(request: Request, store: Store, wanted: str) -> Staff | None:
    """Whose week: who was asked for, else the one who looks, else the first of the store."""
    here = Staff.objects.filter(stores=store, active=True).order_by("pk")
    if wanted.isdigit() and (asked := here.filter(pk=int(wanted)).first()):
        return asked
    own = request.actor.user_id
    return (here.filter(user_id=own).first() if own is not None else None) or here.first()


def wall(moment_: datetime, zone: ZoneInfo) -> str:
    """A moment by the clock on the wall, to the minute: `2026-11-28T14:30`."""
    return moment_.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def moment_at(text: str, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the clock on the wall shows this.

    Raises:
        ValueError: it is no such time.
    """
    local = datetime.fromisoformat(text)
    if local.tzinfo is not None:
        raise ValueError("a time of the wall has no zone")
    return moment(local.date(), local.hour * 60 + local.minute, zone)
