"""The list as a CSV file, written while it is read, whatever its length."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit import audit
from regulars.kit.money import MINOR_PER_MAJOR
from regulars.kit.permissions import Actor, Permission
from regulars.people import queries as people
from regulars.understanding.customers.filters import with_results
from regulars.understanding.customers.listing import Row, rows
from regulars.understanding.customers.words import CAUSES, STAGES
from regulars.understanding.models import Run

CHUNK = 1000
BOM = "\ufeff"  # Without it Excel takes Chinese for something else.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file for `csv.writer` that hands every line straight back."""

    def write(self, line: str) -> str:
        return line


def export(
    run: Run | None, wanted: Q, *, in_full: bool, filters: Sequence[str], by: Actor, at: datetime
) -> Iterator[str]:
    """The lines of the file, the oldest customer first.

    Args:
        in_full: contacts as they are instead of masked; needs the permission to reveal them.
        filters: names of the filters in force, for the audit trail, which this enters at once.
    """
    by.must(Permission.EXPORT_CUSTOMERS)
    if in_full:
        by.must(Permission.REVEAL_CONTACTS)
    found = with_results(run).filter(wanted)
    detail = {"count": found.count(), "filters": list(filters), "contacts_in_full": in_full}
    audit.record("understanding.export_customers", "customers", by=by, at=at, detail=detail)
    ids = found.order_by("pk").values_list("pk", flat=True)
    return _lines(ids.iterator(chunk_size=CHUNK), run, in_full, by.may(Permission.SEE_SALES))


def _lines(ids: Iterator[int], run: Run | None, in_full: bool, with_sales: bool) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow(_headings(with_sales))
    chunk: list[int] = []
    for pk in ids:
        chunk.append(pk)
        if len(chunk) == CHUNK:
            yield from _written(writer, chunk, run, in_full, with_sales)
            chunk = []
    yield from _written(writer, chunk, run, in_full, with_sales)


def _written(
    writer: Any, ids: list[int], run: Run | None, in_full: bool, with_sales: bool
) -> Iterator[str]:
    found = rows(ids, run)
    phones = people.phones([row.customer for row in found]) if in_full else {}
    for row in found:
        phone = phones.get(row.customer.pk, "") if in_full else row.phone
        yield writer.writerow([_safe(cell) for cell in _cells(row, phone, with_sales)])


def _headings(with_sales: bool) -> list[str]:
    sales = [_("Spent in 12 months"), _("Spent in all"), *_expected_headings()]
    return [
        *(_("Number"), _("Customer's name"), _("Phone"), _("Tags"), _("Joined"), _("Stage")),
        *(sales if with_sales else []),
        *(_("Visits"), _("Last visit"), _("May not come back, %"), _("from, %"), _("to, %")),
        _("Likely cause"),
    ]


def _expected_headings() -> list[str]:
    return [
        _("May spend in the next 12 months"),
        _("May spend in the next 12 months from"),
        _("May spend in the next 12 months to"),
        _("May be lost"),
    ]


def _cells(row: Row, phone: str, with_sales: bool) -> list[object]:
    result, customer = row.result, row.customer
    sales = [_amount(amount) for amount in _amounts(row)]
    return [
        *(customer.number, customer.name, phone, " · ".join(row.tags), customer.joined_on or ""),
        STAGES[result.stage] if result else "",
        *(sales if with_sales else []),
        *((result.purchase_days, result.last_on or "") if result else ("", "")),
        *(
            [_percent(p) for p in (result.no_return, result.no_return_low, result.no_return_high)]
            if result
            else ["", "", ""]
        ),
        CAUSES[result.cause] if result and result.cause else "",
    ]


def _amounts(row: Row) -> tuple[int | None, ...]:
    result = row.result
    if result is None:
        return (None,) * 6
    return (
        *(result.spend_365d, result.spend),
        *(result.expected_spend, result.expected_spend_low, result.expected_spend_high),
        result.expected_loss,
    )


def _amount(minor: int | None) -> Decimal | str:
    return "" if minor is None else Decimal(minor) / MINOR_PER_MAJOR


def _percent(ratio: float | None) -> float | str:
    return "" if ratio is None else round(100 * ratio, 1)


def _safe(cell: object) -> object:
    """A spreadsheet must not take what someone typed for a formula."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell
