"""The features of ``regulars.insight`` once more, slow and obvious, to compare with.

Input is a list of lines as dictionaries. Every function answers customer_id -> row.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import floor, sqrt
from statistics import mean, median, pstdev

from regulars.insight.features.rfm import SEGMENTS

Line = dict[str, object]


def known_lines(lines: list[Line], as_of: date) -> list[Line]:
    return [line for line in lines if line["ordered_at"] < datetime.combine(as_of, time.min)]


def orders(lines: list[Line], as_of: date) -> list[dict]:
    found: dict[tuple, dict] = {}
    for line in known_lines(lines, as_of):
        day = line["ordered_at"].date()
        key = (line["customer_id"], line["order_id"], day)
        order = found.setdefault(
            key, {"customer_id": key[0], "day": day, "at": line["ordered_at"], "amount": 0}
        )
        order["at"] = min(order["at"], line["ordered_at"])
        order["amount"] += line["amount"]
    return list(found.values())


def customers(lines: list[Line], as_of: date) -> dict[object, list[dict]]:
    """Everyone who ever ordered, with their orders."""
    found = defaultdict(list)
    for order in orders(lines, as_of):
        if order["customer_id"] is not None:
            found[order["customer_id"]].append(order)
    return found


def purchase_days(own: list[dict]) -> list[date]:
    return sorted({order["day"] for order in own if order["amount"] > 0})


def summary(lines: list[Line], as_of: date) -> dict:
    rows = {}
    for customer, own in customers(lines, as_of).items():
        days = purchase_days(own)
        taken = [sum(o["amount"] for o in own if o["day"] == day) for day in days]
        rows[customer] = {
            "first_on": days[0] if days else None,
            "last_on": days[-1] if days else None,
            "recency_days": (as_of - days[-1]).days if days else None,
            "tenure_days": (as_of - days[0]).days if days else None,
            "active_days": (days[-1] - days[0]).days if days else None,
            "purchase_days": len(days),
            "repeat_days": max(0, len(days) - 1),
            "spend": sum(order["amount"] for order in own),
            "repeat_spend": mean(taken[1:]) if len(days) > 1 else None,
        }
    return rows


def amount(lines: list[Line], as_of: date) -> dict:
    rows = {}
    for customer, own in customers(lines, as_of).items():
        bought = [order["amount"] for order in own if order["amount"] > 0]
        year = _spent(own, as_of - timedelta(365), as_of)
        before = _spent(own, as_of - timedelta(730), as_of - timedelta(365))
        trend = None
        if before > 0 and min(order["day"] for order in own) <= as_of - timedelta(730):
            trend = "steady"
            if year >= 1.25 * before:
                trend = "growing"
            if year <= 0.8 * before:
                trend = "falling"
        rows[customer] = {
            "purchases": len(bought),
            "spend": sum(order["amount"] for order in own),
            "purchase_days_365d": len(
                [day for day in purchase_days(own) if day >= as_of - timedelta(365)]
            ),
            "spend_365d": year,
            "spend_prior_365d": before,
            "average_order": mean(bought) if bought else None,
            "largest_order": max(bought, default=None),
            "smallest_order": min(bought, default=None),
            "trend": trend,
        }
    return rows


def _spent(own: list[dict], start: date, end: date) -> int:
    return sum(order["amount"] for order in own if start <= order["day"] < end)


def even_cuts(values: list[int]) -> tuple[int, ...]:
    """A fifth of all, then a quarter of the rest, a third, half."""
    rest, cuts = sorted(values), []
    for bands_left in (5, 4, 3, 2):
        if not rest:
            break
        needed = -(-len(rest) // bands_left)
        cut = rest[needed - 1]
        rest = [value for value in rest if value > cut]
        if rest:
            cuts.append(cut)
    return tuple(cuts)


def rfm(lines: list[Line], as_of: date) -> dict:
    history = summary(lines, as_of)
    buyers = [row for row in history.values() if row["purchase_days"]]
    cuts = {
        name: even_cuts([row[name] for row in buyers])
        for name in ("recency_days", "purchase_days", "spend")
    }
    rows = {}
    for customer, row in history.items():
        bands = {
            name: sum(row[name] > cut for cut in cuts[name]) if row["purchase_days"] else None
            for name in cuts
        }
        bought = row["purchase_days"] > 0
        r = 5 - bands["recency_days"] if bought else None
        f = 1 + bands["purchase_days"] if bought else None
        rows[customer] = {
            "recency_days": row["recency_days"],
            "frequency": row["purchase_days"],
            "spend": row["spend"],
            "r_score": r,
            "f_score": f,
            "m_score": 1 + bands["spend"] if bought else None,
            "segment": SEGMENTS[r][f - 1] if bought else None,
        }
    return rows


def rhythm(lines: list[Line], as_of: date) -> dict:
    days_of = {who: purchase_days(own) for who, own in customers(lines, as_of).items()}
    gaps_of = {who: [(b - a).days for a, b in pairwise(days)] for who, days in days_of.items()}
    medians = [median(gaps) for gaps in gaps_of.values() if gaps]
    shop_gap = median(medians) if medians else None
    return {who: _rhythm(days, gaps_of[who], shop_gap, as_of) for who, days in days_of.items()}


def _rhythm(days: list[date], gaps: list[int], shop_gap: float | None, as_of: date) -> dict:
    usual, basis = shop_gap, "shop" if shop_gap is not None else None
    if gaps:
        usual = (len(gaps) * median(gaps) + 2 * shop_gap) / (len(gaps) + 2)
        basis = "blended"
    if len(gaps) >= 5:
        usual, basis = median(gaps), "own"
    if not days:
        usual = basis = None
    recency = (as_of - days[-1]).days if days else None
    timed = days and usual is not None
    return {
        "purchase_days": len(days),
        "first_on": days[0] if days else None,
        "last_on": days[-1] if days else None,
        "tenure_days": (as_of - days[0]).days if days else None,
        "recency_days": recency,
        "gaps": len(gaps),
        "own_gap_days": median(gaps) if gaps else None,
        "long_gap_days": _quantile(gaps, 0.9) if len(gaps) >= 5 else None,
        "mean_gap_days": mean(gaps) if gaps else None,
        "regularity": _regularity(gaps),
        "usual_gap_days": usual,
        "rhythm_basis": basis,
        "expected_next_on": days[-1] + timedelta(floor(usual + 0.5)) if timed else None,
        "overdue_ratio": recency / usual if timed else None,
    }


def _quantile(values: list[int], share: float) -> float:
    """Linear between the two nearest, as in the definition 7 of Hyndman & Fan."""
    rising = sorted(values)
    place = share * (len(rising) - 1)
    low = floor(place)
    high = min(low + 1, len(rising) - 1)
    return rising[low] + (place - low) * (rising[high] - rising[low])


def _regularity(gaps: list[int]) -> float | None:
    n = len(gaps)
    if n < 2:
        return None
    r = pstdev(gaps) / mean(gaps)
    burstiness = (sqrt(n + 1) * r - sqrt(n - 1)) / ((sqrt(n + 1) - 2) * r + sqrt(n - 1))
    return -burstiness


def lifecycle(lines: list[Line], as_of: date) -> dict:
    return {who: _stage(row) for who, row in rhythm(lines, as_of).items()}


def _stage(row: dict) -> dict:
    recency, ratio = row["recency_days"], row["overdue_ratio"]
    if recency is None:
        return {"stage": "potential", "stage_rule": "no_purchase", "stage_basis": None}
    if ratio is None:
        late, lost = recency >= 90, recency >= 180
    else:
        long = row["long_gap_days"] or 0
        late = ratio >= 2 and recency >= max(14, long)
        lost = ratio >= 4 and recency >= max(60, 2 * long)
    few = row["purchase_days"] < 3
    stage, rule = ("new", "few_purchases") if few else ("mature", "within_rhythm")
    if late:
        stage, rule = "at_risk", "late"
    if lost:
        stage, rule = "lost", "very_late"
    return {
        "stage": stage,
        "stage_rule": rule,
        "stage_basis": row["rhythm_basis"] or "fixed_days",
    }


def preference(lines: list[Line], as_of: date, products: dict[object, dict]) -> dict:
    columns = {
        "product": lambda line: line["product_id"],
        "category": lambda line: products.get(line["product_id"], {}).get("category"),
        "brand": lambda line: products.get(line["product_id"], {}).get("brand"),
        "staff": lambda line: line["staff_id"],
        "channel": lambda line: line["channel"],
        "store": lambda line: line["store_id"],
    }
    rows = {}
    for customer in customers(lines, as_of):
        own = [x for x in known_lines(lines, as_of) if x["customer_id"] == customer]
        row: dict[str, object] = {}
        for subject, value_of in columns.items():
            top, share, distinct, variety = _favourite(own, value_of)
            row[f"top_{subject}"], row[f"top_{subject}_share"] = top, share
            if subject == "product":
                row["distinct_products"], row["product_variety"] = distinct, variety
            if subject == "category":
                row["distinct_categories"], row["category_variety"] = distinct, variety
        sold = [x for x in own if x["amount"] >= 0 and x["discount"] is not None]
        off = sum(x["discount"] for x in sold)
        full = off + sum(x["amount"] for x in sold)
        row["discount_share"] = off / full if full else None
        rows[customer] = row
    return rows


def _favourite(own: list[Line], value_of) -> tuple[object, float | None, int, float | None]:
    spend: dict[object, int] = defaultdict(int)
    count: dict[object, int] = defaultdict(int)
    for line in own:
        value = value_of(line)
        if value is not None:
            spend[value] += line["amount"]
            count[value] += 1
    above = [value for value in spend if spend[value] > 0]
    if not above:
        return None, None, 0, None
    shares = [spend[value] / sum(spend[one] for one in above) for value in above]
    top = min(above, key=lambda value: (-spend[value], -count[value], value))
    share = spend[top] / sum(spend[value] for value in above)
    return top, share, len(above), 1 / sum(one**2 for one in shares)


def timing(lines: list[Line], as_of: date) -> dict:
    rows = {}
    for customer, own in customers(lines, as_of).items():
        bought = [order for order in own if order["amount"] > 0]
        clocked = [order for order in bought if order["at"].time() != time.min]
        weekday, weekday_share = _preferred(bought, lambda order: order["day"].isoweekday())
        hours, hours_share = _preferred(clocked, lambda order: hour_band(order["at"].hour))
        rows[customer] = {
            "preferred_weekday": weekday,
            "weekday_share": weekday_share,
            "preferred_hours": hours,
            "hours_share": hours_share,
        }
    return rows


def hour_band(hour: int) -> str:
    bands = ((5, 11, "morning"), (11, 14, "noon"), (14, 17, "afternoon"), (17, 22, "evening"))
    return next((name for start, end, name in bands if start <= hour < end), "night")


def _preferred(bought: list[dict], value_of) -> tuple[object, float | None]:
    if not bought:
        return None, None
    times: dict[object, int] = defaultdict(int)
    spend: dict[object, int] = defaultdict(int)
    for order in bought:
        times[value_of(order)] += 1
        spend[value_of(order)] += order["amount"]
    top = min(times, key=lambda value: (-times[value], -spend[value], value))
    return top, times[top] / len(bought)


def no_return(lines: list[Line], day: date, horizon_days: int) -> dict:
    """customer -> (overdue ratio, purchase days, stayed away) as seen on a past day."""
    seen = {}
    everyone = customers(lines, date.max)
    for customer, row in rhythm(lines, day).items():
        if row["purchase_days"]:
            later = purchase_days(everyone[customer])
            back = any(day <= d < day + timedelta(horizon_days) for d in later)
            seen[customer] = (row["overdue_ratio"], row["purchase_days"], not back)
    return seen
