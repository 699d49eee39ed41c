"""Reads of what the last published run found."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from regulars.understanding.models import CustomerResult, Figure, Run


def last_published() -> Run | None:
    """The run whose results pages show."""
    return Run.objects.filter(state=Run.PUBLISHED).order_by("-published_at", "-pk").first()


def later_failure(published: Run | None) -> Run | None:
    """The newest run, if it failed after the published one: pages say so."""
    newest = Run.objects.order_by("-pk").first()
    if newest is None or newest.state != Run.FAILED or newest == published:
        return None
    return newest


def under_way() -> Run | None:
    """The newest run that waits or works."""
    return Run.objects.filter(state__in=[Run.QUEUED, Run.RUNNING]).order_by("-pk").first()


def figure(run: Run, name: str, *, store_id: int | None = None) -> list[dict[str, Any]]:
    """The rows of one shop-level table of a run; empty when the run has no such table."""
    whose = Q(store__isnull=True) if store_id is None else Q(store=store_id)
    found = Figure.objects.filter(whose, run=run, name=name).first()
    return found.rows if found else []


def result_of(run: Run, customer_id: int) -> CustomerResult | None:
    """What a run found about one customer; None for those who came later."""
    return CustomerResult.objects.filter(run=run, customer_id=customer_id).first()
