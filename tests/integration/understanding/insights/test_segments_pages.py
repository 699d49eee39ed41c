"""The segment pages: groups lead to their customers, and say what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.understanding.insights import segments_rules as rules
from regulars.understanding.models import Figure, Run
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db


def context(analysed: Analysed, query: str = "", role: str = "owner", language: str = "en") -> Any:
    answer = analysed.client(role, language).get(f"/insights/segments/{query}")
    assert answer.status_code == 200
    return answer.context


def listed(analysed: Analysed, url: str) -> int:
    answer = analysed.client("owner").get(url)
    assert answer.status_code == 200
    return int(answer.context["page"].total)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("query", ["", "ready/"])
def test_both_pages_open_in_both_languages(analysed: Analysed, query: str, language: str) -> None:
    assert context(analysed, query, language=language)["views"]


def test_the_desk_is_refused(analysed: Analysed) -> None:
    for query in ("", "ready/"):
        assert analysed.client("desk").get(f"/insights/segments/{query}").status_code == 403


def test_too_few_buyers_are_told_how_many_are_missing(analysed: Analysed) -> None:
    run = Run.objects.filter(state=Run.PUBLISHED).latest("pk")
    run.manifest["clusters"]["missing"] = {"what": "customers", "about": 42}
    run.save(update_fields=["manifest"])
    page = analysed.client("owner").get("/insights/segments/").content.decode()
    assert "about 42 more customers" in page


def test_a_run_from_before_segments_has_an_honest_page(analysed: Analysed) -> None:
    run = Run.objects.filter(state=Run.PUBLISHED).latest("pk")
    for name in ("clusters", "potential", "segmentations"):
        run.manifest.pop(name, None)
    run.save(update_fields=["manifest"])
    Figure.objects.filter(run=run, name__in=["clusters", "segmentations"]).delete()
    for query in ("", "ready/"):
        answer = analysed.client("owner").get(f"/insights/segments/{query}")
        assert "No groups yet" in answer.content.decode()


def test_ready_groups_lead_to_as_many_customers_as_they_name(analysed: Analysed) -> None:
    ready = context(analysed, "ready/")["segmentations"]
    assert [one.dimension for one in ready] == list(rules.ORDER)
    counted = [(group.customers, url) for one in ready for _name, group, url in one.groups]
    assert counted
    for customers, url in counted:
        assert listed(analysed, url) == customers


def test_everybody_has_a_tier(analysed: Analysed) -> None:
    (tier,) = [
        one for one in context(analysed, "ready/")["segmentations"] if one.dimension == "tier"
    ]
    assert sum(group.share for _name, group, _url in tier.groups) == pytest.approx(1)


def test_the_analyst_sees_groups_but_no_lists(analysed: Analysed) -> None:
    ready = context(analysed, "ready/", role="analyst")["segmentations"]
    assert not any(url for one in ready for _name, _group, url in one.groups)


def grouped(analysed: Analysed) -> None:
    """Gives the run two groups, as a larger salon has them."""
    run = Run.objects.filter(state=Run.PUBLISHED).latest("pk")
    leaf = {"feature": None, "threshold": None, "below": None, "above": None}
    trait = {"feature": "purchase_days", "median": 9.0, "rest": 2.0, "difference": 1.2}
    shared = {"traits": [trait], "n": 40, "share": 0.5, "spend_share": 0.5, "jaccard": 0.9}
    names = {1: ["purchase_days+"], 2: ["purchase_days-"]}
    run.manifest["clusters"] |= {
        "missing": None,
        "k": 2,
        "n": 80,
        "clear": True,
        "drift": None,
        "profiles": [{"number": n, "name": name, **shared} for n, name in names.items()],
        "scalings": [{"feature": "purchase_days", "weight": 1.0}],
        "centres": [[1.0], [-1.0]],
        "candidates": [{"k": 2, "stability": 0.9, "silhouette": 0.4, "jaccard": [0.9, 0.9]}],
        "map": {"across": [1.0], "up": [0.1], "explained": 0.8},
        "tree": {
            "nodes": [
                {"cluster": 1, "n": 80, "right": 0.5, "feature": "purchase_days"}
                | {"threshold": 4.5, "below": 1, "above": 2},
                {"cluster": 2, "n": 40, "right": 0.9, **leaf},
                {"cluster": 1, "n": 40, "right": 0.9, **leaf},
            ],
            "accuracy": 0.9,
            "low": 0.85,
            "high": 0.94,
            "level": 0.8,
            "n": 80,
            "base": 0.5,
            "found": [[1, 0.9], [2, 0.9]],
        },
    }
    run.save(update_fields=["manifest"])
    points = [{"cluster": n, "x": float(n), "y": 0.0} for n in names]
    months = [
        {"month": f"2026-{month:02}-01", "cluster": n, "customers": 40, "share": 0.5, "low": 0.5}
        | {"high": 0.5, "spend_30d": 100, "arrived": month, "left": 1}
        for month in (7, 8, 9)
        for n in names
    ]
    sums = [
        {"cluster": n, "customers": 40, "spend": 900, "spend_365d": 100 * n, "purchases": 80}
        | {"purchase_days": 80}
        for n in names
    ]
    rows = {"cluster_map": points, "cluster_months": months, "clusters": sums}
    for name, own in rows.items():
        Figure.objects.filter(run=run, store__isnull=True, name=name).update(rows=own)


def test_groups_stand_by_what_they_spend_and_lead_to_their_customers(analysed: Analysed) -> None:
    grouped(analysed)
    tiles = context(analysed)["tiles"]
    assert [tile.number for tile, _url in tiles] == [2, 1]
    assert all(f"in=cluster%3A{tile.number}" in url for tile, url in tiles)


def test_two_groups_are_compared_and_one_is_followed_as_asked(analysed: Analysed) -> None:
    grouped(analysed)
    shown = context(analysed, "?a=1&b=2&follow=1")
    assert (shown["comparison"].one.number, shown["comparison"].other.number) == (1, 2)
    assert shown["followed"].tile.number == 1
    assert len(shown["followed"].line.x) == 3


def test_nonsense_asked_falls_back_to_the_first_groups(analysed: Analysed) -> None:
    grouped(analysed)
    shown = context(analysed, "?a=99&b=99&follow=x")
    assert shown["comparison"].one != shown["comparison"].other
    same = context(analysed, "?a=1&b=1")["comparison"]
    assert same.one != same.other
    assert shown["followed"].tile == shown["tiles"][0][0]


def test_the_map_and_the_tree_are_told_in_words(analysed: Analysed) -> None:
    grouped(analysed)
    page = analysed.client("owner").get("/insights/segments/").content.decode()
    assert "At least 5 purchase days" in page
    assert "The two directions show 80% of all differences" in page
