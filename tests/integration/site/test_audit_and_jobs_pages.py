"""The pages on what was done: who may see them, what they show, and a second try for a job."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils.translation import override

import regulars
from regulars.kit import audit, jobs
from regulars.kit.models import AuditEvent, User
from regulars.kit.permissions import SYSTEM, Actor, Role
from regulars.kit.queries import Trail, audit_actions, audit_events
from regulars.offer.actions import add_user
from regulars.site import audit_words

pytestmark = pytest.mark.django_db
SignIn = Callable[[Role], Client]


@pytest.fixture
def sign_in(at: datetime) -> SignIn:
    """A browser in English, signed in with a role."""

    def browser(role: Role) -> Client:
        user = add_user(str(role), "correct horse", role.title(), role, by=SYSTEM, at=at)
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return browser


def write(count: int, at: datetime, by: Actor = SYSTEM) -> None:
    for number in range(count):
        detail = {"fields": ["city", "name"]}
        audit.record("people.update_customer", f"customer:{number}", by=by, at=at, detail=detail)


@pytest.mark.parametrize("address", ["/settings/audit/", "/settings/jobs/"])
@pytest.mark.parametrize("role", [Role.MANAGER, Role.DESK, Role.STYLIST])
def test_those_without_the_role_are_refused(sign_in: SignIn, role: Role, address: str) -> None:
    assert sign_in(role).get(address).status_code == 403


def test_auditors_see_the_trail_and_cannot_touch_jobs(sign_in: SignIn) -> None:
    auditor = sign_in(Role.AUDITOR)
    assert auditor.get("/settings/audit/").status_code == 200
    assert auditor.get("/settings/jobs/").status_code == 403
    assert auditor.post("/settings/jobs/1/retry/").status_code == 403


def test_the_trail_tells_in_words(sign_in: SignIn, at: datetime) -> None:
    write(1, at)
    page = sign_in(Role.AUDITOR).get("/settings/audit/").content.decode()
    assert "changed a customer&#x27;s details" in page
    assert "customer 0" in page
    assert "fields city, name" in page


def test_names_typed_by_people_are_escaped(sign_in: SignIn, at: datetime) -> None:
    audit.record(
        "x.<b>", "y:<b>", by=Actor(None, "<script>x</script>"), at=at, detail={"<i>": "<i>"}
    )
    page = sign_in(Role.AUDITOR).get("/settings/audit/?subject=<script>").content.decode()
    page += sign_in(Role.OWNER).get("/settings/audit/").content.decode()
    for markup in ("<script>x", "<b>", "<i>"):
        assert markup not in page


@pytest.mark.parametrize(
    "query",
    ["before=x", "after=-1", "before=" + "9" * 30, "person=x'", "action=%00x", "before=٣"],
)
def test_a_crooked_address_still_gets_a_page(sign_in: SignIn, query: str) -> None:
    assert sign_in(Role.AUDITOR).get(f"/settings/audit/?{query}").status_code == 200


def test_the_trail_is_narrowed_by_action_subject_and_person(sign_in: SignIn, at: datetime) -> None:
    client = sign_in(Role.OWNER)
    owner = User.objects.get(username="owner")
    write(3, at, by=owner.actor())
    audit.record("test.other", "customer:1", by=SYSTEM, at=at)

    def shown(query: str) -> int:
        return len(client.get(f"/settings/audit/?{query}").context["rows"])

    assert shown("action=test.other") == 1
    assert shown("subject=customer:1") == 2
    assert shown(f"person={owner.pk}") == 3
    assert shown("person=system") == AuditEvent.objects.filter(actor_id=None).count()
    assert shown(f"person={owner.pk}&subject=customer:1&action=test.other") == 0


def test_paging_shows_every_event_once_both_ways(at: datetime) -> None:
    write(23, at)
    everything = list(AuditEvent.objects.order_by("-pk").values_list("pk", flat=True))
    page = audit_events(Trail(), limit=5)
    pages = [page]
    while page.older:
        page = audit_events(Trail(before=page.events[-1].pk), limit=5)
        pages.append(page)
    assert [event.pk for page in pages for event in page.events] == everything
    assert [page.newer for page in pages] == [False, *[True] * (len(pages) - 1)]
    back = audit_events(Trail(after=pages[2].events[0].pk), limit=5)
    assert back.events == pages[1].events
    assert back.newer
    assert not audit_events(Trail(after=pages[1].events[0].pk), limit=5).newer


def test_the_actions_to_choose_from_are_those_that_happened(at: datetime) -> None:
    assert audit_actions() == []
    for action in ("b.two", "a.one", "b.two"):
        audit.record(action, "x:1", by=SYSTEM, at=at)
    assert audit_actions() == ["a.one", "b.two"]


def test_a_check_finds_what_was_altered(sign_in: SignIn, at: datetime) -> None:
    client = sign_in(Role.AUDITOR)
    write(2, at)
    audit.seal(at=at)
    assert "The trail is whole" in client.post("/settings/audit/check/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE kit_auditevent SET actor_name = 'nobody'")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert "are not as they were sealed" in client.post("/settings/audit/check/").content.decode()


def test_a_check_is_not_a_link(sign_in: SignIn) -> None:
    assert sign_in(Role.AUDITOR).get("/settings/audit/check/").status_code == 405


def fail(job: int) -> None:
    with connection.cursor() as cursor:
        for status in ("doing", "failed"):
            cursor.execute(
                f"UPDATE procrastinate_jobs SET status = '{status}' WHERE id = %s", [job]
            )


def status_of(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        return str(cursor.fetchone()[0])


def test_a_failed_job_is_run_again_once(sign_in: SignIn) -> None:
    owner = sign_in(Role.OWNER)
    job = jobs.seal_audit.defer(timestamp=0)
    fail(job)
    assert "Seal the audit trail" in owner.get("/settings/jobs/").content.decode()
    owner.post(f"/settings/jobs/{job}/retry/")
    assert status_of(job) == "todo"
    owner.post(f"/settings/jobs/{job}/retry/")
    owner.post("/settings/jobs/999999/retry/")
    events = AuditEvent.objects.filter(action="kit.retry_job")
    assert [event.subject for event in events] == [f"job:{job}"]


def test_a_failed_job_whose_work_waits_again_is_not_queued_twice(sign_in: SignIn) -> None:
    owner = sign_in(Role.OWNER)
    job = jobs.seal_audit.defer(timestamp=0)
    fail(job)
    jobs.seal_audit.defer(timestamp=0)
    assert owner.post(f"/settings/jobs/{job}/retry/").status_code == 302
    assert status_of(job) == "failed"
    assert not AuditEvent.objects.filter(action="kit.retry_job").exists()


def test_without_a_worker_the_page_says_so(sign_in: SignIn) -> None:
    owner = sign_in(Role.OWNER)
    assert "No worker is running" in owner.get("/settings/jobs/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert "No worker is running" not in owner.get("/settings/jobs/").content.decode()


def recorded_actions() -> set[str]:
    """The names of all audit events that the code writes, where they are written out."""
    found = set()
    for file in Path(regulars.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "audit.record"
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


def test_every_action_and_task_has_words() -> None:
    assert len(recorded_actions()) > 20
    assert recorded_actions() <= set(audit_words.ACTIONS)
    ours = {name for name in jobs.app.tasks if not name.startswith(("builtin", "procrastinate"))}
    assert ours <= set(audit_words.TASKS)


def test_subjects_and_details_in_words() -> None:
    with override("en"):
        assert audit_words.subject_words("customer:12") == "customer 12"
        assert audit_words.subject_words("batch:None") == ""
        assert audit_words.subject_words("ufo:1") == "ufo:1"
        assert audit_words.detail_words({"count": 3, "granted": True}) == "how many 3 · granted yes"
