"""A small salon with two stores and two years of visits, the same on every call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from regulars.kit.permissions import SYSTEM
from regulars.offer.actions import ItemDraft, add_items, add_staff, add_store
from regulars.offer.models import Store
from regulars.people.actions import add_customers
from regulars.people.drafts import Birth, CustomerDraft
from regulars.sales.actions import LineDraft, OrderDraft, record_orders

ITEMS = (
    ItemDraft("cut", "service", "剪发", category="美发", price=18800),
    ItemDraft("colour", "service", "染发", category="染烫", price=58800),
    ItemDraft("care", "service", "护理", category="护理", price=26800),
    ItemDraft("shampoo", "product", "洗发水", category="洗护", brand="青木", price=12800),
)


@dataclass(frozen=True)
class Salon:
    """The ids of what was added. `stores[0]` is where most people go."""

    stores: tuple[Store, Store]
    customers: list[int]
    items: list[int]
    staff: list[int]

    def told(self) -> dict[str, list[int]]:
        """Its ids, for JSON."""
        stores = [store.pk for store in self.stores]
        return {
            "stores": stores,
            "customers": self.customers,
            "items": self.items,
            "staff": self.staff,
        }

    @classmethod
    def of(cls, told: dict[str, list[int]]) -> Salon:
        """The salon with these ids, which stands in the database."""
        north, south = (Store.objects.get(pk=pk) for pk in told["stores"])
        return cls((north, south), told["customers"], told["items"], told["staff"])


def open_salon(*, until: datetime, customers: int = 60, days: int = 730, seed: int = 7) -> Salon:
    """Writes the salon through the same actions as users do; nothing is sold after `until`."""
    random = Random(seed)
    at = until - timedelta(days=days)
    stores = (
        add_store("north", "国贸店", "Asia/Shanghai", by=SYSTEM, at=at),
        add_store("south", "望京店", "Asia/Shanghai", by=SYSTEM, at=at),
    )
    items = add_items(ITEMS, by=SYSTEM, at=at)
    staff = [
        add_staff(code, name, stores=[store], by=SYSTEM, at=at).pk
        for code, name, store in (("lin", "林晓雨", stores[0]), ("su", "苏敏", stores[1]))
    ]
    ids = add_customers([_customer(n, at) for n in range(customers)], by=SYSTEM, at=at)
    salon = Salon(stores, ids, items, staff)
    orders = _visits(salon, random, until, days) + _walk_ins(salon, random, until, days)
    record_orders(orders, by=SYSTEM, at=until)
    return salon


def _customer(n: int, at: datetime) -> CustomerDraft:
    month, day = 1 + n % 12, 1 + n % 28
    return CustomerDraft(
        name=f"客{n:02d}", joined_on=at.date(), birth=Birth(month, day, 1990, lunar=n % 5 == 0)
    )


def _visits(salon: Salon, random: Random, until: datetime, days: int) -> list[OrderDraft]:
    orders = []
    for n, customer in enumerate(salon.customers[:-3]):  # the last three never came
        gap = random.choice((21, 30, 45, 60))
        moment = until - timedelta(days=random.randint(days // 4, days - 1))
        # Every fifth slipped away half a year ago, every seventh is about to.
        stop = until - timedelta(days=180 if n % 5 == 0 else 80 if n % 7 == 0 else 0)
        while moment < stop:
            home = 0 if n % 3 else 1
            orders.append(_order(salon, random, moment, home, customer))
            moment += timedelta(days=max(1, round(random.gauss(gap, 5))))
    return orders


def _walk_ins(salon: Salon, random: Random, until: datetime, days: int) -> list[OrderDraft]:
    return [
        _order(salon, random, until - timedelta(days=random.randint(1, days - 1)), 0, None)
        for _ in range(40)
    ]


def _order(
    salon: Salon, random: Random, moment: datetime, home: int, customer: int | None
) -> OrderDraft:
    local = datetime.combine(moment.date(), datetime.min.time(), UTC)
    at = local + timedelta(hours=random.randint(2, 11), minutes=random.randint(0, 59))
    lines = [_line(salon, random.choice((0, 0, 1, 2)), salon.staff[home])]
    if random.random() < 0.2:
        lines.append(_line(salon, 3, salon.staff[home]))
    if random.random() < 0.03:
        lines = [_line(salon, 3, None, back=True)]
    key = f"{moment.date()}-{customer}-{random.random():.9f}"
    at = min(at, moment)
    return OrderDraft("till", key, salon.stores[home].pk, at, tuple(lines), customer)


def _line(salon: Salon, which: int, staff: int | None, *, back: bool = False) -> LineDraft:
    price = ITEMS[which].price or 0
    sign = -1 if back else 1
    return LineDraft(salon.items[which], Decimal(sign), sign * price, staff_id=staff)


def day(moment: datetime) -> date:
    """The calendar day in Shanghai."""
    return (moment + timedelta(hours=8)).date()
