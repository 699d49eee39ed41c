"""What is known of a customer before the customer has a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Birth:
    """A birth date, perhaps without its year, or the year alone; `lunar` says that month and day
    are lunar."""

    month: int | None
    day: int | None
    year: int | None = None
    lunar: bool = False


@dataclass(frozen=True)
class ConsentDraft:
    """One word of a customer on one purpose and channel (see `models.Consent`)."""

    purpose: str
    channel: str
    granted: bool
    notice_version: str
    evidence: str
    at: datetime


@dataclass(frozen=True)
class CustomerDraft:
    """A customer to be added. Contacts are pairs of kind and text as written.

    Attributes:
        number: the customer or card number; made by the system when empty.
        external: pairs of source and value by which other systems know this customer.
    """

    name: str = ""
    number: str = ""
    sex: str = ""
    birth: Birth | None = None
    province: str = ""
    city: str = ""
    city_tier: str = ""
    occupation: str = ""
    income_band: str = ""
    found_us: str = ""
    joined_on: date | None = None
    contacts: tuple[tuple[str, str], ...] = ()
    external: tuple[tuple[str, str], ...] = ()
    consents: tuple[ConsentDraft, ...] = ()
    tags: tuple[str, ...] = ()
    custom: dict[str, Any] = field(default_factory=dict)
