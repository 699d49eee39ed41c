"""Saved lists: frozen, named once, seen only as far as one may see, and gone with who is erased."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from regulars.kit import clock
from regulars.kit.models import AuditEvent, User
from regulars.kit.permissions import SYSTEM, Role
from regulars.offer.actions import add_user
from regulars.people.models import Customer
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.lists import actions, picking, queries
from regulars.understanding.lists.actions import ListDraft
from regulars.understanding.lists.models import ListMember, SavedList
from regulars.understanding.models import CustomerResult
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db
SAVE = "/customers/lists/save/"


def form_of(client: Client, query: str, **given: str) -> dict[str, str]:
    form = client.get(f"{SAVE}?{query}").context["form"]
    key, chosen = form["request_key"].value(), form["chosen"].value()
    return {"request_key": key, "chosen": chosen, "name": "老朋友", **given}


def saved_from(client: Client, query: str, **given: str) -> SavedList:
    answer = client.post(SAVE, form_of(client, query, **given))
    assert answer.status_code == 302, answer.context["form"].errors
    return SavedList.objects.get(pk=parse_qs(urlsplit(answer["Location"]).query)["list"][0])


def refused(client: Client, query: str, **given: str) -> Any:
    answer = client.post(SAVE, form_of(client, query, **given))
    assert answer.status_code == 422
    return answer.context["form"].errors


def shown(client: Client, query: str) -> set[int]:
    rows: list[Any] = []
    address = f"/customers/?{query}"
    while address:
        context = client.get(address).context
        rows += context["rows"]
        address = context["after"] and f"/customers/{context['after']}"
    return {row.customer.pk for row in rows}


def test_what_was_shown_is_what_is_saved_and_stays(analysed: Analysed, owner: Client) -> None:
    before = shown(owner, "stage=mature")
    saved = saved_from(owner, "stage=mature&sort=-risk", note="节后回访")
    assert set(queries.members_of(saved.pk)) == before
    assert (saved.size, saved.run, saved.filters) == (
        len(before), analysed.run, {"stage": ["mature"]}
    )  # fmt: skip
    CustomerResult.objects.filter(run=analysed.run).update(stage="lost")
    assert shown(owner, f"list={saved.pk}") == before
    assert shown(owner, "stage=mature") == set()


def test_lists_combine_with_every_other_filter(owner: Client) -> None:
    saved = saved_from(owner, "stage=mature")
    loyal, fives = shown(owner, f"list={saved.pk}"), shown(owner, "r=5")
    assert shown(owner, f"list={saved.pk}&r=5") == loyal & fives
    assert shown(owner, f"outside={saved.pk}&r=5") == fives - loyal
    assert shown(owner, f"outside={saved.pk}") == shown(owner, "") - loyal


def test_the_same_form_twice_is_one_list_and_another_content_is_refused(owner: Client) -> None:
    sent = form_of(owner, "stage=mature")
    first, second = (owner.post(SAVE, sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert SavedList.objects.count() == 1
    assert owner.post(SAVE, {**sent, "chosen": "stage=new"}).status_code == 422


def test_a_name_is_taken_once_whatever_its_case(owner: Client) -> None:
    saved_from(owner, "stage=mature", name="VIP 回访")
    assert "name" in refused(owner, "stage=lost", name="vip　回访")
    assert SavedList.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedList.objects.create(name="vip 回访", size=1, at=clock.now())
    assert ListMember.objects.values("saved").distinct().count() == 1


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("stage=potential&spend_from=1", {}),  # nobody
        ("stage=mature", {"name": "  "}),
        ("stage=mature", {"name": "名" * 61}),
        ("stage=mature&risk_from=many", {}),  # a filter that cannot be read
    ],
)
def test_what_cannot_be_saved_is_told(owner: Client, query: str, given: dict[str, str]) -> None:
    assert refused(owner, query, **given)
    assert not SavedList.objects.exists()


def test_too_many_customers_and_too_many_lists_are_told(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_MEMBERS", 3)
    assert "3 customers" in str(refused(owner, "stage=mature"))
    monkeypatch.setattr(actions, "MOST_LISTS", 0)
    assert refused(owner, "stage=mature")
    assert not SavedList.objects.exists()
    assert not ListMember.objects.exists()


def test_a_searched_text_is_not_kept(owner: Client) -> None:
    found = owner.post("/customers/", {"q": "客01"})["Location"]
    saved = saved_from(owner, urlsplit(found).query)
    assert saved.searched
    assert saved.filters == {}
    assert "客" not in str(AuditEvent.objects.latest("pk").detail)
    assert owner.get(f"/customers/lists/{saved.pk}/").context["compared"].today is None


def test_a_list_tells_who_came_and_who_left_since(analysed: Analysed, owner: Client) -> None:
    saved = saved_from(owner, "stage=mature")
    results = CustomerResult.objects.filter(run=analysed.run)
    left = results.filter(stage="mature").values("pk")[:2]
    came = results.exclude(stage="mature").values("pk")[:3]
    came, left = [list(each.values_list("pk", flat=True)) for each in (came, left)]
    results.filter(pk__in=came).update(stage="mature")
    results.filter(pk__in=left).update(stage="lost")
    context = owner.get(f"/customers/lists/{saved.pk}/").context
    told = context["compared"]
    assert (told.members, told.today) == (saved.size, saved.size + 1)
    assert (told.came, told.left, told.both) == (3, 2, saved.size - 2)
    assert len(shown(owner, context["newcomers"][1:])) == 3


def test_who_is_bound_to_a_store_saves_and_sees_its_customers_only(
    analysed: Analysed, owner: Client
) -> None:
    store = analysed.salon.stores[1].pk
    theirs = set(Customer.objects.filter(visible_to({store})).values_list("pk", flat=True))
    manager = analysed.client("manager")
    own = saved_from(manager, "r=5", name="店里")
    assert own.stores == [store]
    assert set(queries.members_of(own.pk)) == theirs & shown(owner, "r=5")
    everyones = saved_from(owner, "", name="全部")
    assert shown(manager, f"list={everyones.pk}") == theirs
    assert manager.get(f"/customers/lists/{everyones.pk}/").context["compared"].members == len(
        theirs
    )
    told = owner.get(f"/customers/lists/{own.pk}/").context["compared"]
    assert told.came == told.left == 0


def test_only_its_maker_or_someone_for_all_stores_changes_a_list(
    analysed: Analysed, owner: Client
) -> None:
    manager = analysed.client("manager")
    everyones, own = saved_from(owner, "", name="全部"), saved_from(manager, "r=5", name="店里")
    for verb in ("", "delete/"):
        sent = {"name": "改了"}
        assert manager.post(f"/customers/lists/{everyones.pk}/{verb}", sent).status_code == 403
    assert manager.post(f"/customers/lists/{own.pk}/", {"name": "近店"}).status_code == 302
    assert owner.post(f"/customers/lists/{own.pk}/delete/").status_code == 302
    stylist = analysed.client("stylist")
    assert stylist.get("/customers/lists/").status_code == 200
    for address in (SAVE, f"/customers/lists/{everyones.pk}/delete/"):
        assert stylist.post(address).status_code == 403
    assert analysed.client("analyst").get("/customers/lists/").status_code == 403


def test_a_deleted_list_comes_back_as_it_was_unless_its_name_is_taken(owner: Client) -> None:
    saved = saved_from(owner, "stage=mature")
    members = set(queries.members_of(saved.pk))
    address = f"/customers/lists/{saved.pk}/"
    owner.post(f"{address}delete/")
    assert owner.get(address).status_code == 404
    assert saved.pk not in dict(queries.names())
    again = saved_from(owner, "stage=lost")
    owner.post(f"{address}restore/")
    assert owner.get(address).status_code == 404
    owner.post(f"/customers/lists/{again.pk}/", {"name": "流失的"})
    owner.post(f"{address}restore/")
    assert owner.get(address).status_code == 200
    assert set(queries.members_of(saved.pk)) == members


def test_deleted_lists_go_for_good_after_a_week(owner: Client) -> None:
    saved = saved_from(owner, "stage=mature")
    owner.post(f"/customers/lists/{saved.pk}/delete/")
    now = clock.now()
    assert actions.forget_deleted(by=SYSTEM, at=now + timedelta(days=6)) == 0
    assert actions.forget_deleted(by=SYSTEM, at=now + timedelta(days=8)) == 1
    assert not ListMember.objects.exists()


def test_an_erased_customer_leaves_every_list(owner: Client) -> None:
    saved = saved_from(owner, "stage=mature")
    member, other = queries.members_of(saved.pk)[:2]
    Customer.objects.filter(pk=member).update(erased_at=clock.now(), name="")
    assert member not in queries.members_of(saved.pk)
    assert other in queries.members_of(saved.pk)


def test_a_list_goes_into_a_file_and_on_record(analysed: Analysed, owner: Client) -> None:
    saved = saved_from(owner, "stage=mature")
    answer = owner.post(f"/customers/export/?list={saved.pk}")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == saved.size + 1
    detail = AuditEvent.objects.latest("pk").detail
    assert (detail["count"], detail["filters"]) == (saved.size, ["saved"])


def test_a_file_tells_value_with_its_interval_loss_and_cause(
    analysed: Analysed, owner: Client
) -> None:
    pk = analysed.salon.customers[0]
    CustomerResult.objects.filter(run=analysed.run, customer=pk).update(
        expected_spend=120_00,
        expected_spend_low=50_00,
        expected_spend_high=300_00,
        expected_loss=99_00,
        cause="price",
    )
    told = file_of(analysed.client("owner", "zh-hans"))[0]
    assert told["可能的原因"] == "价格"
    headings = (
        "未来 12 个月可能消费",
        "未来 12 个月可能消费，从",
        "未来 12 个月可能消费，到",
        "可能损失",
    )
    assert [told[heading] for heading in headings] == ["120", "50", "300", "99"]
    unknown = file_of(owner)[1]
    assert unknown["Likely cause"] == unknown["May be lost"] == ""


def file_of(client: Client) -> list[dict[str, str]]:
    answer = client.post("/customers/export/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_of_lists_opens(analysed: Analysed, owner: Client, language: str) -> None:
    client = analysed.client("owner", language)
    assert client.get("/customers/lists/").status_code == 200
    saved = saved_from(owner, "stage=mature")
    for address in ("/customers/lists/", f"/customers/lists/{saved.pk}/", SAVE):
        assert client.get(address).status_code == 200
    assert saved.name in client.get(f"/customers/?list={saved.pk}").content.decode()


def test_where_a_list_came_from_is_said_in_words(analysed: Analysed, owner: Client) -> None:
    with translation.override("en"):
        assert picking.origin(SavedList()) == "All customers"
    tagged = SavedList(filters={"stage": ["mature"], "in": ["tier:elite"]}, searched=True)
    with translation.override("en"):
        assert picking.origin(tagged) == "Regular · Tier: Elite · found by a search"


def test_saving_needs_the_permission_in_the_action_too(analysed: Analysed) -> None:
    add_user("looker", "a long password", "l", Role.STYLIST, by=SYSTEM, at=analysed.now)
    looker = User.objects.get(username="looker").actor()
    with pytest.raises(PermissionDenied):
        actions.save_list(ListDraft("x"), Customer.objects.all(), by=looker, at=analysed.now)
