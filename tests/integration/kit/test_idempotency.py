"""One key, one effect, also when two requests come at the same moment."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from django.db import IntegrityError

from regulars.kit import idempotency
from regulars.kit.idempotency import KeyReused, once
from regulars.kit.models import Batch, IdempotencyKey
from tests.conftest import Together

pytestmark = pytest.mark.django_db


def make_batch(at: datetime, label: str = "effect") -> dict[str, int]:
    return {"batch": Batch.objects.create(label=label, at=at).pk}


def test_a_repeated_request_gets_the_first_answer_and_has_no_effect(at: datetime) -> None:
    first = once("orders", "k1", {"a": 1, "b": 2}, lambda: make_batch(at), at=at)
    again = once("orders", "k1", {"b": 2, "a": 1}, lambda: make_batch(at), at=at)
    assert first == again
    assert Batch.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(at: datetime) -> None:
    once("orders", "k1", {"a": 1}, lambda: make_batch(at), at=at)
    with pytest.raises(KeyReused):
        once("orders", "k1", {"a": 2}, lambda: make_batch(at), at=at)
    assert Batch.objects.count() == 1


def test_a_key_means_something_within_its_scope_only(at: datetime) -> None:
    once("orders", "k1", {}, lambda: make_batch(at), at=at)
    once("refunds", "k1", {}, lambda: make_batch(at), at=at)
    assert Batch.objects.count() == 2


def test_a_failure_leaves_nothing_and_frees_the_key(at: datetime) -> None:
    def fail() -> None:
        make_batch(at)
        raise RuntimeError("half done")

    with pytest.raises(RuntimeError):
        once("orders", "k1", {}, fail, at=at)
    assert not Batch.objects.exists()
    assert not IdempotencyKey.objects.exists()
    once("orders", "k1", {}, lambda: make_batch(at), at=at)
    assert Batch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_have_one_effect(at: datetime, together: Together) -> None:
    def request() -> object:
        return once("orders", "k1", {"a": 1}, lambda: slowly(at), at=at)

    answers = together(*[request] * 4)
    assert Batch.objects.count() == 1
    assert answers == [{"batch": Batch.objects.get().pk}] * 4


@pytest.mark.django_db(transaction=True)
def test_when_the_first_fails_one_of_the_waiting_does_it(at: datetime, together: Together) -> None:
    failed = []

    def do() -> dict[str, int]:
        time.sleep(0.1)
        if not failed:
            failed.append(True)
            raise RuntimeError("the first one fails")
        return make_batch(at)

    answers = together(*[lambda: once("orders", "k1", {}, do, at=at)] * 3)
    assert sum(isinstance(answer, RuntimeError) for answer in answers) == 1
    assert Batch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_unique_key_the_effect_would_come_twice(
    at: datetime, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard is the row, not luck: with a key per request both take effect."""
    real = IdempotencyKey.objects.get_or_create

    def unguarded(**fields: object) -> object:
        return real(**{**fields, "key": f"{fields['key']}-{time.perf_counter_ns()}"})

    monkeypatch.setattr(idempotency.IdempotencyKey.objects, "get_or_create", unguarded)
    together(*[lambda: once("orders", "k1", {}, lambda: slowly(at), at=at)] * 2)
    assert Batch.objects.count() == 2


def test_the_database_itself_refuses_a_second_row_of_a_key(at: datetime) -> None:
    row = {"scope": "orders", "key": "k1", "request_digest": b"", "at": at}
    IdempotencyKey.objects.create(**row)
    with pytest.raises(IntegrityError):
        IdempotencyKey.objects.create(**row)


def slowly(at: datetime) -> dict[str, int]:
    time.sleep(0.1)
    return make_batch(at)
