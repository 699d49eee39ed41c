"""Who a customer is and what to do, as codes with values; `sentences` puts them into words.

The advice is a rule of thumb over stage, rhythm and spend. It promises nothing, and the page says
what kind of knowledge it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from regulars.understanding.customers.filters import VALUABLE_FROM

BIRTHDAY_DAYS = 14
NOTHING_TO_SAY = ("keep_going", "wait_for_analysis")


@dataclass(frozen=True)
class Facts:
    """What the sentences are made from. Gaps in days; scores from 1 to 5.

    Attributes:
        stage: of the lifecycle; empty when no analysis knows the customer yet.
        gap: the usual one; None when nobody came twice yet.
        own_rhythm: whether the gap is at least partly the customer's own, not only the shop's.
        staff: who served them most, when it is clearly one.
        may_message: whether there is consent to marketing on any channel.
        worth: what they may spend in the next 12 months, from worth_low to worth_high (80%);
            minor units; None when it is not known or not for the reader.
    """

    today: date
    stage: str = ""
    visits: int = 0
    first_on: date | None = None
    last_on: date | None = None
    joined_on: date | None = None
    spend_score: int | None = None
    gap: float | None = None
    own_rhythm: bool = False
    expected_on: date | None = None
    birthday_on: date | None = None
    staff: str = ""
    may_message: bool = False
    worth: int | None = None
    worth_low: int | None = None
    worth_high: int | None = None

    @property
    def days_since(self) -> int | None:
        return (self.today - self.last_on).days if self.last_on else None

    @property
    def lateness(self) -> float | None:
        """Days since the last visit over the usual gap."""
        days = self.days_since
        return None if days is None or not self.gap else days / self.gap

    @property
    def valuable(self) -> bool:
        return (self.spend_score or 0) >= VALUABLE_FROM


@dataclass(frozen=True)
class Sentence:
    """One sentence: which, the figures, dates and names in it, and what is said in one breath."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)
    then: Sentence | None = None


def portrait(facts: Facts) -> list[Sentence]:
    """Who this is, how they come, and what to do; and a warning where a message is not allowed."""
    advice = _advice(facts)
    sentences = [_who(facts), _rhythm(facts), advice]
    if advice.code not in NOTHING_TO_SAY and not facts.may_message:
        sentences.append(Sentence("no_consent"))
    return [sentence for sentence in sentences if sentence.code]


def _who(facts: Facts) -> Sentence:
    if not facts.stage:
        return Sentence("not_analysed")
    if not facts.visits:
        return _dated("never_bought", joined=facts.joined_on)
    if facts.visits == 1:
        return Sentence("came_once", {"first": facts.first_on}, _worth(facts))
    score = max(2, facts.spend_score or 2)
    values = {"visits": facts.visits, "first": facts.first_on}
    return Sentence(f"spends_{score}", values, _worth(facts))


def _worth(facts: Facts) -> Sentence | None:
    if facts.worth is None:
        return None
    if not facts.worth_high:
        return Sentence("worth_nothing")
    names = ("worth", "worth_low", "worth_high")
    return Sentence("worth", {name: getattr(facts, name) for name in names})


def _dated(code: str, **dates: date | None) -> Sentence:
    if None in dates.values():
        return Sentence(f"{code}_undated")
    return Sentence(code, dict(dates))


def _rhythm(facts: Facts) -> Sentence:
    if not facts.stage:
        return Sentence("")
    if facts.gap is None or facts.lateness is None:
        return Sentence("no_rhythm")
    values = {"gap": facts.gap, "days": facts.days_since, "ratio": facts.lateness}
    if not facts.own_rhythm:
        return Sentence("rhythm_of_shop", values)
    if facts.stage in ("at_risk", "lost"):
        return Sentence("late", values)
    if facts.lateness >= 1:
        return Sentence("due", values)
    return Sentence("on_time", {**values, "expected": facts.expected_on})


def _advice(facts: Facts) -> Sentence:
    if not facts.stage:
        return Sentence("wait_for_analysis")
    if facts.stage == "lost":
        return Sentence("ask_why" if facts.valuable else "let_go")
    if facts.stage == "at_risk":
        if not facts.valuable:
            return Sentence("remind_late")
        return Sentence("call_with", {"staff": facts.staff}) if facts.staff else Sentence("call")
    if _birthday_soon(facts):
        return Sentence("birthday", {"birthday": facts.birthday_on})
    if facts.stage == "potential":
        return Sentence("invite")
    if (facts.lateness or 0) >= 1:
        return Sentence("remind")
    if facts.stage == "new" and facts.expected_on:
        return Sentence("next_visit", {"expected": facts.expected_on})
    return Sentence("keep_going")


def _birthday_soon(facts: Facts) -> bool:
    soon = facts.today + timedelta(days=BIRTHDAY_DAYS)
    return facts.birthday_on is not None and facts.today <= facts.birthday_on <= soon
