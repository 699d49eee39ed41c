"""What is said of a customer follows from the facts, and never more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import translation

from regulars.understanding.customers import sentences
from regulars.understanding.customers.rules import Facts, portrait

TODAY = date(2026, 10, 20)
REGULAR = Facts(
    today=TODAY,
    stage="mature",
    visits=22,
    first_on=date(2025, 3, 1),
    last_on=TODAY - timedelta(days=10),
    spend_score=5,
    gap=35.0,
    own_rhythm=True,
    expected_on=TODAY + timedelta(days=25),
    may_message=True,
)


def codes(facts: Facts) -> list[str]:
    return [sentence.code for sentence in portrait(facts)]


def test_a_regular_in_rhythm_needs_nothing() -> None:
    assert codes(REGULAR) == ["spends_5", "on_time", "keep_going"]


@pytest.mark.parametrize(
    ("days", "stage", "said"),
    [(40, "mature", ["due", "remind"]), (71, "at_risk", ["late", "call"])],
)
def test_the_later_someone_is_the_more_is_asked(days: int, stage: str, said: list[str]) -> None:
    late = replace(REGULAR, stage=stage, last_on=TODAY - timedelta(days=days))
    assert codes(late)[1:] == said


def test_a_personal_word_names_the_person_who_served_them() -> None:
    late = replace(REGULAR, stage="at_risk", last_on=TODAY - timedelta(days=90), staff="林晓雨")
    assert portrait(late)[2].values == {"staff": "林晓雨"}


@pytest.mark.parametrize(("score", "said"), [(5, "ask_why"), (4, "ask_why"), (3, "let_go")])
def test_effort_for_the_lost_depends_on_what_they_spent(score: int, said: str) -> None:
    lost = replace(REGULAR, stage="lost", last_on=TODAY - timedelta(days=300), spend_score=score)
    assert codes(lost)[2] == said


def test_little_effort_for_those_at_risk_who_spend_little() -> None:
    late = replace(REGULAR, stage="at_risk", last_on=TODAY - timedelta(days=90), spend_score=2)
    assert codes(late)[2] == "remind_late"


def test_one_visit_is_no_rhythm() -> None:
    once = replace(REGULAR, stage="new", visits=1, own_rhythm=False, first_on=REGULAR.last_on)
    assert codes(once) == ["came_once", "rhythm_of_shop", "next_visit"]


def test_without_a_purchase_nothing_is_said_of_a_rhythm() -> None:
    never = Facts(today=TODAY, stage="potential", joined_on=date(2026, 9, 1), may_message=True)
    assert codes(never) == ["never_bought", "no_rhythm", "invite"]
    assert codes(replace(never, joined_on=None))[0] == "never_bought_undated"


def test_someone_newer_than_the_analysis_is_not_judged() -> None:
    assert codes(Facts(today=TODAY)) == ["not_analysed", "wait_for_analysis"]


def test_where_a_message_is_advised_the_missing_consent_is_said() -> None:
    late = replace(REGULAR, stage="at_risk", last_on=TODAY - timedelta(days=90))
    assert "no_consent" not in codes(late)
    assert codes(replace(late, may_message=False))[-1] == "no_consent"
    assert "no_consent" not in codes(replace(REGULAR, may_message=False))


@pytest.mark.parametrize(("days", "said"), [(0, True), (14, True), (15, False), (-1, False)])
def test_a_birthday_is_mentioned_two_weeks_ahead(days: int, said: bool) -> None:
    facts = replace(REGULAR, birthday_on=TODAY + timedelta(days=days))
    assert ("birthday" in codes(facts)) is said


def test_every_sentence_has_words_with_its_own_places() -> None:
    shown = [
        replace(REGULAR, stage=stage, spend_score=score, own_rhythm=own, staff=staff)
        for stage in ("", "potential", "new", "mature", "at_risk", "lost")
        for score in (1, 2, 3, 4, 5)
        for own in (True, False)
        for staff in ("", "林晓雨")
    ]
    for language in ("zh-hans", "en"):
        with translation.override(language):
            written = [sentences.write(each) for facts in shown for each in portrait(facts)]
            assert all(text and "%(" not in text for text in written)


def test_who_buys_daily_is_not_called_late_after_a_long_weekend() -> None:
    daily = replace(REGULAR, gap=1.0, last_on=TODAY - timedelta(days=9))
    assert codes(daily)[1:] == ["due", "remind"]
    with translation.override("en"):
        written = sentences.write(portrait(daily)[1])
    assert written == "Usually comes every 1 day; it has been 9 days."


def test_who_they_are_says_what_they_may_be_worth_in_one_breath() -> None:
    worth = replace(REGULAR, worth=123_400, worth_low=50_000, worth_high=200_000)
    with translation.override("zh-hans"):
        said = sentences.write(portrait(worth)[0])
    assert "可能消费 ¥1,234 左右（八成可能在 ¥500–¥2,000）" in said
    assert len(portrait(worth)) == len(portrait(REGULAR))


def test_without_the_right_to_see_amounts_none_is_named() -> None:
    assert portrait(REGULAR)[0].then is None


def test_who_may_not_come_again_is_told_so_instead_of_a_sum() -> None:
    gone = portrait(replace(REGULAR, worth=900, worth_low=0, worth_high=0))[0]
    assert gone.then is not None
    assert gone.then.code == "worth_nothing"


def test_predictions_say_may() -> None:
    with translation.override("zh-hans"):
        assert "可能" in sentences.write(portrait(REGULAR)[1])
    with translation.override("en"):
        assert "may be" in sentences.write(portrait(REGULAR)[1])


def test_reasons_are_said_only_where_there_is_a_value() -> None:
    found = [
        {"code": "overdue_ratio", "value": 1.44},
        {"code": "purchase_days", "value": None},
        {"code": "something_new", "value": 3},
    ]
    with translation.override("en"):
        assert sentences.reasons(found) == ["The last visit is 1.4 times the usual gap ago"]
    assert sentences.reasons(None) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [(0.0953, "dearer by 10%"), (-0.0513, "cheaper by 5%"), (0.004, "costs about what it did")],
)
def test_prices_are_said_as_they_moved(change: float, said: str) -> None:
    with translation.override("en"):
        assert said in sentences.reason("price_change", change)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            {"purchase_days_90d": (0, 0.4), "spend_90d": (0, 0.2), "novelty": (0, 0.1)},
            ["Nothing bought in the last 90 days"],
        ),
        ({"novelty": (0, 0.3), "spend_90d": (0, 0.2)}, ["Nothing bought in the last 90 days"]),
        (
            {"purchase_days_90d": (2, -0.4), "day_amount": (100, 0.3), "spend_90d": (80_000, -0.2)},
            [
                "But: Visits in the last 90 days: 2, ¥800 in all",
                "Spends ¥1 on a visit on average",
            ],
        ),
        (
            {"purchase_days_90d": (2, 0.4), "spend_90d": (80_000, -0.2)},
            ["Visits in the last 90 days: 2", "But: Spent ¥800 in the last 90 days"],
        ),
        (
            {"purchase_days_90d": (2, 0.4), "novelty": (0, 0.2)},
            [
                "Visits in the last 90 days: 2",
                "Things bought for the first time in the last 90 days: 0",
            ],
        ),
    ],
)
def test_the_last_90_days_are_told_once(
    found: dict[str, tuple[float, float]], told: list[str]
) -> None:
    reasons = [
        {"code": code, "value": value, "contribution": weight}
        for code, (value, weight) in found.items()
    ]
    with translation.override("en"):
        assert sentences.reasons(reasons) == told
