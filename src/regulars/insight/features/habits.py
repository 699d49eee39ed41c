"""How customers buy: online or in the store, dear or cheap within a category, loyal to whom.

And what they said: satisfaction and motive from survey answers among the events.
"""

from __future__ import annotations

from datetime import date

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.shop import Shop, Snapshot

ONLINE = ("web", "app", "online", "wechat", "delivery", "phone", "mini_program")
"""Channels without a visit; every other named channel is a store."""

FEWEST_IN_CATEGORY = 3
SURVEYS = ("survey", "rating", "review")
SCORE = r"^(satisfaction:)?([0-9]+(\.[0-9]+)?)$"
MOTIVE = r"^motive:(price|quality|service)$"
ANSWERS_DAYS = 365


def habits(shop: Shop, *, as_of: date) -> Table:
    """One row per customer who ever ordered or answered.

    Columns: online_share (of sold lines whose channel is known), discount_share (discount / price
    before discount), service_share (of the spend on lines whose kind is known; empty when the
    shop sells only one kind), staff_loyalty (share of the lines with the one member of staff who
    served most; empty when the shop has only one), price_place (0 to 1: mean place of what was
    bought among its category by price before discount, weighted by lines), satisfaction (0 to
    100, mean of the answers of 365 days), stated_motive (price, quality, service: the latest
    answer).
    """
    snapshot = shop.at(as_of)
    lines = _described(snapshot)
    sold = lines.filter(lines.customer_id.notnull() & (lines.amount >= 0))
    online = sold.channel.lower().isin(ONLINE)
    placed = sold.price_place.notnull()
    sums = sold.group_by("customer_id").aggregate(
        channels=sold.channel.count(),
        online=online.cast("int64").sum(),
        discount=total(sold.discount),
        paid=total(sold.amount, where=sold.discount.notnull()),
        on_services=total(sold.amount, where=sold.kind == "service").fill_null(0),
        on_either=total(sold.amount, where=sold.kind.notnull()),
        place=sold.price_place.sum(),
        placed=placed.cast("int64").sum(),
    )
    both_kinds = lines.kind.nunique() > 1
    sums = sums.cross_join(lines.aggregate(both_kinds=both_kinds))
    bought = sums.select(
        "customer_id",
        online_share=sums.online / sums.channels.nullif(0),
        discount_share=sums.discount / (sums.discount + sums.paid).nullif(0),
        service_share=sums.both_kinds.ifelse(sums.on_services / sums.on_either.nullif(0), None),
        price_place=sums.place / sums.placed.nullif(0) / _PLACE_STEPS,
    )
    bought = bought.left_join(_staff_loyalty(snapshot), "customer_id").drop("customer_id_right")
    return _with_answers(bought, snapshot)


_PLACE_STEPS = 1000
"""Places are whole thousandths, so that their sum does not depend on the order of the rows."""


def _described(snapshot: Snapshot) -> Table:
    lines = snapshot.lines
    places = _price_places(snapshot)
    if places is None:
        return lines.mutate(price_place=ibis.null("int64"))
    return lines.left_join(places, "product_id").drop("product_id_right")


def _price_places(snapshot: Snapshot) -> Table | None:
    """product_id, price_place: share of its category that is cheaper, ties counting half."""
    products = snapshot.shop.tables.get("products")
    if products is None:
        return None
    lines = snapshot.lines.filter((snapshot.lines.amount > 0) & (snapshot.lines.quantity > 0))
    sums = lines.group_by("product_id").aggregate(
        full=total(lines.amount + lines.discount.fill_null(0)),
        pieces=(lines.quantity * 100).round().cast("int64").sum(),
    )
    priced = sums.inner_join(products.select("product_id", "category"), "product_id")
    priced = priced.filter(priced.category.notnull() & (priced.pieces > 0))
    priced = priced.mutate(price=priced.full / priced.pieces)
    ranked = priced.mutate(
        below=ibis.rank().over(group_by="category", order_by="price"),
        among=priced.count().over(group_by="category"),
        alike=priced.count().over(group_by=["category", "price"]),
    )
    wide = ranked.filter(ranked.among >= FEWEST_IN_CATEGORY)
    place = (wide.below + (wide.alike - 1) / 2) / (wide.among - 1)
    return wide.select("product_id", price_place=(place * _PLACE_STEPS + 0.5).floor().cast("int64"))


def _staff_loyalty(snapshot: Snapshot) -> Table:
    lines = snapshot.lines
    served = lines.filter(
        lines.customer_id.notnull() & lines.staff_id.notnull() & (lines.amount >= 0)
    )
    by_staff = served.group_by("customer_id", "staff_id").aggregate(lines=served.count())
    most = by_staff.group_by("customer_id").aggregate(
        most=by_staff["lines"].max(), every=by_staff["lines"].sum()
    )
    several = by_staff.aggregate(several=by_staff.staff_id.nunique() > 1)
    told = most.cross_join(several)
    loyalty = told.several.ifelse(told.most / told.every, None)
    return told.select("customer_id", staff_loyalty=loyalty)


def _with_answers(bought: Table, snapshot: Snapshot) -> Table:
    events = snapshot.events
    if events is None:
        return bought.mutate(satisfaction=ibis.null("float64"), stated_motive=ibis.null("string"))
    answers = events.filter(events.kind.isin(SURVEYS) & events.key.notnull())
    joined = bought
    for part in (_satisfaction(answers, snapshot), _stated_motive(answers)):
        outer = joined.outer_join(part, "customer_id")
        either = outer.customer_id.coalesce(outer.customer_id_right)
        joined = outer.mutate(customer_id=either).drop("customer_id_right")
    return joined


def _satisfaction(answers: Table, snapshot: Snapshot) -> Table:
    """Answers are on a scale to 5, or to 10 as soon as the shop has one above 5."""
    recent = snapshot.today.delta(answers["at"].date(), unit="day") <= ANSWERS_DAYS
    scored = answers.filter(recent & answers.key.re_search(SCORE))
    number = scored.key.re_extract(SCORE, 2).nullif("").cast("float64")
    scored = scored.select("customer_id", points=(number * 100).round().cast("int64"))
    scale = scored.aggregate(ten=scored.points.max() > 500)
    own = scored.group_by("customer_id").aggregate(
        points=scored.points.sum(), answers=scored.count()
    )
    told = own.cross_join(scale)
    mean = told.points / told.answers
    percent: Column = told.ten.ifelse(mean / 10, mean / 5)
    return told.select("customer_id", satisfaction=percent)


def _stated_motive(answers: Table) -> Table:
    said = answers.filter(answers.key.re_search(MOTIVE))
    said = said.select("customer_id", "at", motive=said.key.re_extract(MOTIVE, 1))
    order = [ibis.desc("at"), ibis.asc("motive")]
    latest = said.mutate(place=ibis.row_number().over(group_by="customer_id", order_by=order))
    return latest.filter(latest.place == 0).select("customer_id", stated_motive=latest.motive)
