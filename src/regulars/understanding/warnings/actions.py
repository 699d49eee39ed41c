"""Writes on follow-ups: each in one transaction, each leaving one audit event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.kit import audit, clock
from regulars.kit.models import User
from regulars.kit.permissions import Actor, Permission
from regulars.people.actions import data_key
from regulars.people.models import Customer
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.models import CustomerResult, Run
from regulars.understanding.warnings import rules
from regulars.understanding.warnings.models import FollowUp, FollowUpEntry, Warned
from regulars.understanding.warnings.queries import NOTE_PLACE

LONGEST_NOTE = 1000


@transaction.atomic
def take(
    customer_id: int,
    *,
    run: Run | None,
    owner_id: int | None = None,
    due_on: date | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """Begins to look after a customer and returns the id of the follow-up.

    Args:
        run: whose findings on the customer are kept with it; None when there is none.
        owner_id: who looks after them; `by` unless said otherwise.

    Raises:
        ValidationError: somebody looks after them already, or the owner may not.
    """
    by.must(Permission.EDIT_CUSTOMERS)
    customer = Customer.objects.select_for_update().get(pk=customer_id, erased_at=None)
    owner = _owner(owner_id if owner_id is not None else by.user_id, customer_id)
    result = CustomerResult.objects.filter(run=run, customer=customer).first() if run else None
    with _nobody_else_has(customer_id):
        found = FollowUp.objects.create(
            customer=customer,
            run=run,
            no_return=result.no_return if result else None,
            expected_loss=result.expected_loss if result else None,
            cause=(result.cause if result else None) or "",
            counts_until=at + horizon(run, result),
            suggested=rules.suggested(result.cause if result else None),
            owner=owner,
            owner_name=owner.name,
            due_on=due_on or rules.due_on(at.astimezone(clock.zone()).date()),
            at=at,
        )
    _write(found, "taken", by=by, at=at)
    return found.pk


def horizon(run: Run | None, result: CustomerResult | None) -> timedelta:
    """Within which time the chance of staying away was told: the customer's, or the run's."""
    own = result.detail.get("churn_horizon_days") if result else None
    shared = (run.manifest.get("return_rates") or {}).get("horizon_days") if run else None
    return timedelta(days=int(own or shared or rules.HORIZON_DAYS))


@transaction.atomic
def assign(follow_up_id: int, owner_id: int, *, by: Actor, at: datetime) -> None:
    """Gives an open follow-up to somebody else.

    Raises:
        ValidationError: it is closed, or the owner may not look after this customer.
    """
    found = _standing(follow_up_id, by)
    owner = _owner(owner_id, found.customer_id)
    found.owner, found.owner_name = owner, owner.name
    found.save(update_fields=["owner", "owner_name"])
    _write(found, "assigned", by=by, at=at)


@transaction.atomic
def record(
    follow_up_id: int,
    *,
    way: str = "",
    note: str = "",
    due_on: date | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Writes down what was done: with a `way` the customer was contacted, else it is a note.

    Args:
        way: one of `FollowUpEntry.WAYS`.
        due_on: when to look after them next; None leaves it.

    Raises:
        ValidationError: it is closed, or there is nothing to write down.
    """
    found = _standing(follow_up_id, by)
    if not way and not note.strip():
        raise ValidationError(_("Say how you reached them, or write a note."))
    if way:
        found.state = FollowUp.CONTACTED
    found.due_on = due_on or found.due_on
    found.save(update_fields=["state", "due_on"])
    _write(found, "contacted" if way else "noted", way=way, note=note, by=by, at=at)


@transaction.atomic
def close(follow_up_id: int, state: str, *, note: str = "", by: Actor, at: datetime) -> None:
    """Ends a follow-up as won, lost or dropped. Whether they came back is counted by itself.

    Raises:
        ValidationError: it is closed already, or `state` is none to end in.
    """
    if state not in (FollowUp.WON, FollowUp.LOST, FollowUp.DROPPED):
        raise ValidationError(_("Choose how it ended."))
    found = _standing(follow_up_id, by)
    found.state, found.closed_at = state, at
    found.save(update_fields=["state", "closed_at"])
    _write(found, "closed", note=note, by=by, at=at)


@transaction.atomic
def reopen(follow_up_id: int, *, by: Actor, at: datetime) -> None:
    """Takes an ending back.

    Raises:
        ValidationError: somebody has begun to look after the customer anew.
    """
    by.must(Permission.EDIT_CUSTOMERS)
    closed = FollowUp.objects.select_for_update().filter(closed_at__isnull=False)
    found = closed.get(pk=follow_up_id)
    reached = found.entries.filter(kind="contacted").exists()
    found.state = FollowUp.CONTACTED if reached else FollowUp.OPEN
    found.closed_at = None
    with _nobody_else_has(found.customer_id):
        found.save(update_fields=["state", "closed_at"])
    _write(found, "reopened", by=by, at=at)


@transaction.atomic
def watch(run: Run, *, by: Actor, at: datetime) -> int:
    """Keeps whom a run warns of, at most once a week; returns how many.

    Those still in the time of an earlier warning are left out, so that no stretch of time of a
    customer counts twice.
    """
    latest = Warned.objects.order_by("-from_at").values_list("from_at", flat=True).first()
    from_at = datetime.combine(run.as_of, time.min, clock.zone())
    if latest and from_at < latest + rules.WATCHED_EVERY:
        return 0
    results = CustomerResult.objects.filter(
        run=run, no_return__gte=rules.WARNED_FROM, expected_loss__gt=0
    ).exclude(customer__in=Warned.objects.filter(until_at__gt=from_at).values("customer"))
    chosen = results.order_by("-expected_loss", "customer")[: rules.MOST_WARNED]
    Warned.objects.bulk_create(_warned(run, result, from_at) for result in chosen)
    count = Warned.objects.filter(from_at=from_at).count()
    if count:
        detail = {"count": count}
        audit.record("understanding.watch", f"run:{run.pk}", by=by, at=at, detail=detail)
    return count


def _warned(run: Run, result: CustomerResult, from_at: datetime) -> Warned:
    # A horizon that ends before the landmark leaves no time in which to come back.
    ahead = max(horizon(run, result), rules.LANDMARK + timedelta(days=1))
    return Warned(
        customer_id=result.customer_id,
        no_return=result.no_return or 0.0,
        expected_loss=result.expected_loss or 0,
        from_at=from_at,
        landmark_at=from_at + rules.LANDMARK,
        until_at=from_at + ahead,
    )


def _standing(follow_up_id: int, by: Actor) -> FollowUp:
    by.must(Permission.EDIT_CUSTOMERS)
    found = FollowUp.objects.select_for_update().get(pk=follow_up_id)
    if found.closed_at is not None:
        raise ValidationError(_("This follow-up is closed. Open it again to go on with it."))
    return found


def _owner(user_id: int | None, customer_id: int) -> User:
    """The user, if they may look after this customer."""
    owner = User.objects.filter(pk=user_id or 0, is_active=True).first()
    if owner is None:
        raise ValidationError({"owner": _("Choose somebody who signs in.")})
    actor = owner.actor()
    sees = visible_to(actor.stores(Permission.SEE_CUSTOMERS))
    if not actor.may(Permission.EDIT_CUSTOMERS) or not (
        Customer.objects.filter(sees, pk=customer_id).exists()
    ):
        words = _("%(name)s may not look after this customer.")
        raise ValidationError({"owner": words % {"name": owner.name}})
    return owner


@contextmanager
def _nobody_else_has(customer_id: int) -> Iterator[None]:
    """Turns the refusal of the database into words; the transaction around it lives on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refused = getattr(error.__cause__, "diag", None)
        if refused is None or refused.constraint_name != "one_open_follow_up":
            raise
        has = FollowUp.objects.filter(customer=customer_id, state__in=FollowUp.STANDING).first()
        words = _("%(name)s is looking after this customer already.")
        raise ValidationError(words % {"name": has.owner_name if has else ""}) from error


def _write(
    found: FollowUp, kind: str, *, way: str = "", note: str = "", by: Actor, at: datetime
) -> None:
    text = note.replace("\x00", "").strip()[:LONGEST_NOTE]
    sealed = None
    if text:
        customer = Customer.objects.select_for_update().get(pk=found.customer_id, erased_at=None)
        sealed = data_key(customer).seal(NOTE_PLACE, text)
    FollowUpEntry.objects.create(
        follow_up=found,
        kind=kind,
        way=way,
        note=sealed,
        state=found.state,
        at=at,
        by_id=by.user_id,
        by_name=by.name,
    )
    detail = {"customer": found.customer_id, "owner": found.owner_id, "state": found.state}
    audit.record(
        f"understanding.follow_up_{kind}", f"follow-up:{found.pk}", by=by, at=at, detail=detail
    )
