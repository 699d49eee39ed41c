"""What someone types at the desk picks the right customers."""

from __future__ import annotations

from datetime import datetime

import pytest

from regulars.kit.permissions import Actor
from regulars.people.actions import update_customer
from regulars.people.models import ContactPoint, Customer
from regulars.people.queries import found_by, known, masked_contacts
from tests.integration.people.conftest import Add


@pytest.fixture
def people(add: Add) -> dict[str, int]:
    """Three customers by a short word."""
    return {
        "zeng": add(
            name="曾黎",
            number="V-0007",
            contacts=(("phone", "138 0000 2384"), ("wechat", "wx_zengli")),
            external=(("till", "K-55"),),
        ),
        "wang": add(name="王小明", contacts=(("phone", "+86 139 1111 2384"),)),
        "anna": add(name="Anna O'Brien\\", contacts=(("email", "Anna@Example.com"),)),
    }


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("曾", {"zeng"}),
        ("黎", {"zeng"}),
        ("ZL", {"zeng"}),
        ("cengl", {"zeng"}),
        ("wang xiao", {"wang"}),
        ("2384", {"zeng", "wang"}),
        ("13800002384", {"zeng"}),
        ("+86 138-0000-2384", {"zeng"}),
        ("anna@EXAMPLE.com", {"anna"}),
        ("wx_zengli", {"zeng"}),
        ("v-0007", {"zeng"}),
        ("V-00", {"zeng"}),
        ("0007", {"zeng"}),
        ("K-55", {"zeng"}),
        ("o'br", set()),
        ("brien", {"anna"}),
        ("1380000", set()),
        ("nobody", set()),
        ("'", {"anna"}),
        ("\\", {"anna"}),
        ("' | 'x", set()),
        (":*", set()),
        ("%", set()),
        ("", {"zeng", "wang", "anna"}),
        ("   ", {"zeng", "wang", "anna"}),
    ],
)
def test_typed_text_picks(people: dict[str, int], typed: str, who: set[str]) -> None:
    found = set(known().filter(found_by(typed)).values_list("pk", flat=True))
    assert found == {people[name] for name in who}


def test_contacts_are_shown_masked_and_stored_sealed(people: dict[str, int]) -> None:
    customers = list(Customer.objects.order_by("pk"))
    shown = masked_contacts(customers)
    assert [contact.shown for contact in shown[people["zeng"]]] == ["138****2384", "w***i"]
    assert [contact.shown for contact in shown[people["anna"]]] == ["a***@example.com"]
    for contact in ContactPoint.objects.all():
        assert b"2384" not in bytes(contact.sealed)
        assert b"example" not in bytes(contact.sealed)


def test_a_customer_without_contacts_has_no_key(add: Add) -> None:
    bare = Customer.objects.get(pk=add(name="李"))
    assert bare.data_key is None
    assert masked_contacts([bare]) == {bare.pk: []}


def test_a_new_name_is_found_and_the_old_one_no_more(
    people: dict[str, int], at: datetime, system: Actor
) -> None:
    update_customer(people["wang"], {"name": "  赵 ６ "}, by=system, at=at)
    assert known().filter(found_by("zhao")).get().name == "赵 6"
    assert not known().filter(found_by("wang")).exists()
