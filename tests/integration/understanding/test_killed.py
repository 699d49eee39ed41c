"""A real process killed in the middle of an analysis: the last results stand, the next goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.db import connections

from regulars.kit.permissions import SYSTEM
from regulars.kit.postgres import database_url
from regulars.understanding import analysis, queries
from regulars.understanding.models import CustomerResult, Run
from tests.factories.salon import open_salon

# Publishes, and never commits: the worst moment to be killed at.
STUCK = """
import django, sys, time
django.setup()
from regulars.understanding import analysis, publication
publish = publication._publish_figures
def stuck(run, folder, *, store_id):
    publish(run, folder, store_id=store_id)
    print("publishing", flush=True)
    time.sleep(600)
publication._publish_figures = stuck
analysis.perform(int(sys.argv[1]))
"""


@contextmanager
def stuck_analysis(run: Run) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", STUCK, str(run.pk)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_while_publishing_leaves_the_last_results(at: datetime) -> None:
    open_salon(until=at, customers=10, days=120)
    good = analysis.perform(analysis.request_run(trigger="demand", by=SYSTEM, at=at).pk)
    doomed = analysis.request_run(trigger="demand", by=SYSTEM, at=at)
    with stuck_analysis(doomed) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "publishing\n"
        doomed.refresh_from_db()
        assert doomed.state == Run.RUNNING
        assert not CustomerResult.objects.filter(run=doomed).exists(), "seen before it was whole"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    assert queries.last_published() == good

    following = analysis.request_run(trigger="demand", by=SYSTEM, at=at)
    begun = time.monotonic()
    assert analysis.perform(following.pk).state == Run.PUBLISHED
    assert time.monotonic() - begun < 60, "the lock of the killed process was still held"
    doomed.refresh_from_db()
    assert doomed.state == Run.FAILED
    assert "stopped in the middle" in doomed.error
    assert not CustomerResult.objects.filter(run=doomed).exists()
    connections.close_all()
