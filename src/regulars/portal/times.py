"""When a visit could be: the days with a free time, and the times of one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.booking import policies, queries
from regulars.booking.drafts import ServiceDraft
from regulars.booking.minutes import moment_of
from regulars.booking.models import Appointment
from regulars.booking.policies import Policy
from regulars.booking.queries import Visit
from regulars.offer.models import Store


@dataclass(frozen=True)
class Search:
    """What is looked for, from the first to before the last moment it may begin."""

    visit: Visit
    first: datetime
    last: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.visit.store.time_zone)


def of_new(
    store: Store, services: Sequence[ServiceDraft], customer_id: int | None, *, at: datetime
) -> tuple[Search, Policy]:
    """A new visit, within what the policy allows.

    Raises:
        Refused: there is no service, or one that cannot be booked.
    """
    visit = Visit.of_new(store, services, customer_id)
    policy = policies.policy_for([one.item_id for one in services], customer_id)
    return Search(visit, *_bounds(policy, at)), policy


def of_move(appointment: Appointment, *, at: datetime) -> Search:
    """Another time for an appointment, with the same people."""
    bounds = _bounds(policies.policy_of(appointment), at)
    return Search(Visit.of_move(appointment), *bounds)


def _bounds(policy: Policy, at: datetime) -> tuple[datetime, datetime]:
    """Whole minutes: the first that is not too soon, and the one after the last not too far."""
    soonest = at + timedelta(minutes=policy.lead_minutes)
    last = at + timedelta(days=policy.horizon_days, minutes=1)
    whole = soonest.replace(second=0, microsecond=0)
    first = whole if whole == soonest else whole + timedelta(minutes=1)
    return first, last.replace(second=0, microsecond=0)


def by_day(search: Search, *, at: datetime) -> dict[date, list[datetime]]:
    """The beginnings by day, in the store's zone; days without one are missing."""
    found: dict[date, list[datetime]] = {}
    for moment in queries.starts(search.visit, search.first, search.last, at=at):
        starts = moment.astimezone(search.zone)
        found.setdefault(starts.date(), []).append(starts)
    return found


@dataclass(frozen=True)
class Served:
    """Who would serve and until when, if it were booked now."""

    staff: tuple[int | None, ...]
    ends_at: datetime


def who_would(search: Search, starts_at: datetime, *, at: datetime) -> Served | None:
    """Who would serve at this time; None when it is gone."""
    if not search.first <= starts_at < search.last:
        return None
    plan = queries.plan_at(search.visit, starts_at, at=at)
    if plan is None:
        return None
    return Served(tuple(one.staff for one in plan.services), moment_of(plan.end))


def parts_of(starts: Sequence[datetime]) -> list[tuple[str, list[datetime]]]:
    """The times of a day as morning, afternoon and evening, those without any left out."""
    borders = (("morning", time(0)), ("afternoon", time(12)), ("evening", time(17, 30)))
    found: dict[str, list[datetime]] = {}
    for moment in starts:
        part = [name for name, begins in borders if moment.time() >= begins][-1]
        found.setdefault(part, []).append(moment)
    return list(found.items())
