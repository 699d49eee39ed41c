"""How one figure is explained: the shape, and the words for who, behaviour and lifecycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Method:
    """One figure explained. `query` narrows the list of customers to those behind it."""

    title: Promise
    words: Promise
    formula: Promise
    query: str | None = None


BEHAVIOUR: Mapping[str, Method] = {
    "who": Method(
        _("Who they are"),
        _(
            "What is on record about age, sex, region, occupation, income and how they found the "
            "shop; nothing is guessed. Ages go by the year of birth. Means are over those who ever "
            "bought; a group of fewer than 10 of them gets no interval, and nothing should be read "
            "off it."
        ),
        _(
            "mean ± 1.28 × standard deviation ÷ √n: the 80% interval; frequency is days with a "
            "purchase in the last 365 days"
        ),
        "",
    ),
    "relations": Method(
        _("What goes together"),
        _(
            "With many customers everything differs “significantly”, and with many comparisons "
            "something always does. So every pair is tested, the results are corrected for their "
            "number, and only what is sure and large enough is called a relation. Groups under 10 "
            "and pairs under 60 customers are left out. That two things go together does not say "
            "that one causes the other."
        ),
        _(
            "groups against an amount: Kruskal–Wallis, size ε² (weak from 0.01, clear from 0.06); "
            "groups against groups: χ², Cramér's V less its bias (0.1, 0.3); p corrected by "
            "Benjamini and Hochberg, sure below 0.05; at most 100,000 customers drawn at random"
        ),
    ),
    "cycle": Method(
        _("How long between two visits"),
        _(
            "The usual gap of everybody who came on two days or more, in classes of days. With "
            "fewer than five gaps of their own it is mixed with the shop's."
        ),
        _("usual gap = (n × own median + 2 × shop's) ÷ (n + 2)"),
        "",
    ),
    "regularity": Method(
        _("How steadily they come"),
        _(
            "How much the gaps of one person differ among themselves, from four gaps on. 1 is a "
            "clock, 0 chance, below 0 bursts with long breaks."
        ),
        _(
            "minus the burstiness of a short series (Kim and Jo 2016); like clockwork from 0.6, "
            "regular from 0.2, at random down to −0.2"
        ),
        "",
    ),
    "trends": Method(
        _("Who spends more, who less"),
        _(
            "Spend: the last 12 months against the 12 before; only for who was known throughout. "
            "Per visit: whether the amount of a visit grows over the last two years by more than "
            "chance, from six visits over half a year on."
        ),
        _(
            "spend: growing from 1.25 times, falling from 0.8 times; per visit: slope of the "
            "logarithm of the amount, growing or falling when its 90% interval leaves out zero, "
            "steady when the 80% interval lies within ±25% a year"
        ),
        "",
    ),
    "price": Method(
        _("Price sensitivity"),
        _(
            "Who buys at a lower price more often than the shop's average customer: lines with "
            "something taken off, or at least 5% under the item's usual price of that year. From "
            "five visits on. It tells what someone did, not what they would do at another price."
        ),
        _(
            "share of such lines against the shop's; high or low when a quarter off and when "
            "chance alone would do so in one of ten at most, visits counted as cases; score "
            "R ÷ (1 + R), R = share ÷ average"
        ),
        "in=price:high",
    ),
    "response": Method(
        _("What a price does to sales"),
        _(
            "Month by month: did more units go when the price was lower? Busy months and slow "
            "change are taken out. It was observed, not tried out: who lowers prices when business "
            "is slow sees too weak an answer here, who sells bundles cheaper too strong a one. Try "
            "a price before you trust it."
        ),
        _(
            "log(units ÷ lines of the shop) = a + e × log(mean price) + b × month; items pooled by "
            "DerSimonian and Laird; 80% interval"
        ),
    ),
    "novelty": Method(
        _("New items"),
        _(
            "An item is new in the month of its first sale and the two that follow; what was there "
            "in the first three months on record never is. Someone tries new things when more of "
            "their lines are new than the average customer's in the same months."
        ),
        _(
            "new lines ÷ lines expected from the shop's share of new items in each month; eager or "
            "wary when a quarter off and when chance alone would do so in one of ten at most"
        ),
        "in=novelty:eager",
    ),
    "flows": Method(
        _("Who moved where"),
        _(
            "At the end of each month everybody stands in the stage they would have been shown in "
            "that day, told only from what was known then. A stream counts those who stood in one "
            "stage at the start of the month and in one at its end."
        ),
        _("customers by stage at the start × stage at the end of the month"),
    ),
    "moves": Method(
        _("What may come next"),
        _(
            "The moves of the last 3, 6 or 12 months, whichever would have told the months before "
            "best, are the chances of the moves to come. Everybody in a stage gets the same "
            "chance, so this tells how many, not who. Someone seen ten times counts as one "
            "customer in the interval. A change of business, such as a new store or a price rise, "
            "is not foreseen."
        ),
        _(
            "Markov chain of the first order, Dirichlet prior with Jeffreys' weights; 80% interval "
            "from 400 draws of chances, newcomers and each customer's own luck"
        ),
    ),
    "stage-value": Method(
        _("What a stage brings and costs"),
        _(
            "Spent since: what those who stood in the stage a year ago have spent from then on, "
            "wherever they stand now; in a younger shop from as far back as there are whole "
            "months. Beside it what was taken off for them, and the sum of what is expected of "
            "every single customer now in the stage. What it cost to win them is shown where it "
            "is known."
        ),
        _("mean of the spend of each since then ± 1.28 × standard deviation ÷ √n"),
    ),
}
