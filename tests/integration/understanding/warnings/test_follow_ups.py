"""Follow-ups: one open a customer, nothing rewritten, what came of them counted by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from regulars.kit.models import AuditEvent, User
from regulars.kit.permissions import SYSTEM, Actor, Role
from regulars.offer.actions import add_user
from regulars.people.models import Customer
from regulars.sales.actions import LineDraft, OrderDraft, record_orders
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.models import CustomerResult
from regulars.understanding.warnings import actions, queries, rules
from regulars.understanding.warnings.models import FollowUp, FollowUpEntry, Warned
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(analysed: Analysed) -> Actor:
    return User.objects.get(username="desk").actor()


@pytest.fixture
def customer(analysed: Analysed) -> int:
    """At risk by price, with a loss."""
    found = CustomerResult.objects.filter(run=analysed.run, stage="at_risk")[0]
    found.cause, found.expected_loss, found.no_return = "price", 40_000, 0.7
    found.no_return_low, found.no_return_high = 0.6, 0.8
    found.save()
    return found.customer_id


@pytest.fixture
def taken(analysed: Analysed, desk: Actor, customer: int) -> int:
    return actions.take(customer, run=analysed.run, by=desk, at=analysed.now)


def sell(analysed: Analysed, customer: int, at: datetime, amount: int) -> None:
    line = LineDraft(analysed.salon.items[0], Decimal(1), amount)
    store = analysed.salon.stores[0].pk
    key = f"{customer}-{at.isoformat()}-{amount}"
    record_orders([OrderDraft("till", key, store, at, (line,), customer)], by=SYSTEM, at=at)


def test_taking_keeps_what_was_known_then(analysed: Analysed, taken: int) -> None:
    CustomerResult.objects.filter(run=analysed.run).update(expected_loss=0, cause=None)
    found = FollowUp.objects.get(pk=taken)
    assert (found.no_return, found.expected_loss, found.cause) == (0.7, 40_000, "price")
    assert found.suggested == "offer"
    assert (found.state, found.owner_name) == ("open", "desk")
    assert (found.due_on - analysed.now.date()).days == rules.DUE_AFTER.days
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.subject) == (
        "understanding.follow_up_taken",
        f"follow-up:{taken}",
    )


def test_one_customer_has_one_open_follow_up(
    analysed: Analysed, desk: Actor, customer: int, taken: int
) -> None:
    with pytest.raises(ValidationError, match="desk"):
        actions.take(customer, run=analysed.run, by=desk, at=analysed.now)
    actions.close(taken, "won", by=desk, at=analysed.now)
    again = actions.take(customer, run=analysed.run, by=desk, at=analysed.now)
    with pytest.raises(ValidationError, match="desk"):
        actions.reopen(taken, by=desk, at=analysed.now)
    assert FollowUp.objects.get(pk=again).state == "open"
    assert FollowUp.objects.get(pk=taken).state == "won"


def test_what_was_done_is_written_down_in_order_and_sealed(
    analysed: Analysed, desk: Actor, taken: int
) -> None:
    actions.record(taken, note="先查一下上次的单", by=desk, at=analysed.now)
    assert FollowUp.objects.get(pk=taken).state == "open"
    later = analysed.now.date() + timedelta(days=9)
    actions.record(taken, way="phone", note="没接", due_on=later, by=desk, at=analysed.now)
    actions.close(taken, "lost", note="搬走了", by=desk, at=analysed.now)
    found = FollowUp.objects.get(pk=taken)
    assert (found.state, found.due_on, found.closed_at) == ("lost", later, analysed.now)
    told = [(one.kind, one.note, one.state) for one in queries.entries_of(found)]
    assert told == [
        ("closed", "搬走了", "lost"),
        ("contacted", "没接", "contacted"),
        ("noted", "先查一下上次的单", "open"),
        ("taken", "", "open"),
    ]
    raw = [bytes(row.note) for row in FollowUpEntry.objects.exclude(note=None)]
    assert not any("搬走".encode() in note for note in raw)
    for event in AuditEvent.objects.filter(subject=f"follow-up:{taken}"):
        assert "搬" not in str(event.detail)


def test_a_closed_one_takes_nothing_until_it_is_opened_again(
    analysed: Analysed, desk: Actor, taken: int
) -> None:
    actions.record(taken, way="wechat", by=desk, at=analysed.now)
    actions.close(taken, "dropped", by=desk, at=analysed.now)
    for act in (
        lambda: actions.record(taken, note="再试", by=desk, at=analysed.now),
        lambda: actions.close(taken, "won", by=desk, at=analysed.now),
        lambda: actions.assign(taken, desk.user_id or 0, by=desk, at=analysed.now),
    ):
        with pytest.raises(ValidationError):
            act()
    actions.reopen(taken, by=desk, at=analysed.now)
    assert FollowUp.objects.get(pk=taken).state == "contacted"


def test_nothing_to_write_down_and_no_such_ending_are_told(
    analysed: Analysed, desk: Actor, taken: int
) -> None:
    with pytest.raises(ValidationError):
        actions.record(taken, note="  ", by=desk, at=analysed.now)
    with pytest.raises(ValidationError):
        actions.close(taken, "open", by=desk, at=analysed.now)
    assert FollowUpEntry.objects.filter(follow_up=taken).count() == 1


def test_only_those_who_may_look_after_them_are_given_customers(
    analysed: Analysed, desk: Actor, taken: int
) -> None:
    users = {user.username: user.pk for user in User.objects.all()}
    far = Customer.objects.exclude(visible_to({analysed.salon.stores[1].pk}))[0]
    theirs = actions.take(far.pk, run=None, by=desk, at=analysed.now)
    for owner in (users["analyst"], users["stylist"], users["manager"], 999_999):
        with pytest.raises(ValidationError):
            actions.assign(theirs, owner, by=desk, at=analysed.now)
    actions.assign(taken, users["owner"], by=desk, at=analysed.now)
    assert FollowUp.objects.get(pk=taken).owner_name == "owner"
    stylist = User.objects.get(username="stylist").actor()
    with pytest.raises(PermissionDenied):
        actions.record(taken, note="x", by=stylist, at=analysed.now)


def test_due_is_what_the_owner_should_have_done_by_today(
    analysed: Analysed, desk: Actor, taken: int
) -> None:
    due_on = FollowUp.objects.get(pk=taken).due_on
    assert desk.user_id
    assert list(queries.due(desk.user_id, due_on)) == [FollowUp.objects.get(pk=taken)]
    assert not queries.due(desk.user_id, due_on - timedelta(days=1)).exists()
    assert not queries.due(desk.user_id + 1, due_on).exists()
    actions.close(taken, "won", by=desk, at=analysed.now)
    assert not queries.due(desk.user_id, due_on).exists()


def test_coming_back_is_counted_from_the_first_purchase_within_the_horizon(
    analysed: Analysed, customer: int, taken: int
) -> None:
    def outcome() -> tuple[datetime | None, int]:
        found = queries.with_outcome(FollowUp.objects.filter(pk=taken)).get()
        return found.came_back_at, found.spend_since  # type: ignore[attr-defined]

    ends = FollowUp.objects.get(pk=taken).counts_until
    assert outcome() == (None, 0)
    sell(analysed, customer, analysed.now + timedelta(days=1), -500)
    sell(analysed, customer, ends + timedelta(days=1), 9_000)
    assert outcome() == (None, -500)
    back = analysed.now + timedelta(days=5)
    sell(analysed, customer, back, 3_000)
    sell(analysed, customer, back + timedelta(days=1), 2_000)
    assert outcome() == (back, 4_500)


def test_an_entry_cannot_be_changed_nor_taken_out(taken: int) -> None:
    for change in (
        lambda: FollowUpEntry.objects.update(kind="noted"),
        lambda: FollowUpEntry.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert FollowUpEntry.objects.count() == 1


def test_an_erased_customer_takes_their_follow_ups_along(
    analysed: Analysed, customer: int, taken: int
) -> None:
    actions.watch(analysed.run, by=SYSTEM, at=analysed.now)
    Customer.objects.filter(pk=customer).update(erased_at=analysed.now, data_key=None)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not FollowUp.objects.exists()
    assert not FollowUpEntry.objects.exists()
    assert not Warned.objects.filter(customer=customer).exists()


def test_a_run_warns_of_the_greatest_losses_once_a_week(
    analysed: Analysed, customer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = CustomerResult.objects.filter(run=analysed.run)
    results.update(no_return=0.9, no_return_low=0.8, no_return_high=1, expected_loss=1)
    results.filter(customer=customer).update(expected_loss=500)
    results.filter(stage="new").update(no_return=0.4, no_return_low=0.3)
    monkeypatch.setattr(rules, "MOST_WARNED", 3)
    assert actions.watch(analysed.run, by=SYSTEM, at=analysed.now) == 3
    assert Warned.objects.filter(customer=customer, expected_loss=500).exists()
    assert actions.watch(analysed.run, by=SYSTEM, at=analysed.now) == 0
    analysed.run.as_of += timedelta(days=7)
    assert actions.watch(analysed.run, by=SYSTEM, at=analysed.now) == 3
    assert Warned.objects.filter(customer=customer).count() == 1
    newcomers = results.filter(stage="new").values("customer")
    assert not Warned.objects.filter(customer__in=newcomers).exists()


@pytest.fixture
def warned(analysed: Analysed) -> list[Warned]:
    """Eight warnings of long ago, of customers who bought nothing since."""
    Warned.objects.all().delete()
    start = analysed.now + timedelta(days=1)
    for pk in analysed.salon.customers[:8]:
        Warned.objects.create(
            customer_id=pk,
            no_return=0.8,
            expected_loss=100,
            from_at=start,
            landmark_at=start + rules.LANDMARK,
            until_at=start + timedelta(days=60),
        )
    return list(Warned.objects.order_by("pk"))


def test_followed_up_and_not_are_counted_from_the_landmark(
    analysed: Analysed, desk: Actor, warned: list[Warned]
) -> None:
    begun = warned[0].from_at + timedelta(days=2)
    for one in warned[:4]:
        actions.take(one.customer_id, run=None, by=desk, at=begun)
    late = warned[4]
    actions.take(late.customer_id, run=None, by=desk, at=late.landmark_at)
    for one, days, amount in (
        *((warned[0], 20, 500), (warned[1], 59, 300), (warned[2], 61, 700)),
        *((warned[3], 3, 900), (warned[5], 20, 400), (warned[6], 20, -100)),
    ):
        sell(analysed, one.customer_id, one.from_at + timedelta(days=days), amount)
    over = warned[0].until_at
    found = queries.outcomes(over)
    # The fourth came back at once; one begun on the landmark itself is on the other side.
    assert (found.followed.customers, found.followed.came_back, found.followed.spend) == (3, 2, 800)
    assert (found.left_alone.customers, found.left_alone.came_back) == (4, 1)
    assert found.left_alone.spend == 300
    assert found.followed.interval is not None
    before = queries.outcomes(over - timedelta(seconds=1))
    assert (before.followed.customers, before.running) == (0, 8)
    assert before.followed.share is None


def test_outcomes_know_only_the_customers_of_ones_stores(
    analysed: Analysed, warned: list[Warned]
) -> None:
    store = analysed.salon.stores[1].pk
    seen = set(Customer.objects.filter(visible_to({store})).values_list("pk", flat=True))
    found = queries.outcomes(warned[0].until_at, stores={store})
    assert found.left_alone.customers == len(seen & {one.customer_id for one in warned})


def test_the_suggestion_follows_the_cause() -> None:
    assert rules.suggested("service") == "make_good"
    assert rules.suggested(None) == rules.suggested("unclear") == "ask"


def test_a_user_who_was_locked_out_is_given_nothing(
    analysed: Analysed, desk: Actor, taken: int
) -> None:
    gone = add_user("gone", "a long password", "g", Role.OWNER, by=SYSTEM, at=analysed.now)
    User.objects.filter(username="gone").update(is_active=False)
    pk = User.objects.get(username="gone").pk
    assert gone
    with pytest.raises(ValidationError):
        actions.assign(taken, pk, by=desk, at=analysed.now)
