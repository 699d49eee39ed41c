"""Ready segmentations: by spend, frequency, satisfaction, value, motive, adoption and channel.

Every rule is declared here; cut-offs come from the shop's own distribution (``fit_cuts``), are
kept with the run and can be given again, so that next month is told by this month's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import ibis
import numpy as np
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.features.adoption import adoption
from regulars.insight.features.habits import habits
from regulars.insight.features.lifecycle import lifecycle
from regulars.insight.features.sample import sampled
from regulars.insight.shop import Shop

SPEND_POINTS = (40, 70, 90)
SPEND_BANDS = ("low", "middle", "high", "top")
FREQUENCY_BANDS = ("rare", "occasional", "regular", "often")
TIERS = ("elite", "middle", "new", "active", "latent")
MOTIVES = ("price", "service", "quality")
MOTIVE_FROM_DAYS = 3
PLACES = tuple(range(50, 100, 5))
CLEAR_PLACE = 5
"""A motive is clear from the upper quarter of the shop on: the fifth of ``PLACES`` is 70%."""

MOTIVE_FROM: Mapping[str, float] = {
    "discount_share": 0.05,
    "staff_loyalty": 0.6,
    "service_share": 0.6,
    "price_place": 0.6,
}
"""Below these a measure tells no motive, however the rest of the shop buys."""

EARLY_SHARE, LATE_SHARE = 16, 84
SATISFIED_FROM, DISSATISFIED_BELOW = 80, 60
STORE_HABIT, ONLINE_HABIT = 0.2, 0.8
SAMPLED = 100_000

_MEASURE_OF_MOTIVE: Mapping[str, tuple[str, ...]] = {
    "price": ("discount_share",),
    "service": ("staff_loyalty", "service_share"),
    "quality": ("price_place",),
}


@dataclass(frozen=True)
class SegmentationCuts:
    """Where the bands of a shop end, ascending; an empty tuple where it had nothing to tell.

    ``spend`` (minor units) and ``frequency`` (purchase days), both of 365 days, at the 40, 70 and
    90% points of those with any; ``places`` the 50 to 95% points of what tells a motive;
    ``adoption`` the 16 and 84% points of how early new products are bought.
    """

    spend: tuple[int, ...] = ()
    frequency: tuple[int, ...] = ()
    places: tuple[tuple[str, tuple[float, ...]], ...] = ()
    adoption: tuple[float, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> SegmentationCuts:
        data = json.loads(text)
        places = tuple((name, tuple(points)) for name, points in data["places"])
        return cls(tuple(data["spend"]), tuple(data["frequency"]), places, tuple(data["adoption"]))


def segmentations(shop: Shop, *, as_of: date, cuts: SegmentationCuts | None = None) -> Table:
    """One row per known customer, the columns of ``banded``."""
    measured = held_measures(shop, as_of=as_of)
    own = cuts or fit_cuts(shop, measured)
    return banded(measured, lifecycle(shop, as_of=as_of), own)


def held_measures(shop: Shop, *, as_of: date) -> Table:
    """``measures``, computed once for a snapshot and kept by the engine until it is released."""
    return shop.at(as_of).kept("measures", lambda: measures(shop, as_of=as_of))


def measures(shop: Shop, *, as_of: date) -> Table:
    """What the bands are told from: one row per known customer.

    Columns: purchase_days, recency_days, day_amount (mean net amount of a purchase day),
    purchase_days_365d, spend_365d, those of ``features.habits`` and of ``features.adoption``.
    """
    snapshot = shop.at(as_of)
    days = snapshot.day_totals
    age = snapshot.today.delta(days.day, unit="day")
    year = age <= 365
    counted = days.group_by("customer_id").aggregate(
        purchase_days=days.count(where=days.bought),
        recency_days=age.min(where=days.bought),
        bought_amount=total(days.amount, where=days.bought),
        purchase_days_365d=days.count(where=days.bought & year),
        spend_365d=total(days.amount, where=year).fill_null(0),
    )
    each = counted.bought_amount / counted.purchase_days.nullif(0)
    counted = counted.mutate(day_amount=each).drop("bought_amount")
    zero = ("purchase_days", "purchase_days_365d", "spend_365d")
    table = snapshot.with_listed(counted, zero=zero)
    for part in (habits(shop, as_of=as_of), adoption(shop, as_of=as_of)):
        table = table.left_join(part, "customer_id").drop("customer_id_right")
    return table


def fit_cuts(shop: Shop, measured: Table, *, seed: int = 0) -> SegmentationCuts:
    """The shop's own cut-offs, from at most about 100,000 of its buyers."""
    buyers = measured.filter(measured.purchase_days > 0)
    known = int(buyers.count().to_pyarrow().as_py())
    some = buyers
    if known > SAMPLED:
        some = buyers.filter(sampled(buyers.customer_id, SAMPLED / known, seed=seed))
    told = {name for names in _MEASURE_OF_MOTIVE.values() for name in names}
    wanted = ["spend_365d", "purchase_days_365d", "purchase_days", "adoption_place", *sorted(told)]
    found = some.select(**{name: some[name].cast("float64") for name in wanted}).to_pyarrow()
    columns = {
        name: found.column(name).to_numpy(zero_copy_only=False).astype(float) for name in wanted
    }
    often = columns["purchase_days"] >= MOTIVE_FROM_DAYS
    places = {name: _points(columns[name][often], PLACES) for name in sorted(told)}
    return SegmentationCuts(
        spend=_whole(columns["spend_365d"]),
        frequency=_whole(columns["purchase_days_365d"]),
        places=tuple((name, points) for name, points in places.items() if points),
        adoption=_points(columns["adoption_place"], (EARLY_SHARE, LATE_SHARE)),
    )


def banded(measured: Table, stages: Table, cuts: SegmentationCuts) -> Table:
    """One row per customer of ``measured``; ``stages`` gives ``stage`` as ``lifecycle`` does.

    Columns: spend_band, frequency_band, satisfaction_band, value_tier, motive, motive_basis
    ("survey" or "behaviour"), adopter, channel_habit. Each is empty where nothing tells it; its
    rule stands in the function that makes it.
    """
    known = measured.left_join(stages.select("customer_id", "stage"), "customer_id")
    motive = _motive(known, cuts)
    return known.select(
        "customer_id",
        spend_band=_spend_band(known, cuts),
        frequency_band=_frequency_band(known, cuts),
        satisfaction_band=_satisfaction_band(known),
        value_tier=_tier(known, cuts),
        motive=known.stated_motive.coalesce(motive),
        motive_basis=ibis.cases(
            (known.stated_motive.notnull(), "survey"),
            (motive.notnull(), "behaviour"),
            else_=ibis.null("string"),
        ),
        adopter=_adopter(known, cuts),
        channel_habit=_channel_habit(known),
    )


def _spend_band(known: Table, cuts: SegmentationCuts) -> Column:
    """By net spend of 365 days: low (up to the 40% point of those who spent), middle (to 70%),
    high (to 90%), top; none for buyers without spend in that time. Says nothing of margin.
    """
    return _band(known.spend_365d, known.purchase_days > 0, cuts.spend, SPEND_BANDS)


def _frequency_band(known: Table, cuts: SegmentationCuts) -> Column:
    """By purchase days of 365 days, at the same points: rare, occasional, regular, often, none.
    Where half of the buyers came once a band may stay empty: equal counts share a band.
    """
    bought = known.purchase_days > 0
    return _band(known.purchase_days_365d, bought, cuts.frequency, FREQUENCY_BANDS)


def _satisfaction_band(known: Table) -> Column:
    """By the mean of a customer's own answers (see ``habits``), in percent of the scale:
    satisfied from 80, dissatisfied below 60, else neutral. Only those who answered; they need not
    be like the others.
    """
    score = known.satisfaction
    return ibis.cases(
        (score >= SATISFIED_FROM, "satisfied"),
        (score < DISSATISFIED_BELOW, "dissatisfied"),
        (score.notnull(), "neutral"),
        else_=ibis.null("string"),
    )


def _tier(known: Table, cuts: SegmentationCuts) -> Column:
    """Elite, middle, new, active, latent; the first that holds. After the ABC grouping of
    customers, with the lifecycle's stage for who is new and who still comes.

    new: stage new · elite: spend of 365 days above the 90% point and not lost · middle: above the
    70% point and not lost · active: stage mature · latent: everybody else, also who never bought.
    """
    if not cuts.spend:
        elite = middle = ibis.literal(False)
    else:
        here = known.stage != "lost"
        elite = here & (known.spend_365d > cuts.spend[2])
        middle = here & (known.spend_365d > cuts.spend[1])
    return ibis.cases(
        (known.stage == "new", "new"),
        (elite, "elite"),
        (middle, "middle"),
        (known.stage == "mature", "active"),
        else_="latent",
    )


def _motive(known: Table, cuts: SegmentationCuts) -> Column:
    """What seems to matter most, from behaviour: price (share of discounts), service (stays with
    one member of staff, or buys services more than goods), quality (buys what is dear within its
    category).

    Each measure is placed among the shop's customers with three purchase days or more; the
    highest place wins from the upper 30% and from ``MOTIVE_FROM`` on, ties go to price, then
    service. A rule of thumb:
    behaviour shows what people did, not why. Empty below three purchase days and where no
    place is high.
    """
    points = dict(cuts.places)
    places = {
        motive: [_motive_place(known[name], points[name], name) for name in names if name in points]
        for motive, names in _MEASURE_OF_MOTIVE.items()
    }
    told = {
        motive: found[0] if len(found) == 1 else ibis.greatest(*found)
        for motive, found in places.items()
        if found
    }
    if not told:
        return ibis.null("string")
    best = ibis.greatest(*told.values()) if len(told) > 1 else next(iter(told.values()))
    clear = (known.purchase_days >= MOTIVE_FROM_DAYS) & (best >= CLEAR_PLACE)
    branches = [(clear & (told[motive] == best), motive) for motive in MOTIVES if motive in told]
    return ibis.cases(*branches, else_=ibis.null("string"))


def _adopter(known: Table, cuts: SegmentationCuts) -> Column:
    """How soon new products are bought, see ``adoption``: early (the first 16% of adopters),
    follower, late (the last 16%). The shares are those of Rogers (1962), Diffusion of
    Innovations: innovators and early adopters, both majorities, laggards. Needs two new products.
    """
    if not cuts.adoption:
        return ibis.null("string")
    early, late = cuts.adoption
    place = known.adoption_place
    return ibis.cases(
        (place <= early, "early"),
        (place > late, "late"),
        (place.notnull(), "follower"),
        else_=ibis.null("string"),
    )


def _channel_habit(known: Table) -> Column:
    """store (at most 20% of the lines online), online (at least 80%), else both."""
    share = known.online_share
    return ibis.cases(
        (share <= STORE_HABIT, "store"),
        (share >= ONLINE_HABIT, "online"),
        (share.notnull(), "both"),
        else_=ibis.null("string"),
    )


def _band(value: Column, bought: Column, cuts: Sequence[int], names: Sequence[str]) -> Column:
    branches = [(value <= cut, name) for cut, name in zip(cuts, names, strict=False)]
    return ibis.cases(
        (~bought, ibis.null("string")),
        (value <= 0, "none"),
        *branches,
        else_=names[-1] if cuts else "none",
    )


def _place(value: Column, points: Sequence[float]) -> Column:
    """How many of the points lie below a value; 0 when it is unknown."""
    above = [(value > point).cast("int8") for point in points]
    return sum(above[1:], start=above[0]).fill_null(0)


def _motive_place(value: Column, points: Sequence[float], name: str) -> Column:
    return (value >= MOTIVE_FROM[name]).fill_null(False).ifelse(_place(value, points), 0)


def _whole(values: np.ndarray) -> tuple[int, ...]:
    return tuple(round(point) for point in _points(values[values > 0], SPEND_POINTS))


def _points(values: np.ndarray, points: Sequence[int]) -> tuple[float, ...]:
    known = values[~np.isnan(values)]
    if not len(known) or known.min() == known.max():
        return ()
    found = np.percentile(known, points, method="inverted_cdf")
    return tuple(round(float(point), 6) for point in found)
