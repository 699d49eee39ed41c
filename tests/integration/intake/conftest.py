"""Bringing files in, as the page and the command line do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import translation

from regulars.intake import actions, presets, running
from regulars.intake.guess import guess_match, guess_target
from regulars.intake.models import Import
from regulars.intake.plan import Match
from regulars.kit.permissions import SYSTEM

Bring = Callable[..., Import]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def checked(db: None, at: datetime) -> Bring:
    """Receives, matches and checks a file (a path, or text that becomes one)."""

    def bring(
        content: Path | str | bytes,
        *,
        target: str = "",
        match: Match | None = None,
        source: str = "till",
        name: str = "file.csv",
    ) -> Import:
        data = content.read_bytes() if isinstance(content, Path) else content
        data = data.encode() if isinstance(data, str) else data
        job = actions.receive([data], name, by=SYSTEM, at=at)
        known = presets.recognise(job.columns)
        if match is None and known and target in {"", known.target}:
            target, match, source = known.target, known.match, known.source
        target = target or guess_target(job.profile)
        match = match or guess_match(target, job.profile)
        actions.match_columns(job.pk, target, source, match, by=SYSTEM)
        actions.begin_check(job.pk, by=SYSTEM, at=at)
        running.check(job.pk, at=at)
        job.refresh_from_db()
        return job

    return bring


@pytest.fixture
def bring(checked: Bring, at: datetime) -> Bring:
    """As `checked`, and imports what was checked."""

    def whole(*args: object, **kwargs: object) -> Import:
        job = checked(*args, **kwargs)
        actions.begin_run(job.pk, by=SYSTEM, at=at)
        running.run(job.pk, by=SYSTEM, at=at)
        job.refresh_from_db()
        return job

    return whole


def account(job: Import) -> tuple[int, int, int, int]:
    """Rows read, accepted, in quarantine, already there."""
    return job.rows_read, job.accepted, job.quarantined, job.already
