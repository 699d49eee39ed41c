"""Who brought whom makes a tree; family and friends are so both ways, once."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM, Actor
from regulars.people.actions import add_customers
from regulars.people.drafts import CustomerDraft
from regulars.people.models import Customer, Relation
from regulars.people.relating import relate, relations_of, unrelate
from tests.conftest import NOON, Together


@pytest.fixture
def people(db: None, at: datetime) -> list[int]:
    return four_people()


def four_people() -> list[int]:
    drafts = [CustomerDraft(name=name) for name in ("王芳", "李静", "张敏", "刘洋")]
    return add_customers(drafts, by=SYSTEM, at=NOON)


def test_a_relation_said_twice_or_from_the_other_side_is_one(
    people: list[int], system: Actor, at: datetime
) -> None:
    fang, jing, min_, _yang = people
    for one, other, kind in (
        *((fang, jing, "family"), (fang, jing, "family"), (jing, fang, "family")),
        *((fang, min_, "referred"), (fang, min_, "referred")),
    ):
        relate(one, other, kind, by=system, at=at)
    assert Relation.objects.count() == 2
    assert AuditEvent.objects.filter(action="people.relate").count() == 2
    assert len(relations_of(fang)) == 2
    assert len(relations_of(jing)) == 1


def test_everybody_is_brought_by_one_and_never_by_whom_they_brought(
    people: list[int], system: Actor, at: datetime
) -> None:
    fang, jing, min_, yang = people
    relate(fang, jing, "referred", by=system, at=at)
    relate(jing, min_, "referred", by=system, at=at)
    for brought_by, other in ((yang, jing), (jing, fang), (min_, fang), (fang, fang)):
        with pytest.raises(ValidationError):
            relate(brought_by, other, "referred", by=system, at=at)
    relate(min_, yang, "referred", by=system, at=at)
    assert Relation.objects.count() == 3


def test_a_relation_taken_back_is_gone_once_and_another_may_come(
    people: list[int], system: Actor, at: datetime
) -> None:
    fang, jing, min_, _yang = people
    relate(fang, jing, "referred", by=system, at=at)
    pk = Relation.objects.get().pk
    unrelate(pk, by=system, at=at)
    unrelate(pk, by=system, at=at)
    relate(min_, jing, "referred", by=system, at=at)
    assert AuditEvent.objects.filter(action="people.unrelate").count() == 1


def test_nobody_is_related_to_who_was_erased(
    people: list[int], system: Actor, at: datetime
) -> None:
    Customer.objects.filter(pk=people[1]).update(erased_at=at, data_key=None)
    with pytest.raises(ValidationError):
        relate(people[0], people[1], "friend", by=system, at=at)


def test_two_who_bring_each_other_at_once_do_not_both_succeed(together: Together) -> None:
    fang, jing, *_others = four_people()
    answers = together(
        partial(relate, fang, jing, "referred", by=SYSTEM, at=NOON),
        partial(relate, jing, fang, "referred", by=SYSTEM, at=NOON),
    )
    assert sum(isinstance(answer, ValidationError) for answer in answers) == 1
    assert Relation.objects.count() == 1
