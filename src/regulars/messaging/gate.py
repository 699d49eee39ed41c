"""Whether someone may be written to, and when: plain values, no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.messaging.occasions import ASKED, MARKETING
from regulars.offer.hours import moment

CONSENT_CHANNEL = {"phone": "sms", "email": "email", "wechat": "wechat"}
"""Under which name consent speaks of a kind of address."""

Consents = Mapping[tuple[str, str], bool]
"""The word that counts, by purpose and channel."""


def consent_allows(purpose: str, kind: str, consents: Consents) -> bool:
    """Whether the customer's words let a message of this purpose go to this kind of address.

    A withdrawal counts whether it was said of this channel or of any; marketing needs a grant.
    """
    if purpose == ASKED:
        return True
    said = [consents.get((purpose, channel)) for channel in ("any", CONSENT_CHANNEL[kind])]
    if False in said:
        return False
    return True in said if purpose == MARKETING else True


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing goes out, in minutes of the day by a clock on the wall."""

    begins: int
    ends: int
    zone: ZoneInfo

    def over(self, at: datetime) -> datetime:
        """When a message may go that is ready at `at`: then, or at the end of the quiet hours."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        night = self.begins > self.ends
        quiet = (
            minute >= self.begins or minute < self.ends
            if night
            else self.begins <= minute < self.ends
        )
        if not quiet:
            return at
        tomorrow = night and minute >= self.begins
        end = moment(local.date() + timedelta(days=int(tomorrow)), self.ends, self.zone)
        return max(at, end)  # of an hour that comes twice in autumn, the first has gone by


def capped(
    purpose: str, *, today: int, marketing_this_week: int, most_a_day: int, marketing_a_week: int
) -> bool:
    """Whether the recipient has had enough, by what went out in the last day and week."""
    if purpose == ASKED:
        return False
    return today >= most_a_day or (purpose == MARKETING and marketing_this_week >= marketing_a_week)
