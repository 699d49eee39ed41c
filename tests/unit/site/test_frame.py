"""The menu, the sheet and the toasts, before any browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from django.utils import translation

from regulars.kit import clock, sheets, toasts
from regulars.kit.permissions import Actor, Grant, Permission, Role
from regulars.site.menu import MenuItem
from regulars.site.templatetags import shell
from regulars.site.toasts import ToastMiddleware


def item(url_name: str, section: str = "") -> MenuItem:
    return MenuItem(url_name, url_name, "sun", Permission.SEE_TODAY, section)  # type: ignore[arg-type]


def test_an_entry_that_leads_nowhere_is_not_shown() -> None:
    menu = [item("today"), item("no-such-address"), item("settings")]
    links = shell.menu_links(menu, RequestFactory().get("/settings/import/"))
    assert [link.item.url_name for link in links] == ["today", "settings"]


def test_the_longest_matching_address_is_the_current_one() -> None:
    menu = [item("today"), item("settings")]
    for path, current in (("/", "today"), ("/settings/import/", "settings")):
        links = shell.menu_links(menu, RequestFactory().get(path))
        assert [link.item.url_name for link in links if link.current] == [current]


def test_a_heading_stands_once_over_its_entries() -> None:
    menu = [item("today"), item("settings", "Shop"), item("sign-in", "Shop")]
    links = shell.menu_links(menu, RequestFactory().get("/"))
    assert [link.opens_section for link in links] == [False, True, False]


@pytest.mark.parametrize(
    ("hour", "word"), [(1, "morning"), (5, "afternoon"), (12, "evening"), (19, "evening")]
)
def test_the_greeting_knows_the_hour_of_the_shop(
    hour: int, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 10, 20, hour, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    zone = clock.zone()
    with translation.override("en"):
        said = shell.greeting(Actor(1, "Li"))
    local = moment.astimezone(zone).hour
    expected = "morning" if 5 <= local < 12 else "afternoon" if 12 <= local < 18 else "evening"
    assert said == f"Good {expected}, Li"
    assert zone.key != "Asia/Shanghai" or expected == word


def test_a_role_held_in_two_stores_is_named_once() -> None:
    actor = Actor(1, "Li", (Grant(Role.DESK, 1), Grant(Role.DESK, 2), Grant(Role.STYLIST, 1)))
    with translation.override("en"):
        assert shell.role_names(actor) == "Front desk · Stylist"


def test_leaving_a_sheet_moves_the_whole_page() -> None:
    beside = RequestFactory().post("/x/", headers={"HX-Target": "div#sheet"})
    assert sheets.leave(beside, "/y/").headers["HX-Redirect"] == "/y/"
    alone = sheets.leave(RequestFactory().post("/x/"), "/y/")
    assert (alone.status_code, alone.headers["Location"]) == (302, "/y/")


def answer(response: HttpResponse, *, htmx: bool) -> HttpResponse:
    def page(request: HttpRequest) -> HttpResponse:
        toasts.say(request, "搬好了", undo="/undo/")
        return response

    request = RequestFactory().post("/x/", headers={"HX-Request": "true"} if htmx else {})
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return ToastMiddleware(page)(request)


def test_what_was_said_goes_with_the_htmx_answer() -> None:
    said = json.loads(answer(HttpResponse(), htmx=True).headers["HX-Trigger"])
    assert said == {"toast": {"text": "搬好了", "undo": "/undo/"}}


@pytest.mark.parametrize(
    ("response", "htmx"),
    [
        (HttpResponse(), False),
        (HttpResponseRedirect("/y/"), True),
        (HttpResponse(headers={"HX-Redirect": "/y/"}), True),
    ],
)
def test_what_was_said_waits_for_the_next_page_when_there_is_one(
    response: HttpResponse, htmx: bool
) -> None:
    assert "HX-Trigger" not in answer(response, htmx=htmx).headers
