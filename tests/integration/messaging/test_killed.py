"""A worker killed between handing a message over and noting the answer."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from django.db import connection

from regulars.kit.postgres import database_url
from regulars.messaging import states
from regulars.messaging.delivering import deliver, look_after
from regulars.messaging.models import Send
from tests.conftest import ROOT
from tests.factories.messaging import Memory, mean_to_send, reachable

pytestmark = pytest.mark.django_db(transaction=True)


def die_sending(send: Send, at: datetime, *how: str) -> None:
    database = connection.settings_dict["NAME"]
    module = "tests.integration.messaging.dying_worker"
    done = subprocess.run(
        [sys.executable, "-m", module, database, str(send.pk), at.isoformat(), *how],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": "src:.",
             "DATABASE_URL": database_url()},
        capture_output=True,
        text=True,
        timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("sent\n", -9), done.stderr


def test_it_is_unknown_and_not_sent_a_second_time(memory: Memory, at: datetime) -> None:
    send = mean_to_send(reachable(at=at), at=at)
    die_sending(send, at)
    soon, later = at + timedelta(minutes=1), at + timedelta(minutes=6)
    assert deliver(send.pk, at=soon) == states.CLAIMED
    look_after(at=soon)
    assert deliver(send.pk, at=soon) == states.CLAIMED
    look_after(at=later)
    assert deliver(send.pk, at=later) == states.UNKNOWN
    assert memory.letters == []


def test_handed_over_inside_the_claim_it_would_be_sent_twice(memory: Memory, at: datetime) -> None:
    send = mean_to_send(reachable(at=at), at=at)
    die_sending(send, at, "careless")
    assert deliver(send.pk, at=at + timedelta(minutes=1)) == states.HANDED_OVER
    assert len(memory.letters) == 1
