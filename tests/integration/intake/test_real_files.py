"""A real salon's exports and a real online shop's invoices come in, every row accounted for."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Count, Sum

from regulars.intake.models import Event, Import
from regulars.intake.reading import open_table
from regulars.offer.models import Item, Staff
from regulars.people.models import Customer
from regulars.sales.models import Line, Order
from tests.integration.intake.conftest import Bring, account

SALON = {
    "Service Listing0.csv": (33, 32, 1, 0),
    "Product Listing (Retail)0.csv": (101, 99, 2, 0),
    "Receipt Transactions0.csv": (1934, 1929, 5, 0),
    "Future Bookings (All Clients)0.csv": (1906, 1905, 1, 0),
    "Client Cancellations0.csv": (243, 243, 0, 0),
    "No-Show Report0.csv": (60, 59, 1, 0),
}


@pytest.fixture
def salon(real_data: Path) -> Path:
    return real_data / "hair_salon_no_show"


def test_the_salons_files_come_in_with_every_row_accounted_for(salon: Path, bring: Bring) -> None:
    for name, expected in SALON.items():
        assert account(bring(salon / name, name=name)) == expected, name
    assert Item.objects.count() == 32 + 99
    assert Staff.objects.count() == 7
    kinds = dict(Event.objects.values_list("kind").annotate(Count("pk")))
    assert kinds == {"booking": 1905, "cancellation": 243, "no_show": 59}
    again = [account(bring(salon / name, name=name)) for name in SALON]
    assert again == [(read, 0, 0, read) for read, _a, _q, _n in SALON.values()]


def test_the_orders_and_amounts_of_the_receipts_are_those_of_the_file(
    salon: Path, bring: Bring
) -> None:
    path = salon / "Receipt Transactions0.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    orders: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        orders.setdefault((row["Receipt"], row["Client"]), []).append(row)
    whole = [lines for lines in orders.values() if all(line["Description"] for line in lines)]
    bring(path)
    assert Order.objects.count() == len(whole)
    amount = sum(Decimal(line["Amount"]) for lines in whole for line in lines)
    assert Line.objects.aggregate(total=Sum("amount"))["total"] == amount * 100
    assert Customer.objects.count() == len({row["Client"] for row in rows})


def test_the_order_of_the_rows_does_not_matter(salon: Path, bring: Bring) -> None:
    lines = (salon / "Receipt Transactions0.csv").read_text().splitlines()
    bring("\n".join(lines))
    job = bring("\n".join([lines[0], *reversed(lines[1:])]))
    assert account(job) == (1934, 0, 0, 1934)


def test_listings_that_come_after_the_receipts_give_their_items_their_codes(
    salon: Path, bring: Bring
) -> None:
    bring(salon / "Receipt Transactions0.csv")
    sold = Item.objects.get(name="Women's hair cut")
    assert (sold.code, sold.price) == ("Women's hair cut", None)
    job = bring(salon / "Service Listing0.csv")
    sold.refresh_from_db()
    assert (sold.code, sold.kind, sold.price) == ("SHCW", "service", 10200)
    assert Item.objects.filter(name="Women's hair cut").count() == 1
    assert account(job) == (33, 32, 1, 0)


def test_a_receipt_that_clients_share_becomes_an_order_for_each(salon: Path, bring: Bring) -> None:
    bring(salon / "Receipt Transactions0.csv")
    shared = Order.objects.filter(key__startswith="1265/")
    assert shared.count() == 3
    assert shared.values("customer").distinct().count() == 3


@pytest.mark.timeout(600)
def test_half_a_million_invoice_lines_come_in_and_are_recognised_again(
    real_data: Path, bring: Bring
) -> None:
    path = real_data / "online_retail_ii" / "online_retail_ii_2009_2010.parquet"
    job = bring(path, name=path.name)
    assert account(job) == (525_461, 525_013, 448, 0)
    assert Import.objects.get(pk=job.pk).findings["quarantined"] == 448
    assert Line.objects.count() == 525_013
    assert Order.objects.filter(customer=None).exists()
    assert Item.objects.get(code="POST").category == "fees"
    held = set(job.quarantine.values_list("row_no", flat=True))
    rows = {name: n for n, name in enumerate(job.columns)}
    amount = sum(
        Decimal(cells[rows["Price"]]) * int(cells[rows["Quantity"]])
        for number, cells in open_table(path).rows()
        if number not in held
    )
    assert Line.objects.aggregate(total=Sum("amount"))["total"] == amount * 100
    again = bring(path, name=path.name)
    assert account(again) == (525_461, 0, 0, 525_461)
