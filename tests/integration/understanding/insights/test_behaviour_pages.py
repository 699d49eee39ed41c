"""Who customers are, how they buy and how they move: figures that open to their customers."""

from __future__ import annotations

import pytest

from regulars.understanding.insights.relation_words import found_between, verdicts
from regulars.understanding.models import Figure, Run
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db
PAGES = ["who/", "behaviour/", "lifecycle/"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(analysed: Analysed, page: str, language: str) -> None:
    assert analysed.client("owner", language).get(f"/insights/{page}").status_code == 200


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("who/", "Nothing is on record about who they are"),
        ("behaviour/", "Nobody has come twice yet"),
        ("lifecycle/", "No whole month to compare yet"),
    ],
)
def test_without_its_figures_a_page_says_what_is_missing(
    analysed: Analysed, page: str, sentence: str
) -> None:
    assert sentence not in analysed.client("owner").get(f"/insights/{page}").content.decode()
    Figure.objects.all().delete()
    assert sentence in analysed.client("owner").get(f"/insights/{page}").content.decode()


def test_an_older_run_without_transitions_still_opens(analysed: Analysed) -> None:
    run = Run.objects.get(pk=analysed.run.pk)
    del run.manifest["transitions"]
    run.save(update_fields=["manifest"])
    assert analysed.client("owner").get("/insights/lifecycle/").status_code == 200


def test_every_group_of_a_figure_leads_to_as_many_customers_as_it_names(
    analysed: Analysed,
) -> None:
    client = analysed.client("owner")
    context = client.get("/insights/behaviour/").context
    kinds = ("cycle", "regularity", "spend", "basket", "price", "novelty")
    groups = [group for kind in kinds for group in context[f"{kind}_groups"]]
    context = client.get("/insights/who/").context
    groups += [group for trait in context["traits"] for group in trait.groups]
    linked = [group for group in groups if group["url"]]
    assert linked
    for group in linked:
        answer = client.get(group["url"])
        assert answer.status_code == 200
        assert answer.context["page"].total == group["customers"], group["url"]


def test_who_may_not_see_customers_gets_no_links(analysed: Analysed) -> None:
    context = analysed.client("analyst").get("/insights/behaviour/").context
    assert context["cycle_groups"]
    assert not any(group["url"] for group in context["cycle_groups"])


def test_hours_of_the_seasons_add_up_to_the_year(analysed: Analysed) -> None:
    client = analysed.client("owner")

    def orders(season: str) -> int:
        week = client.get(f"/insights/behaviour/?season={season}").context["week"]
        return sum(int(cell.value or 0) for _name, cells in week.rows for cell in cells)

    parts = [orders(season) for season in ("spring", "summer", "autumn", "winter")]
    whole = orders("")
    # A season without orders falls back to the year.
    assert sum(part for part in parts if part != whole) in (whole, 0)


def test_streams_of_a_month_start_and_end_with_the_customers_of_the_stages(
    analysed: Analysed,
) -> None:
    client = analysed.client("owner")
    context = client.get("/insights/lifecycle/").context
    flows = context["flows"]
    assert flows is not None
    month = context["found"].figure("stage_months")[-1]["month"]
    stood = {
        row["stage"]: row["customers"]
        for row in context["found"].figure("stage_months")
        if row["month"] == month
    }
    assert sum(count for _start, _end, count in flows.moves) == sum(stood.values())


def test_an_earlier_month_can_be_chosen_and_a_wrong_one_shows_the_last(
    analysed: Analysed,
) -> None:
    client = analysed.client("owner")
    last = client.get("/insights/lifecycle/").context
    assert client.get("/insights/lifecycle/?month=nonsense").context["flows"] == last["flows"]
    if len(last["months"]) > 1:
        earlier = client.get(f"/insights/lifecycle/{last['months'][1][1]}").context
        assert earlier["flows"] != last["flows"]
        assert earlier["months"][1][2]


def test_a_store_shows_its_stages_and_says_that_moves_are_told_for_all(
    analysed: Analysed,
) -> None:
    page = analysed.client("manager").get("/insights/lifecycle/")
    assert "told for the whole business" in page.content.decode()
    assert "flows" not in page.context


RELATION = {
    "dimension": "sex",
    "measure": "spend",
    "test": "kruskal_wallis",
    "effect": "epsilon_squared",
    "n": 100,
    "size": 0.08,
    "low": 0.02,
    "high": 0.15,
    "p_adjusted": 0.0004,
    "highest": "female",
    "highest_median": 20000.0,
    "lowest": "male",
    "lowest_median": 10000.0,
    "verdict": "clear",
}


def test_a_relation_is_told_with_its_size_its_interval_and_its_ends() -> None:
    (told,) = found_between([RELATION, RELATION | {"verdict": "none"}])
    assert told.strength == "ε² 0.08 (0.02–0.15)"
    assert told.p == "< 0.001"
    assert "200" in told.most
    assert "100" in told.least


def test_what_a_trait_does_not_tell_is_said_in_one_sentence() -> None:
    rows = [RELATION, *({**RELATION, "measure": m, "verdict": "none"} for m in ("gap", "risk"))]
    sentences = verdicts(rows, "sex")
    assert len(sentences) == 2
    assert "clearly go together" in sentences[0]
    assert sentences[1].count(",") == 1
    assert verdicts([{**RELATION, "verdict": "too_few"}], "sex") == []
