"""Reads on follow-ups: whose, how due, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from regulars.kit.models import User
from regulars.kit.permissions import Permission
from regulars.people.models import Customer
from regulars.people.queries import open_key
from regulars.sales.models import Line, Order
from regulars.understanding.customers.filters import Stores, visible_to
from regulars.understanding.warnings.models import FollowUp, FollowUpEntry, Warned
from regulars.understanding.warnings.rules import Outcome

NOTE_PLACE = "followup"


def standing(*, stores: Stores = None) -> QuerySet[FollowUp]:
    """Those not closed, of customers whom `stores` see; the most urgent first."""
    return of_stores(FollowUp.objects.filter(state__in=FollowUp.STANDING), stores).order_by(
        "due_on", "-expected_loss", "pk"
    )


def closed(*, stores: Stores = None) -> QuerySet[FollowUp]:
    """Those that are closed, the last closed first."""
    return of_stores(FollowUp.objects.filter(closed_at__isnull=False), stores).order_by(
        "-closed_at", "-pk"
    )


def of_stores(follow_ups: QuerySet[FollowUp], stores: Stores) -> QuerySet[FollowUp]:
    """Those of customers whom `stores` see; all for None."""
    if stores is None:
        return follow_ups
    return follow_ups.filter(customer__in=Customer.objects.filter(visible_to(stores)))


def due(owner_id: int, today: date) -> QuerySet[FollowUp]:
    """What `owner_id` should have done by the end of today, and nobody has closed."""
    return standing().filter(owner=owner_id, due_on__lte=today)


def open_of(customer_id: int) -> FollowUp | None:
    """The follow-up of a customer that is not closed."""
    return with_outcome(standing().filter(customer=customer_id)).first()


def open_by_customer(customer_ids: Sequence[int]) -> dict[int, FollowUp]:
    """The standing follow-ups of these customers, by customer."""
    found = FollowUp.objects.filter(state__in=FollowUp.STANDING, customer__in=customer_ids)
    return {one.customer_id: one for one in with_outcome(found)}


def with_outcome(follow_ups: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    """Adds what is counted by itself: `came_back_at` and `spend_since`.

    `came_back_at` is the first purchase (an order of more than zero) after it was taken, within
    the horizon; `spend_since` all amounts since then within it, in minor units.
    """
    theirs = Order.objects.filter(
        customer=OuterRef("customer"),
        ordered_at__gt=OuterRef("at"),
        ordered_at__lte=OuterRef("counts_until"),
    )
    amounts = theirs.order_by().annotate(amount=Sum("lines__amount"))
    first = amounts.filter(amount__gt=0).order_by("ordered_at").values("ordered_at")[:1]
    spent = _spent(OuterRef("at"), OuterRef("counts_until"))
    return follow_ups.annotate(
        came_back_at=Subquery(first), spend_since=Coalesce(Subquery(spent), 0)
    )


def _spent(after: OuterRef, until: OuterRef) -> QuerySet[Line, int]:
    found = Line.objects.filter(
        order__customer=OuterRef("customer"),
        order__ordered_at__gt=after,
        order__ordered_at__lte=until,
    )
    sums = found.order_by().values("order__customer").annotate(spend=Sum("amount"))
    return sums.values_list("spend", flat=True)


def _bought(after: OuterRef, until: OuterRef) -> Exists:
    found = Order.objects.filter(
        customer=OuterRef("customer"), ordered_at__gte=after, ordered_at__lt=until
    )
    return Exists(found.annotate(amount=Sum("lines__amount")).filter(amount__gt=0))


@dataclass(frozen=True)
class Outcomes:
    """Those followed up against those not, of the same warnings. Not randomised: whoever was
    chosen may have been the likelier to come, or the less likely.

    Attributes:
        running: how many warnings whose horizon is not over yet.
    """

    followed: Outcome
    left_alone: Outcome
    running: int


def outcomes(now: datetime, *, stores: Stores = None) -> Outcomes:
    """What became of the customers warned of, from the day a follow-up had to have begun.

    A landmark analysis (Anderson, Cain & Gelber 1983): customers who came back before the landmark
    count on neither side, because whoever came at once needed no follow-up.
    """
    warned = Warned.objects.filter(customer__erased_at=None)
    if stores is not None:
        warned = warned.filter(customer__in=Customer.objects.filter(visible_to(stores)))
    over = warned.filter(until_at__lte=now)
    begun = FollowUp.objects.filter(customer=OuterRef("customer"), at__lt=OuterRef("landmark_at"))
    standing_then = Q(closed_at=None) | Q(closed_at__gt=OuterRef("from_at"))
    counted = over.filter(~_bought(OuterRef("from_at"), OuterRef("landmark_at"))).annotate(
        followed=Exists(begun.filter(standing_then)),
        came=_bought(OuterRef("landmark_at"), OuterRef("until_at")),
        spend=Coalesce(Subquery(_spent(OuterRef("landmark_at"), OuterRef("until_at"))), 0),
    )
    sums = {
        row["followed"]: Outcome(row["n"], row["back"], row["spent"])
        for row in counted.values("followed").annotate(
            n=Count("pk"), back=Count("pk", filter=Q(came=True)), spent=Sum("spend")
        )
    }
    nobody = Outcome(0, 0, 0)
    running = warned.filter(until_at__gt=now).count()
    return Outcomes(sums.get(True, nobody), sums.get(False, nobody), running)


@dataclass(frozen=True)
class OpenEntry:
    """One thing that was done, with its note opened."""

    kind: str
    way: str
    note: str
    state: str
    at: datetime
    by_name: str


def entries_of(follow_up: FollowUp) -> list[OpenEntry]:
    """What was done, newest first."""
    rows = list(FollowUpEntry.objects.filter(follow_up=follow_up).order_by("-pk"))
    key = open_key(follow_up.customer) if any(row.note for row in rows) else None
    return [
        OpenEntry(
            row.kind,
            row.way,
            key.open(NOTE_PLACE, row.note) if key and row.note else "",
            row.state,
            row.at,
            row.by_name,
        )
        for row in rows
    ]


def latest_of(customer_id: int) -> FollowUp | None:
    """The follow-up of a customer that is open, or else the last one."""
    found = with_outcome(FollowUp.objects.filter(customer=customer_id).select_related("customer"))
    open_first = Case(When(closed_at=None, then=0), default=1)
    return found.order_by(open_first, "-at", "-pk").first()


def owners() -> list[tuple[int, str]]:
    """Who may look after customers somewhere: ids and names, by name."""
    users = User.objects.filter(is_active=True).order_by("name", "pk")
    return [(user.pk, user.name) for user in users if user.actor().may(Permission.EDIT_CUSTOMERS)]
