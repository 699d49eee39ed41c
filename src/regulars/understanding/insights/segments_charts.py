"""The pictures of the segments: the map, two groups side by side, one group over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.kit import formats
from regulars.kit.charts import Chart, Series
from regulars.kit.scatters import Cloud, Scatter
from regulars.understanding.insights import segments_rules as rules
from regulars.understanding.insights import segments_words as words
from regulars.understanding.insights.charts import month_name
from regulars.understanding.insights.rules import Row
from regulars.understanding.insights.segments_rules import Tile

ON_AN_AXIS = 2


def group_map(model: Mapping[str, Any], rows: Sequence[Row], tiles: Sequence[Tile]) -> Scatter:
    """Customers where they stand in the two directions that tell most."""
    explained = formats.percent(model["map"]["explained"], 0)
    sentence = _(
        "Near each other: people who buy alike. The two directions show %(share)s of all"
        " differences."
    ) % {"share": explained}
    clouds = [
        Cloud(
            one.name,
            str(one.number),
            one.number,
            [(row["x"], row["y"]) for row in rows if row["cluster"] == one.number],
        )
        for one in sorted(tiles, key=lambda one: one.number)
    ]
    return Scatter(
        sentence,
        [cloud for cloud in clouds if cloud.points],
        across=axis(model, "across"),
        up=axis(model, "up"),
        headings=(
            pgettext("group", "Group"),
            pgettext("on a map", "Points"),
            _("Middle across"),
            _("Middle up"),
        ),
    )


def axis(model: Mapping[str, Any], direction: str) -> str:
    """What more of a direction means, from its strongest weights."""
    weights = zip(model["map"][direction], model["scalings"], strict=True)
    strongest = sorted(weights, key=lambda pair: -abs(pair[0]))[:ON_AN_AXIS]
    codes = [scaling["feature"] + ("+" if weight > 0 else "-") for weight, scaling in strongest]
    return words.name_of(codes)


def side_by_side(model: Mapping[str, Any], one: Tile, other: Tile) -> Chart:
    """Where two groups stand against the middle of the shop, feature by feature."""
    rows = rules.compared(model, one.number, other.number)
    labels = [words.feature(name) for name, _place in rules.positions(model, one.number)]
    sentence = _("Furthest apart: %(label)s, %(one)s against %(other)s.") % {
        "label": rows[0].label,
        "one": rows[0].one,
        "other": rows[0].other,
    }
    return Chart(
        kind="dots",
        sentence=sentence,
        x=labels,
        series=[_standing(model, tile) for tile in (one, other)],
        x_name=pgettext("of customers", "Feature"),
        interval=_("80% interval"),
    )


def _standing(model: Mapping[str, Any], tile: Tile) -> Series:
    places = [round(place, 2) for _name, place in rules.positions(model, tile.number)]
    half = rules.margin(model, tile.number)
    return Series(
        tile.name,
        places,
        low=[round(place - half, 2) for place in places],
        high=[round(place + half, 2) for place in places],
        hue=tile.hue,
    )


def over_time(rows: Sequence[Row], tile: Tile) -> Chart:
    """The share of one group at the beginning of each month."""
    first, last = rows[0], rows[-1]
    sentence = _("%(name)s: %(now)s of the buyers now, %(then)s in %(month)s.") % {
        "name": tile.name,
        "now": formats.percent(last["share"]),
        "then": formats.percent(first["share"]),
        "month": month_name(first["month"]),
    }
    sampled = any(row["low"] < row["share"] for row in rows)
    return Chart(
        kind="line",
        sentence=sentence,
        x=[when(row["month"]) for row in rows],
        series=[
            Series(
                _("Share of the buyers"),
                [row["share"] for row in rows],
                low=[row["low"] for row in rows] if sampled else None,
                high=[row["high"] for row in rows] if sampled else None,
                hue=tile.hue,
            )
        ],
        unit="percent",
        x_name=_("Month"),
        interval=_("80% interval") if sampled else "",
    )


def comings(rows: Sequence[Row], tile: Tile) -> Chart:
    """Who came into one group and who left it, month by month."""
    moved = [row for row in rows if row["arrived"] is not None]
    arrived, left = (sum(row[column] for row in moved) for column in ("arrived", "left"))
    sentence = _("%(arrived)s came in and %(left)s left since %(month)s.") % {
        "arrived": formats.count(arrived),
        "left": formats.count(left),
        "month": month_name(rows[0]["month"]),
    }
    return Chart(
        kind="bars",
        sentence=sentence,
        x=[when(row["month"]) for row in moved],
        series=[
            Series(_("Came in"), [row["arrived"] for row in moved]),
            Series(_("Left it"), [row["left"] for row in moved]),
        ],
        x_name=_("Month"),
    )


def when(month: str) -> str:
    """A month by its name; the day of the analysis with its day."""
    year, number, day = month.split("-")
    return month_name(month) if day == "01" else f"{int(year)}/{int(number)}/{int(day)}"
