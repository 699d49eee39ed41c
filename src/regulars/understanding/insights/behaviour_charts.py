"""The pictures of cycle, regularity, trends, prices and new items, each with its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from regulars.kit import formats
from regulars.kit.charts import Chart, Series
from regulars.understanding.insights.charts import TALL_FROM, month_name, short_money
from regulars.understanding.insights.rules import Row
from regulars.understanding.traits_words import VALUES, value_words


def in_order(rows: Sequence[Row], band: str, dimension: str) -> list[Row]:
    """The rows in the order in which the bands are declared, the unknown last."""
    order = list(VALUES[dimension])
    return sorted(
        rows, key=lambda row: order.index(row[band]) if row[band] in order else len(order)
    )


def told(rows: Sequence[Row], band: str) -> list[Row]:
    """The rows of those of whom it can be told."""
    return [row for row in rows if row[band] is not None]


def _share(rows: Sequence[Row], band: str, *values: str) -> float:
    known = told(rows, band)
    people = sum(row["customers"] for row in known)
    return sum(row["customers"] for row in known if row[band] in values) / people if people else 0.0


def _bars(
    rows: Sequence[Row], band: str, dimension: str, sentence: str, x_name: str, *, across: bool
) -> Chart:
    known = told(rows, band)
    return Chart(
        kind="bars",
        sentence=sentence,
        x=[value_words(dimension, row[band]) for row in known],
        series=[Series(_("Customers"), [row["customers"] for row in known])],
        x_name=x_name,
        across=across,
    )


def cycle(rows: Sequence[Row]) -> Chart | None:
    """How many days those who came at least twice usually let pass; None when nobody did."""
    known = told(rows, "cycle_band")
    if not known:
        return None
    most = max(known, key=lambda row: row["customers"])
    sentence = _(
        "Most usual is %(band)s between two visits: %(share)s of those who came again."
    ) % {
        "band": value_words("cycle", most["cycle_band"]),
        "share": formats.percent(_share(rows, "cycle_band", most["cycle_band"])),
    }
    return _bars(rows, "cycle_band", "cycle", sentence, _("Usual gap"), across=False)


def regularity(rows: Sequence[Row]) -> Chart | None:
    """How many come like clockwork, how many at random."""
    if not told(rows, "regularity_band"):
        return None
    steady = _share(rows, "regularity_band", "clockwork", "regular")
    sentence = _("%(share)s of those with five visits or more come regularly; for the others the"
                 " next date can hardly be told.") % {"share": formats.percent(steady)}  # fmt: skip
    return _bars(rows, "regularity_band", "regularity", sentence, _("Regularity"), across=True)


def trends(spend: Sequence[Row], basket: Sequence[Row]) -> Chart:
    """Whose spend and whose amount per visit grows or falls."""
    values = ("growing", "steady", "falling", "unclear")
    counts = [
        {row["trend"]: row["customers"] for row in rows if row["trend"]} for rows in (spend, basket)
    ]
    series = [
        Series(name, [count.get(value, 0) for value in values], hue=hue)
        for name, count, hue in zip(
            (_("Spend, against the year before"), _("Amount per visit, by trend")),
            counts,
            (0, 2),
            strict=True,
        )
        if count
    ]
    return Chart(
        kind="bars",
        sentence=_trend_words(spend) if counts[0] else _basket_words(basket),
        x=[value_words("basket", value) for value in values],
        series=series,
        x_name=_("Trend"),
    )


def _trend_words(spend: Sequence[Row]) -> str:
    falling = next((row for row in spend if row["trend"] == "falling"), None)
    if falling is None:
        return _("Nobody is known to spend clearly less than the year before.")
    return _("%(count)s customers spent clearly less than the year before: %(lost)s less"
             " together.") % {
        "count": formats.count(falling["customers"]),
        "lost": short_money(falling["spend_prior_365d"] - falling["spend_365d"]),
    }  # fmt: skip


def _basket_words(basket: Sequence[Row]) -> str:
    counts = {row["trend"]: row["customers"] for row in basket}
    return _("Per visit %(growing)s customers leave more and more, %(falling)s less and less;"
             " comparing years needs two years on record.") % {
        "growing": formats.count(counts.get("growing", 0)),
        "falling": formats.count(counts.get("falling", 0)),
    }  # fmt: skip


def prices(rows: Sequence[Row]) -> Chart | None:
    """How many buy when it costs less clearly more often than the average."""
    if not told(rows, "price_band"):
        return None
    sentence = _("%(share)s buy at a lower price clearly more often than the average customer.") % {
        "share": formats.percent(_share(rows, "price_band", "high"))
    }
    return _bars(rows, "price_band", "price", sentence, _("Price sensitivity"), across=True)


def response_words(whole: Row) -> str:
    """What the pooled elasticity says, with its interval and how it is known."""
    if whole["low"] <= 0 <= whole["high"]:
        return _(
            "Over %(items)s items whose price moved, no clear response of sales to price can be"
            " seen: %(value)s, 80%% interval %(low)s to %(high)s."
        ) % _elasticity(whole)
    return _(
        "Over %(items)s items whose price moved: a price 1%% higher went with a change in units of"
        " %(value)s%% (80%% interval %(low)s%% to %(high)s%%). This was observed, not tried out:"
        " prices often move when business does."
    ) % _elasticity(whole)


def _elasticity(row: Row) -> dict[str, str]:
    values = {"value": row["elasticity"], "low": row["low"], "high": row["high"]}
    written = {name: formats.count(value, 1) for name, value in values.items()}
    return {"items": formats.count(row["items"]), **written}


def responses(rows: Sequence[Row], names: Mapping[str, str], whole: Row) -> Chart:
    """The elasticity of each item with its interval, and of all together."""
    shown = [whole, *rows]
    labels = [_("All together"), *(names.get(row["product_id"], row["product_id"]) for row in rows)]
    surest = min(shown, key=lambda row: row["high"] - row["low"])
    sentence = _("Surest: %(name)s, %(value)s (80%% interval %(low)s to %(high)s).") % {
        "name": labels[shown.index(surest)],
        **_elasticity(surest),
    }
    return Chart(
        kind="dots",
        sentence=sentence,
        x=labels,
        series=[
            Series(
                _("Change in units per 1% of price"),
                [row["elasticity"] for row in shown],
                low=[row["low"] for row in shown],
                high=[row["high"] for row in shown],
            )
        ],
        x_name=_("Item"),
        interval=_("80% interval"),
        tall=len(shown) >= TALL_FROM,
    )


def novelty(rows: Sequence[Row]) -> Chart | None:
    """How many take to new items."""
    if not told(rows, "novelty_band"):
        return None
    sentence = _("%(eager)s try new items clearly more often than the average, %(wary)s clearly"
                 " less.") % {
        "eager": formats.percent(_share(rows, "novelty_band", "eager")),
        "wary": formats.percent(_share(rows, "novelty_band", "wary")),
    }  # fmt: skip
    return _bars(rows, "novelty_band", "novelty", sentence, _("Appetite for new"), across=True)


def new_items(months: Sequence[Row]) -> Chart:
    """What part of the turnover new items bring, month by month."""
    last = months[-1]
    sentence = _("In %(month)s %(items)s new items brought %(share)s of the turnover.") % {
        "month": month_name(last["month"]),
        "items": formats.count(last["products"]),
        "share": formats.percent(last["share"]),
    }
    return Chart(
        kind="line",
        sentence=sentence,
        x=[month_name(row["month"]) for row in months],
        series=[Series(_("Share of new items"), [row["share"] for row in months])],
        unit="percent",
        x_name=_("Month"),
    )
