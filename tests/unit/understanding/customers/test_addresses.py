"""Addresses of the list hold filters and places, and nothing about a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from regulars.understanding.customers.addresses import Address
from regulars.understanding.customers.listing import parse_sort
from regulars.understanding.customers.sealed_text import seal, unseal
from regulars.understanding.customers.timeline import Place


def test_a_searched_name_is_sealed_and_comes_back() -> None:
    token = seal("曾黎 13812342384")
    assert "138" not in token and "曾" not in token
    assert token.isascii() and unseal(token) == "曾黎 13812342384"
    assert seal("") == ""


@pytest.mark.parametrize("token", ["", "x", "====", "曾黎", "%00"])
def test_a_token_of_another_making_finds_nothing(token: str) -> None:
    assert unseal(token) == ""


def test_an_altered_token_finds_nothing() -> None:
    assert unseal(seal("曾黎")[:-4] + "AAAA") == ""


def test_a_change_keeps_the_other_filters_and_begins_at_the_first_page() -> None:
    address = Address(QueryDict("stage=new&tag=3&after=99"))
    assert address.changed(stage="lost") == "?stage=lost&tag=3"
    assert address.without("stage") == "?tag=3"
    assert address.changed(after=7) == "?stage=new&tag=3&after=7"


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("-spend", ("spend", True)),
        ("name", ("name", False)),
        ("", ("year", True)),
        ("; drop table", ("year", True)),
        ("--spend", ("year", True)),
    ],
)
def test_only_known_columns_sort(text: str, sort: tuple[str, bool]) -> None:
    assert parse_sort(text) == sort


def test_a_place_in_the_timeline_is_read_as_it_was_written() -> None:
    place = Place(datetime(2026, 3, 1, 4, 5, 6, 7, tzinfo=UTC), "events", 12)
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize(
    "text",
    ["", "~~", "2026-01-01~events~1", "2026-01-01T00:00:00+00:00~secrets~1", "x~notes~1",
     "2026-01-01T00:00:00+00:00~notes~-1"],
)  # fmt: skip
def test_a_place_nobody_wrote_is_none(text: str) -> None:
    assert Place.parse(text) is None
