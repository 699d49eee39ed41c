"""Everything the page of one customer shows, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from regulars.kit import formats
from regulars.offer.models import Item, Staff, Store
from regulars.people import queries as people
from regulars.people.birthdays import age, next_birthday
from regulars.people.models import Customer, CustomerTag, CustomField, Relation
from regulars.understanding import queries
from regulars.understanding.customers import rules
from regulars.understanding.customers.own_fields import YES_NO
from regulars.understanding.customers.words import HOURS, WEEKDAYS
from regulars.understanding.models import CustomerResult, Run

CLEAR_FAVOURITE = 0.5


@dataclass(frozen=True)
class Favourite:
    """What a customer prefers in one respect, and its share of their spend or visits."""

    kind: str
    name: str
    share: float | None


@dataclass(frozen=True)
class Profile:
    """A customer with what the last published run found of them."""

    customer: Customer
    today: date
    run: Run | None
    result: CustomerResult | None
    favourites: list[Favourite]
    consents: Mapping[tuple[str, str], bool]

    @property
    def age(self) -> int | None:
        return age(self.customer, self.today)

    @property
    def birthday_on(self) -> date | None:
        return next_birthday(self.customer, self.today)

    @property
    def detail(self) -> Mapping[str, Any]:
        return self.result.detail if self.result else {}

    @property
    def gaps(self) -> int:
        """How many gaps between visits the customer's own rhythm rests on."""
        return int(self.detail.get("gaps") or 0)

    @property
    def rates(self) -> Mapping[str, Any]:
        """What the run says of its return rates: horizon, level, back-test, what is missing."""
        return self.run.manifest.get("return_rates", {}) if self.run else {}

    @property
    def warning(self) -> Mapping[str, Any]:
        """What the run says of its churn warning: method, level, windows, back-test, missing."""
        return self.run.manifest.get("churn", {}) if self.run else {}

    @property
    def horizon_days(self) -> int | None:
        """Within how many days the chance of staying away is told."""
        return self.detail.get("churn_horizon_days") or self.rates.get("horizon_days")

    @property
    def value(self) -> Mapping[str, Any]:
        """What the run says of its value model: horizon, level, back-test, what is missing."""
        return self.run.manifest.get("clv", {}) if self.run else {}

    def sentences(self, *, amounts: bool = True) -> list[rules.Sentence]:
        """Who this is and what to do; without ``amounts`` no money is named."""
        return rules.portrait(self._facts(amounts))

    def _facts(self, amounts: bool) -> rules.Facts:
        result = self.result
        staff = next((one for one in self.favourites if one.kind == "staff"), None)
        clear = staff is not None and (staff.share or 0) >= CLEAR_FAVOURITE
        known = rules.Facts(
            today=self.today,
            joined_on=self.customer.joined_on,
            birthday_on=self.birthday_on,
            staff=staff.name if staff and clear else "",
            may_message=any(
                word for (purpose, _), word in self.consents.items() if purpose == "marketing"
            ),
        )
        if result is None:
            return known
        return rules.Facts(
            **{
                **known.__dict__,
                "stage": result.stage,
                "visits": result.purchase_days,
                "first_on": result.first_on,
                "last_on": result.last_on,
                "spend_score": result.m_score,
                "gap": result.usual_gap_days,
                "own_rhythm": self.gaps > 0,
                "expected_on": result.expected_next_on,
                "worth": result.expected_spend if amounts else None,
                "worth_low": result.expected_spend_low,
                "worth_high": result.expected_spend_high,
            }
        )


def profile_of(customer: Customer, *, today: date) -> Profile:
    """The profile of a customer as the last published run knows them."""
    run = queries.last_published()
    result = queries.result_of(run, customer.pk) if run else None
    return Profile(
        customer=customer,
        today=today,
        run=run,
        result=result,
        favourites=_favourites(result.detail) if result else [],
        consents=people.consents_of(customer.pk),
    )


_NAMED: Mapping[str, type[Model]] = {"product": Item, "staff": Staff, "store": Store}


def _favourites(detail: Mapping[str, Any]) -> list[Favourite]:
    found = []
    for kind in ("product", "category", "brand", "staff", "store"):
        name = _name(kind, detail.get(f"top_{kind}"))
        if name:
            found.append(Favourite(kind, name, detail.get(f"top_{kind}_share")))
    weekday, hours = detail.get("preferred_weekday"), detail.get("preferred_hours")
    if weekday:
        name = str(WEEKDAYS[int(weekday) - 1])
        found.append(Favourite("weekday", name, detail.get("weekday_share")))
    if hours in HOURS:
        found.append(Favourite("hours", str(HOURS[hours]), detail.get("hours_share")))
    return found


def _name(kind: str, value: Any) -> str:
    if value is None or kind not in _NAMED:
        return "" if value is None else str(value)
    named = _NAMED[kind]._default_manager.filter(pk=value).values_list("name", flat=True).first()
    return str(named or "")


@dataclass(frozen=True)
class CustomValue:
    label: str
    value: str


def custom_values(customer: Customer) -> list[CustomValue]:
    """The fields the business added, with this customer's values, in the order of their labels."""
    fields = CustomField.objects.filter(key__in=customer.custom).order_by("label")
    return [
        CustomValue(field.label, _shown(customer.custom[field.key]))
        for field in fields
        if customer.custom[field.key] not in (None, "")
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " · ".join(str(each) for each in value)
    if isinstance(value, bool):
        return str(YES_NO["yes" if value else "no"])
    return formats.count(value) if isinstance(value, float) else str(value)


def tags_of(customer: Customer) -> list[CustomerTag]:
    """The tags a customer wears, oldest first."""
    return list(CustomerTag.objects.filter(customer=customer).select_related("tag").order_by("at"))


@dataclass(frozen=True)
class Relations:
    """Who brought this customer, whom they brought, and their family and friends."""

    referred_by: Customer | None
    brought: list[Customer]
    close: list[tuple[str, Customer]]


def relations_of(customer: Customer) -> Relations:
    """The relations of a customer, of both directions."""
    outward = Relation.objects.filter(customer=customer).select_related("other").order_by("pk")
    inward = Relation.objects.filter(other=customer).select_related("customer").order_by("pk")
    referrer = next((one.customer for one in inward if one.kind == "referred"), None)
    close = [(one.kind, one.other) for one in outward if one.kind != "referred"]
    close += [(one.kind, one.customer) for one in inward if one.kind != "referred"]
    return Relations(referrer, [one.other for one in outward if one.kind == "referred"], close)
