"""What a visit cost: lines at the prices of the day, discounts, goods taken along, returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from regulars.site.samples.salon import seasons, shop
from regulars.site.samples.salon.customers import Person
from regulars.site.samples.salon.visits import Visit

MEMBER_DAY = 8
"""The day of the month with a tenth off all goods."""


@dataclass(frozen=True)
class Line:
    """One line. Money in minor units; `amount` is after `discount`."""

    code: str
    quantity: int
    amount: int
    discount: int
    stylist: int


@dataclass(frozen=True)
class Receipt:
    """What was paid for a visit, or (`returned`) given back after it."""

    key: str
    person: int | None
    store: int
    day: date
    minute: int
    lines: tuple[Line, ...]
    returned: bool = False


def draw_lines(rng: Random, visit: Visit, person: Person | None, prices: shop.Prices) -> list[Line]:
    """The lines of a visit's receipt."""
    percent_off = _percent_off(rng, visit, person)
    lines = [
        _line(prices.on(visit.day, code), code, 1, percent_off, visit.stylist)
        for code in visit.services
    ]
    category = shop.SERVICE[visit.services[0]].category
    keen = 0.05 if person is None else 0.11 * person.spender
    keen *= 1.6 if person and "爱买产品" in person.tags else 1
    if rng.random() < keen:
        code = rng.choice(shop.BESIDE[category])
        quantity = 2 if rng.random() < 0.08 else 1
        off = 10 if visit.day.day == MEMBER_DAY else 0
        lines.append(_line(prices.on(visit.day, code), code, quantity, off, visit.stylist))
    return lines


def _percent_off(rng: Random, visit: Visit, person: Person | None) -> int:
    if person is None:
        return 0
    if visit.first and rng.random() < 0.5:
        return 20
    return rng.choice((5, 10, 12)) if rng.random() < 0.07 else 0


def _line(price: int, code: str, quantity: int, percent_off: int, stylist: int) -> Line:
    # Whole yuan come off, as a cashier does it.
    discount = price * quantity * percent_off // 10_000 * 100
    return Line(code, quantity, price * quantity - discount, discount, stylist)


def draw_return(rng: Random, receipt: Receipt, until: date) -> Receipt | None:
    """Now and then goods come back within the week."""
    goods = [line for line in receipt.lines if line.code in shop.PRODUCT]
    if not goods or rng.random() >= 0.035:
        return None
    day = receipt.day + timedelta(days=rng.randint(1, 7))
    if day >= until or seasons.closed(day):
        return None
    line = goods[0]
    back = Line(line.code, -line.quantity, -line.amount, 0, line.stylist)
    minute = rng.randint(seasons.OPENS + 30, seasons.CLOSES - 30)
    return Receipt(
        f"{receipt.key}-T", receipt.person, receipt.store, day, minute, (back,), returned=True
    )
