"""Relations between who customers are, how they buy and what they are worth, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from regulars.kit import formats
from regulars.kit.templatetags.formats import currency_sign
from regulars.understanding.customers.words import STAGES
from regulars.understanding.insights.rules import Row
from regulars.understanding.insights.words import CHANNELS
from regulars.understanding.traits_words import dimension_words, value_words

GROUPINGS: Mapping[str, Promise] = {
    "stage": pgettext_lazy("relation", "Stage"),
    "channel": pgettext_lazy("relation", "Favourite channel"),
    "hours": pgettext_lazy("relation", "Time of day"),
    "cycle": pgettext_lazy("relation", "Usual gap"),
    "regularity": pgettext_lazy("relation", "Regularity"),
    "price": pgettext_lazy("relation", "Price sensitivity"),
    "novelty": pgettext_lazy("relation", "Appetite for new"),
}

MEASURES: Mapping[str, Promise] = {
    "spend": pgettext_lazy("relation", "spend in 12 months"),
    "frequency": pgettext_lazy("relation", "visits in 12 months"),
    "average_order": pgettext_lazy("relation", "average order"),
    "gap": pgettext_lazy("relation", "days between visits"),
    "regularity": pgettext_lazy("relation", "regularity"),
    "deals": pgettext_lazy("relation", "share bought at a lower price"),
    "novelty": pgettext_lazy("relation", "share of new items"),
    "risk": pgettext_lazy("relation", "chance of not coming back"),
}

HOURS: Mapping[str, Promise] = {
    "morning": pgettext_lazy("time of day", "morning"),
    "noon": pgettext_lazy("time of day", "noon"),
    "afternoon": pgettext_lazy("time of day", "afternoon"),
    "evening": pgettext_lazy("time of day", "evening"),
    "night": pgettext_lazy("time of day", "night"),
}

VERDICTS: Mapping[str, Promise] = {
    "clear": pgettext_lazy("relation", "clear"),
    "weak": pgettext_lazy("relation", "there, but weak"),
    "none": pgettext_lazy("relation", "next to none"),
    "too_few": pgettext_lazy("relation", "too few customers to tell"),
}

MONEY = ("spend", "average_order")
SHARES = ("deals", "novelty", "risk")


@dataclass(frozen=True)
class Told:
    """One relation in words: between what, how strong with its interval, who most and who least."""

    pair: str
    verdict: str
    tone: str
    strength: str
    most: str
    least: str
    n: int
    p: str


def grouping(dimension: str) -> str:
    """What customers are parted by."""
    return str(GROUPINGS.get(dimension) or dimension_words(dimension))


def value(dimension: str, code: str) -> str:
    """What one group is called."""
    named: Mapping[str, Mapping[str, Promise]] = {
        "stage": STAGES,
        "channel": CHANNELS,
        "hours": HOURS,
    }
    if dimension in named:
        return str(named[dimension].get(code, code))
    return value_words(dimension, code)


def measured(measure: str, amount: float) -> str:
    """A median of a measure as a page writes it."""
    if measure in MONEY:
        return formats.money(round(amount), sign=currency_sign())
    if measure in SHARES:
        return formats.percent(amount, 0)
    if measure == "regularity":
        return formats.count(amount, 2)
    return formats.count(amount, 0 if float(amount).is_integer() else 1)


def found_between(rows: Sequence[Row]) -> list[Told]:
    """The relations that are there, the strongest verdict and then the surest size first."""
    there = [row for row in rows if row["verdict"] in ("clear", "weak")]
    order = ("clear", "weak")
    there.sort(key=lambda row: (order.index(row["verdict"]), -row["low"], -row["size"]))
    return [told(row) for row in there]


def told(row: Row) -> Told:
    """One relation in words."""
    measure = row["measure"]
    other = MEASURES.get(measure) if row["test"] == "kruskal_wallis" else None
    span = {"low": formats.count(row["low"], 2), "high": formats.count(row["high"], 2)}
    symbol = "ε²" if row["effect"] == "epsilon_squared" else "V"

    def end(which: str) -> str:
        if row[which] is None:
            return ""
        amount = measured(measure, row[f"{which}_median"])
        return f"{value(row['dimension'], row[which])} {amount}"

    return Told(
        pair=f"{grouping(row['dimension'])} · {other or grouping(measure)}",
        verdict=str(VERDICTS[row["verdict"]]),
        tone="good" if row["verdict"] == "clear" else "neutral",
        strength=f"{symbol} {formats.count(row['size'], 2)} ({span['low']}–{span['high']})",
        most=end("highest"),
        least=end("lowest"),
        n=row["n"],
        p=p_value(row["p_adjusted"]),
    )


def p_value(p: float | None) -> str:
    """A corrected p value, never smaller than can be said."""
    if p is None:
        return formats.MISSING
    return "< 0.001" if p < 0.001 else formats.count(p, 3)


def verdicts(rows: Sequence[Row], dimension: str) -> list[str]:
    """What a trait has to do with some measures: a sentence each, one for all it tells nothing of.

    Empty where there are too few customers to tell.
    """
    there = [row for row in rows if row["verdict"] in ("clear", "weak")]
    nothing = [str(MEASURES[row["measure"]]) for row in rows if row["verdict"] == "none"]
    sentences = [_verdict(row, dimension) for row in there]
    if nothing:
        names = {"trait": grouping(dimension), "measures": pgettext("list", ", ").join(nothing)}
        sentences.append(_("%(trait)s tells next to nothing about %(measures)s.") % names)
    return sentences


def _verdict(row: Row, dimension: str) -> str:
    names = {"trait": grouping(dimension), "measure": MEASURES[row["measure"]]}
    names |= {
        "most": value(dimension, row["highest"]),
        "high": measured(row["measure"], row["highest_median"]),
        "least": value(dimension, row["lowest"]),
        "low": measured(row["measure"], row["lowest_median"]),
    }
    if row["verdict"] == "clear":
        return _("%(trait)s and %(measure)s clearly go together: %(most)s has most (median"
                 " %(high)s), %(least)s least (%(low)s).") % names  # fmt: skip
    return _("%(trait)s and %(measure)s go together, but not strongly: %(most)s has most (median"
             " %(high)s), %(least)s least (%(low)s).") % names  # fmt: skip
