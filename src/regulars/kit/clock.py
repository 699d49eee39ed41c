"""The one place that reads the clock, for faces and jobs. Everything below takes a time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """The present moment, in UTC.

    A sample business whose data end in the past lives at `settings.STANDING_CLOCK` instead.
    """
    return settings.STANDING_CLOCK or datetime.now(UTC)


def zone() -> ZoneInfo:
    """The time zone of the business, where a store has not set its own."""
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """The present day in the zone of the business."""
    return now().astimezone(zone()).date()
