"""The list of customers: its sorts, and one page of it with all that a row shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.people import queries as people
from regulars.people.models import Customer, CustomerTag
from regulars.understanding.customers import paging
from regulars.understanding.models import CustomerResult, Run


@dataclass(frozen=True)
class Sort:
    """A column the list sorts by, with the way it runs when first asked for.

    `of_money` are for those who may see sales.
    """

    label: Promise
    column: str
    descending: bool = True
    tie: str = "result__customer"
    empty: str | None = None
    rest: str = "-pk"
    clustered: bool = False
    of_money: bool = False

    def order(self, *, descending: bool) -> paging.Order:
        return paging.Order(
            self.column, self.tie, descending, self.empty, self.rest, self.clustered
        )


SORTS = {
    "name": Sort(
        _("Customer"),
        "sort_name",
        descending=False,
        tie="number",
        empty="",
        rest="number",
        clustered=True,
    ),
    "year": Sort(_("Spent in 12 months"), "result__spend_365d", of_money=True),
    "spend": Sort(_("Spent in all"), "result__spend", of_money=True),
    "value": Sort(_("May spend in the next 12 months"), "result__expected_spend", of_money=True),
    "loss": Sort(_("May be lost"), "result__expected_loss", of_money=True),
    "visits": Sort(_("Visits"), "result__purchase_days"),
    "last": Sort(_("Last visit"), "result__last_on"),
    "risk": Sort(_("May not come back"), "result__no_return"),
    "joined": Sort(_("Joined"), "joined_on", tie="pk"),
}
FIRST_SORT = "year"


def parse_sort(text: str) -> tuple[str, bool]:
    """A sort as it stands in an address, as key and whether it runs down: `-spend`, `name`.

    What is none of `SORTS` becomes the first sort.
    """
    key = text.removeprefix("-")
    if key not in SORTS:
        return FIRST_SORT, SORTS[FIRST_SORT].descending
    return key, text.startswith("-")


@dataclass(frozen=True)
class Row:
    """One customer of the list. `phone` is masked, or empty."""

    customer: Customer
    result: CustomerResult | None
    phone: str
    tags: list[str]


def rows(ids: Sequence[int], run: Run | None) -> list[Row]:
    """The rows of these customers, in this order."""
    tagged = Prefetch(
        "tagged", CustomerTag.objects.select_related("tag").order_by("at"), to_attr="worn"
    )
    found = Customer.objects.filter(pk__in=ids).prefetch_related(tagged).in_bulk()
    shown = [found[pk] for pk in ids if pk in found]
    results = {
        result.customer_id: result
        for result in CustomerResult.objects.filter(run=run, customer_id__in=ids)
    }
    contacts = people.masked_contacts(shown)
    return [
        Row(
            customer,
            results.get(customer.pk),
            next((each.shown for each in contacts[customer.pk] if each.kind == "phone"), ""),
            [worn.tag.name for worn in customer.worn],
        )
        for customer in shown
    ]


def came_after(run: Run | None) -> int:
    """How many customers the run did not know yet; at most `paging.COUNTED_EXACTLY` + 1."""
    if run is None:
        return 0
    newest = CustomerResult.objects.filter(run=run).order_by("-customer").values("customer")[:1]
    return paging.count_up_to(people.known().filter(pk__gt=newest))


def about_how_many() -> int:
    """How many customers there are by the planner's own statistics: for large tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = 'people_customer'")
        rows: int = cursor.fetchone()[0]
        return max(rows, 0)
