"""Who customers are, trends, prices and new items once more, slow and obvious, to compare with."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from math import exp, log, sqrt

from scipy import stats

from tests.unit.insight import oracle
from tests.unit.insight.oracle import Line, customers, known_lines, purchase_days


def who(lines: list[Line], as_of: date) -> dict:
    columns = ("age_band", "sex", "region", "occupation", "income_band", "source")
    return {customer: dict.fromkeys(columns) for customer in customers(lines, as_of)}


def trends(lines: list[Line], as_of: date) -> dict:
    return {
        customer: _trend([order for order in own if order["amount"] > 0], as_of)
        for customer, own in customers(lines, as_of).items()
    }


def _trend(bought: list[dict], as_of: date) -> dict:
    recent = [day for day in purchase_days(bought) if day >= as_of - timedelta(730)]
    names = ("growth", "growth_low", "growth_high", "growth_n", "trend")
    if len(recent) < 6 or (recent[-1] - recent[0]).days < 180:
        return {f"basket_{name}": None for name in names}
    x = [(day - as_of).days for day in recent]
    taken = [sum(order["amount"] for order in bought if order["day"] == day) for day in recent]
    fitted = stats.linregress(x, [round(1000 * log(amount)) / 1000 for amount in taken])
    slope, error = fitted.slope, fitted.stderr
    student = stats.t(len(recent) - 2)

    def yearly(level: float) -> float:
        return exp(365 * (slope + level * error)) - 1

    low, high = yearly(-student.ppf(0.9)), yearly(student.ppf(0.9))
    sure = student.ppf(0.95) * error
    trend = "steady" if low >= -0.25 and high <= 0.25 else "unclear"
    trend = "growing" if slope > sure else "falling" if slope < -sure else trend
    values = (yearly(0), low, high, len(recent), trend)
    return {f"basket_{name}": value for name, value in zip(names, values, strict=True)}


def _sold(lines: list[Line], as_of: date) -> list[Line]:
    return [line for line in known_lines(lines, as_of) if line["amount"] > 0 < line["quantity"]]


def _month(line: Line) -> int:
    return line["ordered_at"].year * 12 + line["ordered_at"].month - 1


def _usual_price(sold: list[Line], one: Line, as_of: date) -> float:
    now = as_of.year * 12 + as_of.month - 1
    same = [
        line
        for line in sold
        if line["product_id"] == one["product_id"]
        and (now - _month(line)) // 12 == (now - _month(one)) // 12
    ]
    full = sum(line["amount"] + (line["discount"] or 0) for line in same)
    return full / sum(line["quantity"] for line in same)


def price(lines: list[Line], as_of: date) -> dict:
    sold = _sold(lines, as_of)
    known = [line for line in sold if line["customer_id"] is not None]
    counts: dict[object, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for line in known:
        one, off = counts[line["customer_id"]], line["discount"] or 0
        unit = line["amount"] / line["quantity"]
        one[0] += 1
        one[1] += off > 0 or unit <= 0.95 * _usual_price(sold, line, as_of)
        one[2] += off > 0
        one[3] += off if line["ordered_at"].date() >= as_of - timedelta(365) else 0
    whole = [sum(one[at] for one in counts.values()) for at in range(3)]
    average = whole[1] / whole[0] if whole[0] else 0
    basis = "both"
    if whole[2] == 0:
        basis = "prices"
    elif whole[2] == whole[1]:
        basis = "discounts"
    return {
        customer: _price(counts[customer], len(purchase_days(own)), average, basis)
        for customer, own in customers(lines, as_of).items()
    }


def _price(counts: list[int], days: int, average: float, basis: str) -> dict:
    lines, cheap, _deals, discount = counts
    columns = ("deal_share", "price_sensitivity", "price_n", "price_band", "price_basis")
    row = {"discount_365d": discount, **dict.fromkeys(columns)}
    if lines and days >= 5 and 0 < average < 1:
        ratio = (cheap + 5 * average) / (lines + 5) / average
        apart = (cheap / lines - average) / sqrt(average * (1 - average) / min(days, lines))
        band = "low" if apart < -1.2815515655 and ratio <= 0.8 else "medium"
        band = "high" if apart > 1.2815515655 and ratio >= 1.25 else band
        values = (cheap / lines, ratio / (1 + ratio), days, band, basis)
        row |= dict(zip(columns, values, strict=True))
    return row


def novelty(lines: list[Line], as_of: date) -> dict:
    sold = _sold(lines, as_of)
    first: dict[object, int] = {}
    for line in sold:
        first[line["product_id"]] = min(_month(line), first.get(line["product_id"], 10**6))
    opened = min(first.values(), default=0)

    def new(line: Line) -> bool:
        since = first[line["product_id"]]
        return since - opened >= 3 and _month(line) - since < 3

    judged = [line for line in sold if _month(line) - opened >= 3]
    share = {}
    for month in {_month(line) for line in judged}:
        within = [line for line in judged if _month(line) == month]
        share[month] = round(1_000_000 * sum(map(new, within)) / len(within))
    rows = {}
    for customer in oracle.customers(lines, as_of):
        own = [line for line in judged if line["customer_id"] == customer]
        rows[customer] = _novelty(own, [line for line in own if new(line)], share)
    return rows


def _novelty(own: list[Line], new: list[Line], share: dict[int, int]) -> dict:
    columns = ("share", "spend_share", "ratio", "n", "band")
    expected = sum(share[_month(line)] for line in own) / 1_000_000
    if len(own) < 5 or expected < 0.5:
        return {f"novelty_{name}": None for name in columns}
    apart = (len(new) - expected) / sqrt(expected * (1 - min(0.999999, expected / len(own))))
    ratio = len(new) / expected
    band = "wary" if apart < -1.2815515655 and ratio <= 0.8 else "average"
    band = "eager" if apart > 1.2815515655 and ratio >= 1.25 else band
    spend = sum(line["amount"] for line in new) / sum(line["amount"] for line in own)
    values = (len(new) / len(own), spend, len(new) / expected, len(own), band)
    return {f"novelty_{name}": value for name, value in zip(columns, values, strict=True)}
