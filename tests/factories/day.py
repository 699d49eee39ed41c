"""A day in the small salon that takes bookings: something in every state, and time left over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.booking import progress
from regulars.booking.actions import book
from regulars.kit.permissions import SYSTEM
from regulars.people.actions import add_customers
from regulars.people.drafts import CustomerDraft
from tests.factories.booking import Salon, clock, open_for_bookings

NOW = clock(14.4)
"""When somebody looks at it: 14:24 by the salon's clock."""

NAMES = ("吴佳怡", "赵敏", "曾黎", "于洋", "何冰", "李静")


@dataclass(frozen=True)
class Day:
    """The salon, and its appointments by the name of who comes."""

    salon: Salon
    appointments: dict[str, int]
    customers: dict[str, int]


def a_day(*, at: datetime) -> Day:
    """Books the day through the same actions as users do."""
    salon = open_for_bookings(at=at, customers=0)
    drafts = [
        CustomerDraft(name=name, contacts=(("phone", f"1380000{n:04}"),))
        for n, name in enumerate(NAMES, start=2380)
    ]
    customers = dict(zip(NAMES, add_customers(drafts, by=SYSTEM, at=at), strict=True))

    def booked(name: str, hour: float, *items: int, staff: int | None = salon.lin) -> int:
        visit = salon.visit(hour, *items, staff=staff, customer_id=customers[name])
        return book(visit, by=SYSTEM, at=at)

    found = {
        "李静": booked("李静", 10, salon.cut),
        "赵敏": booked("赵敏", 13.5, salon.colour),
        "吴佳怡": booked("吴佳怡", 16, salon.colour),
        "于洋": booked("于洋", 14, salon.cut, staff=salon.su),
        "何冰": booked("何冰", 12, salon.cut, staff=salon.su),
        "曾黎": booked("曾黎", 17, salon.care, staff=salon.su),
    }
    _progress(found)
    return Day(salon, found, customers)


def _progress(found: dict[str, int]) -> None:
    for name, came, left in (("李静", 10, 10.5), ("赵敏", 13.5, None)):
        progress.arrive(found[name], by=SYSTEM, at=clock(came))
        progress.start(found[name], by=SYSTEM, at=clock(came))
        if left is not None:
            progress.finish(found[name], by=SYSTEM, at=clock(left))
    progress.arrive(found["于洋"], by=SYSTEM, at=clock(14))
    progress.no_show(found["何冰"], by=SYSTEM, at=clock(12.5))
    progress.confirm(found["吴佳怡"], by=SYSTEM, at=clock(11))
