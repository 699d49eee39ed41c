"""A message goes once, when it may, to who lets it; and its row tells what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from regulars.kit.permissions import SYSTEM
from regulars.messaging import delivering, gate, states
from regulars.messaging.actions import Draft, call_off, intend, set_rules, set_text, settle
from regulars.messaging.channels import NotNow, Refused
from regulars.messaging.delivering import deliver, look_after
from regulars.messaging.forgetting import forget
from regulars.messaging.models import Send, SendChange
from regulars.people.actions import set_consent
from regulars.people.drafts import ConsentDraft
from regulars.people.models import ContactPoint, Customer
from tests.conftest import Together
from tests.factories.messaging import VALUES, Memory, mean_to_send, reachable

pytestmark = pytest.mark.django_db


def say(customer: int, purpose: str, granted: bool, at: datetime, channel: str = "any") -> None:
    word = ConsentDraft(purpose, channel, granted, "2026-01", "test", at)
    set_consent(customer, word, by=SYSTEM, at=at)


def log_of(send: Send) -> list[str]:
    return list(send.changes.order_by("id").values_list("state", flat=True))


def test_a_message_goes_out_and_its_log_tells_how(memory: Memory, at: datetime) -> None:
    send = mean_to_send(reachable(at=at), at=at)
    assert deliver(send.pk, at=at) == states.HANDED_OVER
    letter = memory.letters[0]
    assert (letter.address, letter.title, letter.body) == (
        "lin@example.com", "国贸店", "See you at 10:00.",
    )  # fmt: skip
    assert log_of(send) == ["waiting", "claimed", "handed_over"]
    send.refresh_from_db()
    assert (send.channel, send.reference) == ("memory", "ref-1")


def test_the_same_message_is_meant_once(memory: Memory, at: datetime) -> None:
    customer = reachable(at=at)
    mean_to_send(customer, at=at)
    again = Draft("test.reminder", "1", VALUES, "en", at, customer_id=customer)
    assert intend(again, by=SYSTEM, at=at) is None
    mean_to_send(customer, at=at, occurrence="2")
    assert Send.objects.count() == 2


def test_what_was_delivered_is_not_delivered_again(memory: Memory, at: datetime) -> None:
    send = mean_to_send(reachable(at=at), at=at)
    assert [deliver(send.pk, at=at) for _ in range(3)] == [states.HANDED_OVER] * 3
    assert len(memory.letters) == 1


def test_no_personal_data_stands_in_the_row_or_the_job(memory: Memory, at: datetime) -> None:
    mean_to_send(reachable(at=at), at=at, values={"store": "密店", "time": "密时"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM messaging_send s")
        row = cursor.fetchone()[0]
        cursor.execute("SELECT args::text FROM procrastinate_jobs")
        job = cursor.fetchone()[0]
    assert "密" not in row + job
    assert "lin@" not in row + job


@pytest.mark.parametrize("missing", [{"store": "A"}, {**VALUES, "name": "x"}])
def test_values_must_fit_the_text(at: datetime, missing: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="exactly"):
        mean_to_send(reachable(at=at), at=at, values=missing)


class TestConsent:
    def test_withdrawn_consent_stops_a_message_that_waits(
        self, memory: Memory, at: datetime
    ) -> None:
        customer = reachable(at=at)
        send = mean_to_send(customer, at=at)
        say(customer, "service", False, at)
        assert deliver(send.pk, at=at) == states.DROPPED
        assert memory.letters == []
        send.refresh_from_db()
        assert send.reason == "consent"

    def test_without_the_gate_it_would_have_gone(self, memory: Memory, at: datetime) -> None:
        customer = reachable(at=at)
        send = mean_to_send(customer, at=at)
        say(customer, "service", False, at)
        with mock.patch.object(gate, "consent_allows", lambda *given: True):
            deliver(send.pk, at=at)
        assert len(memory.letters) == 1

    def test_marketing_wants_a_word_of_consent(self, memory: Memory, at: datetime) -> None:
        customer = reachable(at=at)
        send = mean_to_send(customer, at=at, occasion="test.offer")
        assert deliver(send.pk, at=at) == states.DROPPED
        say(customer, "marketing", True, at)
        send = mean_to_send(customer, at=at, occasion="test.offer", occurrence="2")
        assert deliver(send.pk, at=at) == states.HANDED_OVER

    def test_a_channel_that_is_refused_leaves_another(self, memory: Memory, at: datetime) -> None:
        customer = reachable(at=at)
        from regulars.people.actions import add_contact

        add_contact(customer, "phone", "13812342384", by=SYSTEM, at=at)
        say(customer, "service", False, at, channel="email")
        deliver(mean_to_send(customer, at=at).pk, at=at)
        assert [letter.kind for letter in memory.letters] == ["phone"]

    def test_the_erased_and_the_unreachable_get_nothing(self, memory: Memory, at: datetime) -> None:
        moved_out = reachable(at=at)
        unreachable = mean_to_send(moved_out, at=at)
        ContactPoint.objects.filter(customer=moved_out).delete()
        gone = reachable(at=at)
        send = mean_to_send(gone, at=at)
        Customer.objects.filter(pk=gone).update(erased_at=at, data_key=None)
        for one, reason in ((unreachable, "no_address"), (send, "erased")):
            assert deliver(one.pk, at=at) == states.DROPPED
            one.refresh_from_db()
            assert one.reason == reason
        assert intend(
            Draft("test.reminder", "9", VALUES, "en", at, customer_id=gone), by=SYSTEM, at=at
        ) is None  # fmt: skip


class TestTime:
    def test_quiet_hours_put_off_until_the_morning_of_the_store(
        self, memory: Memory, at: datetime
    ) -> None:
        night = at + timedelta(hours=11)  # 23:00 in Shanghai
        send = mean_to_send(reachable(at=at), at=night)
        assert deliver(send.pk, at=night) == states.WAITING
        send.refresh_from_db()
        assert (send.due_at, send.reason) == (at + timedelta(hours=21), "quiet")
        assert deliver(send.pk, at=night + timedelta(hours=1)) == states.WAITING
        assert memory.letters == []
        assert deliver(send.pk, at=send.due_at) == states.HANDED_OVER

    def test_without_quiet_hours_it_would_have_gone_at_night(
        self, memory: Memory, at: datetime
    ) -> None:
        set_rules(None, quiet=(0, 0), most_a_day=6, marketing_a_week=2, by=SYSTEM, at=at)
        night = at + timedelta(hours=11)
        assert deliver(mean_to_send(reachable(at=at), at=night).pk, at=night) == states.HANDED_OVER

    def test_the_urgent_goes_at_night(self, memory: Memory, at: datetime) -> None:
        night = at + timedelta(hours=11)
        send = mean_to_send(reachable(at=at), at=night, occasion="test.urgent")
        assert deliver(send.pk, at=night) == states.HANDED_OVER

    def test_what_has_become_pointless_is_dropped(self, memory: Memory, at: datetime) -> None:
        send = mean_to_send(reachable(at=at), at=at, not_after=at + timedelta(hours=1))
        assert deliver(send.pk, at=at + timedelta(hours=1)) == states.DROPPED

    def test_nothing_goes_before_it_is_due(self, memory: Memory, at: datetime) -> None:
        send = mean_to_send(reachable(at=at), at=at, due_at=at + timedelta(hours=1))
        assert deliver(send.pk, at=at) == states.WAITING

    def test_the_cap_puts_the_third_offer_of_a_week_off(self, memory: Memory, at: datetime) -> None:
        customer = reachable(at=at)
        say(customer, "marketing", True, at)
        states_of = [
            deliver(
                mean_to_send(customer, at=at, occasion="test.offer", occurrence=str(n)).pk, at=at
            )
            for n in range(3)
        ]
        assert states_of == ["handed_over", "handed_over", "waiting"]
        assert SendChange.objects.filter(reason="cap").count() == 1


class TestAnswers:
    def test_a_refusal_is_final(self, memory: Memory, at: datetime) -> None:
        memory.fails_with = [Refused("smtp_550")]
        send = mean_to_send(reachable(at=at), at=at)
        assert deliver(send.pk, at=at) == states.FAILED
        assert deliver(send.pk, at=at) == states.FAILED
        assert memory.letters == []

    def test_a_server_that_is_down_is_tried_again_later(self, memory: Memory, at: datetime) -> None:
        memory.fails_with = [NotNow()]
        send = mean_to_send(reachable(at=at), at=at)
        assert deliver(send.pk, at=at) == states.WAITING
        assert deliver(send.pk, at=at) == states.WAITING
        assert deliver(send.pk, at=at + timedelta(minutes=5)) == states.HANDED_OVER
        assert len(memory.letters) == 1

    def test_tries_end(self, memory: Memory, at: datetime) -> None:
        memory.fails_with = [NotNow() for _ in range(20)]
        send = mean_to_send(reachable(at=at), at=at)
        for _ in range(delivering.TRIES):
            send.refresh_from_db()
            day = max(send.due_at, at)
            set_rules(None, quiet=(0, 0), most_a_day=99, marketing_a_week=2, by=SYSTEM, at=at)
            deliver(send.pk, at=day)
        send.refresh_from_db()
        assert (send.state, send.reason) == (states.FAILED, "tries")

    def test_silence_leaves_it_unknown_until_the_channel_tells(
        self, memory: Memory, at: datetime
    ) -> None:
        memory.fails_with = [ConnectionResetError()]
        send = mean_to_send(reachable(at=at), at=at)
        assert deliver(send.pk, at=at) == states.UNKNOWN
        assert look_after(at=at) == 0
        assert deliver(send.pk, at=at) == states.UNKNOWN
        memory.knows = True
        assert look_after(at=at) == 1
        assert deliver(send.pk, at=at) == states.HANDED_OVER
        assert memory.letters == []

    def test_a_channel_that_knows_it_never_came_lets_it_go_again(
        self, memory: Memory, at: datetime
    ) -> None:
        memory.fails_with = [ConnectionResetError()]
        send = mean_to_send(reachable(at=at), at=at)
        deliver(send.pk, at=at)
        memory.knows = False
        look_after(at=at)
        assert deliver(send.pk, at=at) == states.HANDED_OVER
        assert len(memory.letters) == 1

    @pytest.mark.parametrize(("arrived", "state"), [(True, "delivered"), (False, "waiting")])
    def test_a_person_settles_what_no_one_can_ask(
        self, memory: Memory, at: datetime, arrived: bool, state: str
    ) -> None:
        memory.fails_with = [ConnectionResetError()]
        send = mean_to_send(reachable(at=at), at=at)
        deliver(send.pk, at=at)
        assert settle(send.pk, arrived=arrived, by=SYSTEM, at=at)
        assert not settle(send.pk, arrived=arrived, by=SYSTEM, at=at)
        send.refresh_from_db()
        assert send.state == state

    def test_what_is_due_by_now_is_queued_once(self, memory: Memory, at: datetime) -> None:
        now, later = (
            mean_to_send(reachable(at=at), at=at, due_at=at + timedelta(hours=hours))
            for hours in (0, 1)
        )
        assert queued() == [now.pk]
        assert look_after(at=at) == 0  # it waits in the queue already
        assert look_after(at=later.due_at) == 1
        assert look_after(at=later.due_at) == 0
        assert queued() == [now.pk, later.pk]


def queued() -> list[int]:
    """The messages that jobs in the queue are about."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'send_id')::int FROM procrastinate_jobs WHERE status = 'todo'"
            " AND task_name = 'messaging.deliver' ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


def test_calling_off_drops_what_waits_about_it(memory: Memory, at: datetime) -> None:
    customer = reachable(at=at)
    send = mean_to_send(customer, at=at, subject="appointment:1")
    other = mean_to_send(customer, at=at, subject="appointment:2", occurrence="2")
    assert call_off("appointment:1", by=SYSTEM, at=at) == 1
    assert deliver(send.pk, at=at) == states.DROPPED
    assert deliver(other.pk, at=at) == states.HANDED_OVER


def test_the_business_says_it_in_its_own_words(memory: Memory, at: datetime) -> None:
    set_text("test.reminder", "en", "Hello", "At {time} then.", by=SYSTEM, at=at)
    deliver(mean_to_send(reachable(at=at), at=at).pk, at=at)
    assert memory.letters[0].body == "At 10:00 then."
    set_text("test.reminder", "en", "", "", by=SYSTEM, at=at)
    deliver(mean_to_send(reachable(at=at, email="b@b.cn"), at=at).pk, at=at)
    assert memory.letters[1].body == "See you at 10:00."


def test_an_address_without_a_record_is_sealed_and_forgotten(memory: Memory, at: datetime) -> None:
    draft = Draft("test.urgent", "1", VALUES, "en", at, address=("phone", "13812342384"))
    send_id = intend(draft, by=SYSTEM, at=at)
    assert send_id is not None
    deliver(send_id, at=at)
    assert memory.letters[0].address == "13812342384"
    assert forget(at=at + timedelta(hours=23)) == 0
    assert forget(at=at + timedelta(hours=25)) == 1
    send = Send.objects.get()
    assert (send.own_key, send.sealed_address, send.sealed_values) == (None, None, None)


def test_words_to_customers_are_kept_a_month(memory: Memory, at: datetime) -> None:
    sent, waiting = (
        mean_to_send(reachable(at=at), at=at, due_at=at + timedelta(days=days)) for days in (0, 60)
    )
    deliver(sent.pk, at=at)
    assert forget(at=at + timedelta(days=29)) == 0
    assert forget(at=at + timedelta(days=31)) == 1
    sent.refresh_from_db()
    waiting.refresh_from_db()
    assert sent.sealed_values is None
    assert waiting.sealed_values is not None


class TestTheDatabase:
    def test_refuses_moves_that_are_none(self, memory: Memory, at: datetime) -> None:
        send = mean_to_send(reachable(at=at), at=at)
        deliver(send.pk, at=at)
        with pytest.raises(IntegrityError, match="does not go"), transaction.atomic():
            Send.objects.filter(pk=send.pk).update(state="waiting")

    def test_knows_the_same_moves_as_the_code(self, memory: Memory, at: datetime) -> None:
        send = mean_to_send(reachable(at=at), at=at)
        Send.objects.filter(pk=send.pk).update(claimed_at=at, channel="x")
        allowed = set()
        for before in states.MOVES:
            for after in states.MOVES:
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL session_replication_role = replica")
                    Send.objects.filter(pk=send.pk).update(state=before)
                    cursor.execute("SET LOCAL session_replication_role = origin")
                try:
                    with transaction.atomic():
                        Send.objects.filter(pk=send.pk).update(state=after)
                except IntegrityError:
                    continue
                if after != before:
                    allowed.add((before, after))
        assert allowed == {(a, b) for a, to in states.MOVES.items() for b in to}

    def test_keeps_messages_and_their_log(self, memory: Memory, at: datetime) -> None:
        send = mean_to_send(reachable(at=at), at=at)
        for statement in (
            f"DELETE FROM messaging_send WHERE id = {send.pk}",
            "UPDATE messaging_sendchange SET state = 'failed'",
            "DELETE FROM messaging_sendchange",
        ):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


class TestTogether:
    def test_eight_workers_send_it_once(
        self, memory: Memory, at: datetime, together: Together
    ) -> None:
        send = mean_to_send(reachable(at=at), at=at)
        together(*[lambda: deliver(send.pk, at=at)] * 8)
        assert len(memory.letters) == 1
        assert log_of(send) == ["waiting", "claimed", "handed_over"]

    def test_eight_who_mean_the_same_are_one(
        self, memory: Memory, at: datetime, together: Together
    ) -> None:
        customer = reachable(at=at)
        draft = Draft("test.reminder", "1", VALUES, "en", at, customer_id=customer)
        answers = together(*[lambda: intend(draft, by=SYSTEM, at=at)] * 8)
        assert sum(answer is not None for answer in answers) == 1
        assert Send.objects.count() == SendChange.objects.count() == 1

    def test_two_offers_do_not_pass_one_cap(
        self, memory: Memory, at: datetime, together: Together
    ) -> None:
        customer = reachable(at=at)
        say(customer, "marketing", True, at)
        sends = [
            mean_to_send(customer, at=at, occasion="test.offer", occurrence=str(n)).pk
            for n in range(6)
        ]
        together(*[lambda pk=pk: deliver(pk, at=at) for pk in sends])
        assert len(memory.letters) == 2
