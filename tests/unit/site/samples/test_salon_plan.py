"""The invented salon: the same every time, possible in a real one, and with its story in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean, stdev

import pytest

from regulars.people.rules import normalise_contact
from regulars.site.samples.salon import customers, plan, seasons, shop
from regulars.site.samples.salon.plan import Plan
from regulars.site.samples.salon.visits import CAME, Diary, busy_bits, off_duty

UNTIL = date(2026, 11, 22)


@pytest.fixture(scope="module")
def salon() -> Plan:
    return plan.draw(seed=1, size="shop", until=UNTIL)


def small(**given: object) -> Plan:
    return plan.draw(**{"seed": 1, "size": "small", "until": UNTIL, "months": 6} | given)  # type: ignore[arg-type]


def digest_in_another_process(hash_seed: str) -> str:
    code = (
        "from datetime import date; from regulars.site.samples.salon import plan;"
        "print(plan.draw(seed=1, size='small', until=date(2026, 11, 22), months=6).digest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": "src", "TZ": "UTC"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_same_seed_gives_the_same_salon_in_any_process() -> None:
    assert digest_in_another_process("1") == digest_in_another_process("2") == small().digest()


@pytest.mark.parametrize("other", [{"seed": 2}, {"until": UNTIL + timedelta(1)}, {"months": 7}])
def test_another_seed_day_or_span_gives_another_salon(other: dict[str, object]) -> None:
    assert small(**other).digest() != small().digest()


def test_the_size_is_the_number_of_customers_stores_and_stylists(salon: Plan) -> None:
    assert len(salon.people) == len(salon.records) == 2_400
    assert len(salon.team) == 12
    assert {person.store for person in salon.people} == {0, 1}


def test_no_stylist_serves_two_at_once_or_out_of_their_shift(salon: Plan) -> None:
    taken: dict[tuple[int, date], int] = {}
    for visit in salon.visits:
        if visit.outcome == "cancelled":
            continue
        bits = busy_bits(visit.services)[0] << ((visit.start - seasons.OPENS) // shop.SLOT)
        key = (visit.stylist, visit.day)
        assert not bits & taken.get(key, off_duty(*key))
        taken[key] = taken.get(key, 0) | bits


def test_a_diary_refuses_taken_slots_and_gives_waiting_time_away() -> None:
    saturday = date(2026, 11, 21)
    colour, _ = busy_bits(("染发·全染",))
    wash, _ = busy_bits(("洗吹",))
    diary = Diary(saturday)
    assert diary.place(0, 0, colour)
    assert not diary.place(0, 2, wash)
    assert diary.place(0, 7, wash) == (not colour >> 7 & 0b11)


def test_nobody_comes_while_the_salon_is_closed_or_before_joining(salon: Plan) -> None:
    for visit in salon.visits:
        assert not seasons.closed(visit.day)
        assert seasons.OPENS <= visit.start < visit.end <= seasons.CLOSES
        if visit.person is not None:
            assert visit.day >= salon.people[visit.person].joined


def test_the_stylist_who_left_serves_nobody_afterwards(salon: Plan) -> None:
    served = [visit.day for visit in salon.visits if visit.stylist == shop.LEAVER]
    assert served
    assert max(served) < salon.leaves_on


def test_everyone_works_only_on_their_days(salon: Plan) -> None:
    assert all(v.day.weekday() not in salon.team[v.stylist].off for v in salon.visits)


def test_lines_add_up_to_the_price_of_the_day(salon: Plan) -> None:
    for receipt in salon.receipts:
        for line in receipt.lines:
            assert line.discount >= 0
            if not receipt.returned:
                price = salon.prices.on(receipt.day, line.code)
                assert line.amount + line.discount == price * line.quantity
            assert line.discount % 100 == 0


def test_receipt_numbers_are_unique(salon: Plan) -> None:
    assert len({receipt.key for receipt in salon.receipts}) == len(salon.receipts)


def test_goods_come_back_only_after_they_were_bought(salon: Plan) -> None:
    bought = {receipt.key: receipt for receipt in salon.receipts}
    returns = [receipt for receipt in salon.receipts if receipt.returned]
    assert returns
    for back in returns:
        sold = bought[back.key.removesuffix("-T")]
        assert back.day > sold.day
        assert any(line.amount == -back.lines[0].amount for line in sold.lines)


def test_no_shows_are_six_to_nine_in_a_hundred_and_more_among_newcomers(salon: Plan) -> None:
    booked = [v for v in salon.visits if v.booking and v.outcome != "ahead"]
    first = [v for v in booked if v.first]
    share = mean(v.outcome == "no_show" for v in booked)
    assert 0.05 <= share <= 0.09
    assert mean(v.outcome == "no_show" for v in first) > share


def gaps(salon: Plan, regularity: float) -> list[float]:
    """How irregular each such customer is: the spread of the gaps against their mean."""
    days: dict[int, list[date]] = defaultdict(list)
    for visit in salon.visits:
        if visit.person is not None and visit.outcome == CAME:
            days[visit.person].append(visit.day)
    spread = []
    for index, came in days.items():
        person = salon.people[index]
        if person.regularity == regularity and person.slips_on is None and len(came) > 8:
            between = [(b - a).days for a, b in pairwise(came)]
            spread.append(stdev(between) / mean(between))
    return spread


def test_regular_people_are_regular(salon: Plan) -> None:
    assert mean(gaps(salon, 9.0)) < 0.75 * mean(gaps(salon, 1.2))


def test_saturday_is_the_fullest_day(salon: Plan) -> None:
    came = Counter(v.day.weekday() for v in salon.visits if v.outcome == CAME)
    assert max(came, key=came.__getitem__) == 5


def test_the_rush_is_before_spring_festival_and_the_lull_after(salon: Plan) -> None:
    festival = seasons.spring_festival(2026)
    came = [(v.day - festival).days for v in salon.visits if v.outcome == CAME]
    assert sum(-18 <= d < -4 for d in came) > 1.3 * sum(6 <= d < 20 for d in came)


def test_some_of_the_best_customers_are_at_risk_now(salon: Plan) -> None:
    spent: Counter[int] = Counter()
    last: dict[int, date] = {}
    for receipt in salon.receipts:
        if receipt.person is not None and not receipt.returned:
            spent[receipt.person] += sum(line.amount for line in receipt.lines)
            last[receipt.person] = receipt.day
    best = [index for index, _ in spent.most_common(240)]
    late = [n for n in best if (UNTIL - last[n]).days > 2.5 * salon.people[n].habit.gap]
    assert len(late) >= 8


def test_contacts_are_valid_unique_and_reach_nobody(salon: Plan) -> None:
    phones = []
    for draft in salon.records:
        for kind, value in draft.contacts:
            assert normalise_contact(kind, value) == value
            if kind == "phone":
                phones.append(value)
                assert value[:3] in customers.PHONE_PREFIXES
            else:
                assert value.endswith("@example.com") or value.startswith("sample_")
    assert len(set(phones)) == len(phones)


def test_birthdays_come_whole_lunar_without_year_and_not_at_all(salon: Plan) -> None:
    births = [draft.birth for draft in salon.records]
    assert any(birth is None for birth in births)
    assert any(birth and birth.lunar for birth in births)
    assert any(birth and birth.year is None for birth in births)


def test_sensitive_notes_stand_only_beside_consent_to_them(salon: Plan) -> None:
    for person, draft in zip(salon.people, salon.records, strict=True):
        granted = any(word.purpose == "sensitive" and word.granted for word in draft.consents)
        assert granted == bool(person.note and person.note[1])


def test_who_was_referred_came_after_who_referred_them(salon: Plan) -> None:
    referred = [person for person in salon.people if person.referrer is not None]
    assert len(referred) > 100
    assert all(person.referrer < person.index for person in referred)


def test_bookings_ahead_were_made_before_the_last_day_told(salon: Plan) -> None:
    ahead = [visit for visit in salon.visits if visit.day >= UNTIL]
    assert ahead
    for visit in ahead:
        assert visit.booking
        assert visit.day - timedelta(days=visit.booking.lead) < UNTIL


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 22), 18, date(2025, 5, 22)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 1, 1), 13, date(2024, 12, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, before: date) -> None:
    assert seasons.months_before(day, months) == before
