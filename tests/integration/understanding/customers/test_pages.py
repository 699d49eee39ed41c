"""The customers' pages: who may see what, and that nothing of a person leaks."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from regulars.kit import clock
from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM, Role
from regulars.offer.actions import add_user
from regulars.people import actions
from regulars.people.drafts import ConsentDraft, CustomerDraft
from regulars.people.models import Consent, ContactPoint, Customer, Note
from regulars.people.queries import notes_of
from regulars.sales.models import Order
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.customers.sealed_text import unseal
from regulars.understanding.models import CustomerResult
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db
PHONE = "13812342384"
PAGES = ["", "filter/", "add/", "export/"]


@pytest.fixture
def someone(analysed: Analysed) -> Customer:
    """A customer with a phone, who buys often."""
    best = CustomerResult.objects.filter(run=analysed.run).order_by("-purchase_days")[0]
    actions.add_contact(best.customer_id, "phone", PHONE, by=SYSTEM, at=analysed.now)
    return Customer.objects.get(pk=best.customer_id)


@pytest.fixture
def marketer(analysed: Analysed) -> Client:
    """May export, may not see contacts in full."""
    add_user("marketer", "a long password", "m", Role.MARKETER, by=SYSTEM, at=analysed.now)
    return analysed.client("marketer")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(analysed: Analysed, page: str, language: str) -> None:
    assert analysed.client("owner", language).get(f"/customers/{page}").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_customer_has_a_page(analysed: Analysed, language: str) -> None:
    client = analysed.client("owner", language)
    for pk in analysed.salon.customers:
        assert client.get(f"/customers/{pk}/").status_code == 200


@pytest.mark.parametrize("name", ["year", "visits", "average", "gap", "expected", "risk"])
def test_every_figure_opens(owner: Client, someone: Customer, name: str) -> None:
    assert owner.get(f"/customers/{someone.pk}/why/{name}/").status_code == 200


def test_what_a_figure_is_made_of_adds_up(analysed: Analysed, owner: Client) -> None:
    for result in CustomerResult.objects.filter(run=analysed.run):
        address = f"/customers/{result.customer_id}/why/"
        year = owner.get(f"{address}year/").context["why"]
        assert year.total == result.spend_365d
        visits = owner.get(f"{address}visits/").context["why"]
        assert len({part.label for part in visits.parts}) == result.purchase_days
        if result.average_order is not None:
            average = owner.get(f"{address}average/").context["why"]
            assert round(average.total / len(average.parts)) == result.average_order
        gaps = owner.get(f"{address}gap/").context["why"]
        assert len(gaps.parts) == result.detail["gaps"]


def test_an_unknown_customer_or_figure_is_not_found(owner: Client, someone: Customer) -> None:
    assert owner.get("/customers/999999999/").status_code == 404
    assert owner.get(f"/customers/{someone.pk}/why/weather/").status_code == 404


def test_a_search_leaves_no_name_in_the_address(analysed: Analysed, owner: Client) -> None:
    answer = owner.post("/customers/?stage=mature&after=3", {"q": "客01"})
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert set(query) == {"stage", "find"}
    assert unseal(query["find"][0]) == "客01"
    assert "客" not in answer["Location"]
    found = owner.get("/customers/?find=" + query["find"][0]).context["rows"]
    assert [row.customer.name for row in found] == ["客01"]


def test_a_live_search_answers_with_the_list_and_its_address(
    analysed: Analysed, owner: Client
) -> None:
    headers = {"HX-Request": "true", "HX-Target": "div#customers"}
    answer = owner.post("/customers/", {"q": "客01"}, headers=headers)
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert answer["HX-Replace-Url"].startswith("/customers/?find=")


def test_a_wrong_filter_is_said_and_the_others_hold(analysed: Analysed, owner: Client) -> None:
    answer = owner.get("/customers/?stage=mature&r=9&last_from=yesterday&spend_from=much")
    assert set(answer.context["form"].errors) == {"r", "last_from", "spend_from"}
    assert answer.context["filters"].used() == ["stage"]


def test_the_sheet_of_filters_offers_groups_and_keeps_those_it_does_not(owner: Client) -> None:
    context = owner.get("/customers/filter/?in=tier:elite&in=region:北京&find=x").context
    offered = {code: chosen for each in context["groups"] for code, _, chosen in each.groups}
    assert offered["tier:elite"] and not offered["tier:new"]
    assert sorted(context["kept"]) == [("find", "x"), ("in", "region:北京")]
    sent = owner.get("/customers/?in=&in=tier:elite&in=&stage=")
    assert sent.context["filters"].used() == ["traits"]


def test_groups_in_an_address_stand_as_words_and_go_one_by_one(owner: Client) -> None:
    chosen = "in=tier:elite&in=region:北京&stage=mature"
    chips = {one.text: one.url for one in owner.get(f"/customers/?{chosen}").context["chips"]}
    left = parse_qs(urlsplit(chips["Tier: Elite"]).query)
    assert left == {"in": ["region:北京"], "stage": ["mature"]}
    assert "Region: 北京" in chips


@pytest.mark.parametrize("query", ["in=x", "in=tier:%00", f"in=a:{'x' * 90}", "list=7", "cause=x"])
def test_a_group_list_or_cause_that_is_none_is_left_out(owner: Client, query: str) -> None:
    answer = owner.get(f"/customers/?{query}")
    assert len(answer.context["form"].errors) == 1
    assert answer.context["filters"].used() == []


def test_who_may_not_see_sales_cannot_ask_for_amounts_either(analysed: Analysed) -> None:
    query = "/customers/?loss_from=5&value_to=900&spend_from=100&risk_from=10"
    assert analysed.client("stylist").get(query).context["filters"].used() == ["risk_from"]
    assert len(analysed.client("owner").get(query).context["filters"].used()) == 4


def test_old_sales_say_how_far_they_go(
    analysed: Analysed, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert owner.get("/customers/").context["sales_until"] is None
    monkeypatch.setattr(settings, "STANDING_CLOCK", analysed.now + timedelta(days=30))
    latest = Order.objects.latest("ordered_at").ordered_at.astimezone(clock.zone()).date()
    answer = owner.get("/customers/")
    assert answer.context["sales_until"] == latest
    assert f"sales up to {latest.day} " in answer.content.decode()


@pytest.mark.parametrize("query", ["after=x", "after=99999999999999999999", "before=-1", "sort=x"])
def test_a_mangled_address_shows_the_first_page(
    analysed: Analysed, owner: Client, query: str
) -> None:
    answer = owner.get(f"/customers/?{query}")
    assert [row.customer.pk for row in answer.context["rows"]] == [
        row.customer.pk for row in owner.get("/customers/").context["rows"]
    ]


def test_an_empty_result_names_the_filter_to_drop(analysed: Analysed, owner: Client) -> None:
    context = owner.get("/customers/?stage=potential&spend_from=1").context
    relaxed = {one.names: count for one, _, count in context["relax"]}
    assert relaxed["spend_from", "spend_to"] == 3
    assert relaxed["stage",] > 3


def test_phones_are_masked_until_shown_and_each_look_is_on_record(
    owner: Client, someone: Customer
) -> None:
    for address in ("/customers/", f"/customers/{someone.pk}/"):
        page = owner.get(address).content.decode()
        assert "138****2384" in page
        assert PHONE not in page
    shown = owner.post(f"/customers/{someone.pk}/contacts/")
    assert PHONE in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.subject) == ("people.reveal_contacts", f"customer:{someone.pk}")
    assert owner.get(f"/customers/{someone.pk}/contacts/").status_code == 405


def test_a_stylist_sees_no_money_and_changes_nothing(analysed: Analysed, someone: Customer) -> None:
    stylist = analysed.client("stylist")
    theirs = Customer.objects.filter(visible_to({analysed.salon.stores[1].pk}))
    pk = theirs.exclude(order=None)[0].pk
    page = stylist.get(f"/customers/{pk}/").content.decode()
    assert "¥" not in page
    assert "¥" not in stylist.get("/customers/").content.decode()
    for address in ("why/year/", "why/average/", "edit/", "notes/", "contacts/add/"):
        assert stylist.get(f"/customers/{pk}/{address}").status_code == 403
    assert stylist.post(f"/customers/{pk}/contacts/").status_code == 403
    assert stylist.get("/customers/export/").status_code == 403
    assert stylist.get("/customers/add/").status_code == 403


def test_who_is_bound_to_a_store_cannot_open_customers_of_another(analysed: Analysed) -> None:
    north, south = analysed.salon.stores
    elsewhere = (
        Order.objects.filter(store=north, customer__isnull=False)
        .exclude(customer__in=Order.objects.filter(store=south).values("customer"))
        .values_list("customer", flat=True)
    )
    manager = analysed.client("manager")
    for address in ("", "edit/", "notes/", "consents/", "why/visits/"):
        assert manager.get(f"/customers/{elsewhere[0]}/{address}").status_code == 404
    assert manager.post(f"/customers/{elsewhere[0]}/contacts/").status_code == 404
    listed = {row.customer.pk for row in manager.get("/customers/").context["rows"]}
    assert not listed & set(elsewhere)


def test_an_analyst_has_no_list_of_people(analysed: Analysed) -> None:
    assert analysed.client("analyst").get("/customers/").status_code == 403


def test_a_change_can_be_undone(owner: Client, someone: Customer) -> None:
    given = {"name": "曾黎", "birth_calendar": "lunar", "birth_month": 8, "birth_day": 15}
    assert owner.post(f"/customers/{someone.pk}/edit/", given).status_code == 302
    changed = Customer.objects.get(pk=someone.pk)
    assert (changed.name, changed.birth_year, changed.birth_calendar) == ("曾黎", None, "lunar")
    token = owner.session["customers.undo"][-1]["token"]
    assert owner.post(f"/customers/{someone.pk}/undo/{token}/").status_code == 302
    again = Customer.objects.get(pk=someone.pk)
    assert (again.name, again.birth_year) == (someone.name, someone.birth_year)
    assert owner.post(f"/customers/{someone.pk}/undo/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"birth_month": 2, "birth_day": 30}, "birth_day"),
        ({"birth_month": 13, "birth_day": 1}, "birth_month"),
        ({"birth_month": 5}, "birth_day"),
        ({"birth_year": 1700}, "birth_year"),
        ({"birth_calendar": "maya"}, "birth_calendar"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_an_impossible_profile_is_refused_in_its_place(
    owner: Client, someone: Customer, wrong: dict[str, object], field: str
) -> None:
    given = {"name": "曾黎", "birth_calendar": "solar", **wrong}
    answer = owner.post(f"/customers/{someone.pk}/edit/", given)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert Customer.objects.get(pk=someone.pk).name == someone.name


def test_a_phone_somebody_has_is_asked_about_before_a_second_person_gets_it(
    owner: Client, someone: Customer
) -> None:
    given = {"name": "曾小黎", "phone": "138 1234 2384", "birth_calendar": "solar"}
    asked = owner.post("/customers/add/", given)
    assert asked.status_code == 422
    assert asked.context["same"] == [someone]
    assert not Customer.objects.filter(name="曾小黎").exists()
    assert owner.post("/customers/add/", {**given, "anyway": "1"}).status_code == 302
    added = Customer.objects.get(name="曾小黎")
    assert ContactPoint.objects.filter(customer=added, kind="phone").count() == 1


def test_nobody_is_added_without_name_and_phone(owner: Client) -> None:
    answer = owner.post("/customers/add/", {"birth_calendar": "solar"})
    assert answer.status_code == 422
    assert (
        owner.post("/customers/add/", {"phone": "12", "birth_calendar": "solar"}).status_code == 422
    )


def test_a_sensitive_note_waits_for_consent_and_hides_when_it_is_withdrawn(
    analysed: Analysed, owner: Client, someone: Customer
) -> None:
    address, page = f"/customers/{someone.pk}/notes/", f"/customers/{someone.pk}/"
    given = {"text": "染膏过敏", "sensitive": "on"}
    assert owner.post(address, given).status_code == 422
    assert not Note.objects.filter(customer=someone).exists()
    word = {
        "purpose": "sensitive",
        "channel": "any",
        "granted": "yes",
        "notice_version": "2026-01",
        "evidence": "signed form",
    }
    owner.post(f"/customers/{someone.pk}/consents/", word)
    assert owner.post(address, given).status_code == 302
    assert [note.text for note in notes_of(someone)] == ["染膏过敏"]
    assert "染膏过敏" in owner.get(page).content.decode()
    owner.post(f"/customers/{someone.pk}/consents/", {**word, "granted": "no"})
    assert "染膏过敏" not in owner.get(page).content.decode()
    assert Consent.objects.filter(customer=someone).count() == 2


def test_consent_needs_evidence(owner: Client, someone: Customer) -> None:
    given = {"purpose": "marketing", "channel": "sms", "granted": "yes", "notice_version": "1"}
    answer = owner.post(f"/customers/{someone.pk}/consents/", given)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"evidence"}


def test_tags_are_put_on_and_taken_off(owner: Client, someone: Customer) -> None:
    owner.post(f"/customers/{someone.pk}/tags/", {"name": "偏好周末"})
    worn = someone.tagged.get()
    assert worn.tag.name == "偏好周末"
    owner.post(f"/customers/{someone.pk}/tags/{worn.tag_id}/remove/")
    assert not someone.tagged.exists()
    owner.post(f"/customers/{someone.pk}/tags/", {"name": ""})
    assert not someone.tagged.exists()


def exported(client: Client, query: str = "", **given: str) -> list[list[str]]:
    answer = client.post(f"/customers/export/{query}", given)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


def test_an_export_is_the_filtered_list_and_on_record(
    analysed: Analysed, owner: Client, someone: Customer
) -> None:
    rows = exported(owner, "?stage=mature")
    results = CustomerResult.objects.filter(run=analysed.run, stage="mature")
    assert {row[0] for row in rows[1:]} == set(results.values_list("customer__number", flat=True))
    event = AuditEvent.objects.latest("pk")
    assert event.action == "understanding.export_customers"
    assert event.detail == {
        "count": len(rows) - 1,
        "filters": ["stage"],
        "contacts_in_full": False,
    }
    assert all(PHONE not in row for row in rows)


def test_full_phones_go_only_to_those_who_may_see_them(
    owner: Client, marketer: Client, someone: Customer
) -> None:
    assert any(PHONE in row for row in exported(owner, in_full="on"))
    assert marketer.post("/customers/export/", {"in_full": "on"}).status_code == 403
    assert any("138****2384" in row for row in exported(marketer))


def test_what_someone_typed_is_no_formula_in_a_spreadsheet(
    analysed: Analysed, owner: Client
) -> None:
    actions.add_customer(CustomerDraft(name="=1+1"), by=SYSTEM, at=analysed.now)
    assert any("'=1+1" in row for row in exported(owner))


def test_who_came_after_the_analysis_is_listed_and_not_judged(
    analysed: Analysed, owner: Client
) -> None:
    later = analysed.now + timedelta(hours=1)
    pk = actions.add_customer(CustomerDraft(name="新来的"), by=SYSTEM, at=later)
    headers = {"HX-Target": "div#customers"}
    for sort in ("year", "-risk", "name", "-joined"):
        found = owner.post(f"/customers/?sort={sort}", {"q": "新来的"}, headers=headers)
        assert [row.customer.pk for row in found.context["rows"]] == [pk]
    page = owner.get(f"/customers/{pk}/")
    assert page.context["result"] is None
    assert page.status_code == 200
    assert owner.get(f"/customers/{pk}/why/year/").status_code == 404


def test_the_palette_finds_customers_and_acts_by_what_one_may(
    analysed: Analysed, owner: Client, someone: Customer
) -> None:
    found = owner.post("/search/", {"q": "2384"})
    assert [row.customer for row in found.context["customers"]] == [someone]
    assert [act.url_name for act, _ in owner.post("/search/", {"q": "导出"}).context["acts"]] == [
        "customers:export"
    ]
    assert analysed.client("analyst").post("/search/", {"q": "2384"}).context["customers"] == []
    assert analysed.client("stylist").post("/search/", {"q": "导出"}).context["acts"] == []
    assert owner.post("/search/", {"q": "\x00"}).status_code == 200
    assert owner.get("/search/").context["customers"] == []


def test_the_consent_of_a_customer_is_told_word_by_word(
    analysed: Analysed, owner: Client, someone: Customer
) -> None:
    word = ConsentDraft("marketing", "sms", True, "2026-01", "signed form", analysed.now)
    actions.set_consent(someone.pk, word, by=SYSTEM, at=analysed.now)
    lines = {
        line.purpose: line for line in owner.get(f"/customers/{someone.pk}/").context["consents"]
    }
    assert lines["marketing"].granted == ["SMS"]
    assert lines["service"].granted == lines["service"].withdrawn == []
