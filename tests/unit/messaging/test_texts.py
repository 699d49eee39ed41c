"""Words with variables: what is unknown, missing or more than a name is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from regulars.messaging import texts
from regulars.messaging.occasions import all_occasions
from regulars.messaging.states import MOVES


def test_values_are_put_in_and_never_read_as_patterns() -> None:
    filled = texts.fill("{store}", "{name}, {time}", {"store": "A", "name": "{time}", "time": "9"})
    assert (filled.title, filled.body) == ("A", "{time}, 9")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Come at {time}, {nmae}", "nmae"),
        ("Come", "time"),
        ("Come at {time", "open"),
        ("{time.__class__}", "one name"),
        ("{time!r}", "one name"),
        ("{time:>10}", "one name"),
        ("{0}", "one name"),
        ("{}", "one name"),
    ],
)
def test_a_text_that_cannot_be_filled_is_refused_in_words(body: str, words: str) -> None:
    with translation.override("en"), pytest.raises(ValidationError, match=words):
        texts.check("", body, known={"time", "name"}, needed={"time"})


def test_double_braces_are_braces() -> None:
    texts.check("", "{{x}} {time}", known={"time"}, needed={"time"})


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_words_that_come_along_pass_their_own_check(language: str) -> None:
    assert all_occasions()
    for occasion in all_occasions():
        texts.check(*occasion.words(language), known=occasion.known, needed=occasion.needed)


def test_no_state_leads_out_of_the_end() -> None:
    assert {state for state, to in MOVES.items() if not to} == {"delivered", "failed", "dropped"}
