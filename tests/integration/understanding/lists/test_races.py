"""Two people, or two clicks, at the same moment: one list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.core.exceptions import ValidationError
from django.db import connection

from regulars.kit.idempotency import once
from regulars.kit.permissions import SYSTEM
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft
from regulars.understanding.customers.filters import with_results
from regulars.understanding.lists.actions import ListDraft, save_list
from regulars.understanding.lists.models import ListMember, SavedList
from tests.conftest import NOON, Together


def saving(name: str = "老朋友") -> Callable[[], int]:
    draft = ListDraft(name)
    return lambda: save_list(draft, with_results(None), by=SYSTEM, at=NOON)


def test_two_clicks_on_one_form_save_one_list(together: Together) -> None:
    add_customer(CustomerDraft(name="王芳"), by=SYSTEM, at=NOON)
    click = partial(once, "customers.save_list", "key", {"name": "老朋友"}, saving(), at=NOON)
    first, second = together(click, click)
    assert first == second
    assert SavedList.objects.get().pk == first
    assert ListMember.objects.count() == 1


def test_without_the_key_of_the_form_the_second_click_is_refused_by_its_name(
    together: Together,
) -> None:
    add_customer(CustomerDraft(name="王芳"), by=SYSTEM, at=NOON)
    answers = together(saving(), saving())
    assert sorted(type(answer).__name__ for answer in answers) == ["ValidationError", "int"]
    refused = next(answer for answer in answers if isinstance(answer, ValidationError))
    assert set(refused.message_dict) == {"name"}
    assert SavedList.objects.count() == ListMember.objects.count() == 1


def test_without_the_constraint_both_would_be_saved(together: Together) -> None:
    add_customer(CustomerDraft(name="王芳"), by=SYSTEM, at=NOON)
    unique = next(c for c in SavedList._meta.constraints if c.name == "one_list_a_name")
    with connection.schema_editor() as editor:
        editor.remove_constraint(SavedList, unique)
    try:
        together(saving(), saving())
        assert SavedList.objects.count() == 2
    finally:
        SavedList.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(SavedList, unique)
