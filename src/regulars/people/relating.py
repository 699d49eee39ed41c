"""Who brought whom, and who is family or a friend."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission
from regulars.people.models import Customer, Relation

REFERRED = "referred"


@transaction.atomic
def relate(customer_id: int, other_id: int, kind: str, *, by: Actor, at: datetime) -> None:
    """Records that `customer` brought, or is family or friend of, `other`; twice is once.

    Family and friends are so both ways; one row stands for both.

    Raises:
        ValidationError: they are one and the same or no longer there, somebody else brought the
            other, or the other brought this customer, themselves or through those they brought.
    """
    by.must(Permission.EDIT_CUSTOMERS)
    if customer_id == other_id:
        raise ValidationError(_("Nobody is related to themselves. Choose somebody else."))
    # In one order for all, so that two who relate the same pair wait instead of blocking.
    pair = Customer.objects.select_for_update().filter(
        pk__in=[customer_id, other_id], erased_at=None
    )
    customers = {each.pk: each for each in pair.order_by("pk")}
    if len(customers) < 2:
        raise ValidationError(_("This customer is no longer there."))
    customer, other = customers[customer_id], customers[other_id]
    if kind == REFERRED:
        _must_be_able_to_bring(customer, other)
    elif Relation.objects.filter(customer=other, other=customer, kind=kind).exists():
        return
    _relation, new = Relation.objects.get_or_create(customer=customer, other=other, kind=kind)
    if new:
        detail = {"other": other_id, "kind": kind}
        audit.record("people.relate", f"customer:{customer_id}", by=by, at=at, detail=detail)


def _must_be_able_to_bring(customer: Customer, other: Customer) -> None:
    known = Relation.objects.filter(other=other, kind=REFERRED).exclude(customer=customer)
    already = known.select_related("customer").first()
    if already:
        words = _("%(name)s was brought by %(who)s already. Take that back first.")
        raise ValidationError(words % {"name": other, "who": already.customer})
    above: int | None = customer.pk
    seen: set[int] = set()
    while above is not None and above not in seen:
        seen.add(above)
        brought = Relation.objects.filter(other=above, kind=REFERRED)
        above = brought.values_list("customer", flat=True).first()
    if other.pk in seen:
        words = _("%(who)s came through %(name)s, so it cannot be the other way round.")
        raise ValidationError(words % {"name": other, "who": customer})


@transaction.atomic
def unrelate(relation_id: int, *, by: Actor, at: datetime) -> None:
    """Takes a relation back; one that is gone stays gone."""
    by.must(Permission.EDIT_CUSTOMERS)
    found = Relation.objects.select_for_update().filter(pk=relation_id).first()
    if found is None:
        return
    found.delete()
    detail = {"other": found.other_id, "kind": found.kind}
    audit.record("people.unrelate", f"customer:{found.customer_id}", by=by, at=at, detail=detail)


def relations_of(customer_id: int) -> list[Relation]:
    """The relations of a customer, of both directions, oldest first."""
    theirs = Q(customer=customer_id) | Q(other=customer_id)
    found = Relation.objects.filter(theirs).select_related("customer", "other")
    return list(found.order_by("pk"))
