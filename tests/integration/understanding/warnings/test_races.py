"""Two people reach for the same customer at the same moment: one looks after them."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import ValidationError
from django.db import connection

from regulars.kit.permissions import SYSTEM, Actor, Role
from regulars.offer.actions import add_user
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft
from regulars.understanding.warnings.actions import take
from regulars.understanding.warnings.models import FollowUp, FollowUpEntry
from tests.conftest import NOON, Together


def two_actors() -> list[Actor]:
    return [
        add_user(name, "a long password", name, Role.DESK, by=SYSTEM, at=NOON).actor()
        for name in ("lin", "su")
    ]


def test_of_two_who_take_a_customer_one_wins_and_the_other_hears_who(together: Together) -> None:
    customer = add_customer(CustomerDraft(name="王芳"), by=SYSTEM, at=NOON)
    calls = [partial(take, customer, run=None, by=actor, at=NOON) for actor in two_actors()]
    answers = together(*calls)
    lost = next(answer for answer in answers if isinstance(answer, ValidationError))
    won = FollowUp.objects.get()
    assert won.pk in answers
    assert won.owner_name in lost.message
    assert FollowUpEntry.objects.count() == 1


def test_without_the_constraint_both_would_have_them(together: Together) -> None:
    customer = add_customer(CustomerDraft(name="王芳"), by=SYSTEM, at=NOON)
    actors = two_actors()
    unique = next(c for c in FollowUp._meta.constraints if c.name == "one_open_follow_up")
    with connection.schema_editor() as editor:
        editor.remove_constraint(FollowUp, unique)
    try:
        together(*(partial(take, customer, run=None, by=actor, at=NOON) for actor in actors))
        assert FollowUp.objects.count() == 2
    finally:
        FollowUp.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(FollowUp, unique)
