"""The insight pages as each role sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.kit.permissions import SYSTEM
from regulars.understanding import analysis
from regulars.understanding.insights.methods import METHODS
from regulars.understanding.models import Figure, Run
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db
PAGES = ["", "behaviour/", "rfm/", "lifecycle/", "method/", "run/"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(analysed: Analysed, page: str, language: str) -> None:
    assert analysed.client("owner", language).get(f"/insights/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_desk_and_stylist_are_refused(analysed: Analysed, page: str) -> None:
    for role in ("desk", "stylist"):
        assert analysed.client(role).get(f"/insights/{page}").status_code == 403


@pytest.mark.parametrize("by", ["category", "product", "staff", "store", "nonsense"])
def test_preferences_by_every_subject(analysed: Analysed, by: str) -> None:
    chart = analysed.client("owner").get(f"/insights/behaviour/?by={by}").context["preference"]
    assert chart.x
    assert not any(label.isdecimal() for label in chart.x), "ids must be shown by their names"


@pytest.mark.parametrize("name", METHODS)
def test_every_method_opens_and_its_link_leads_somewhere(analysed: Analysed, name: str) -> None:
    client = analysed.client("owner")
    answer = client.get(f"/insights/method/{name}/")
    assert answer.status_code == 200
    if answer.context["url"]:
        assert client.get(answer.context["url"]).status_code == 200


def test_an_unknown_method_or_cell_is_not_found(analysed: Analysed) -> None:
    client = analysed.client("owner")
    assert client.get("/insights/method/astrology/").status_code == 404
    assert client.get("/insights/rfm/9/9/").status_code == 404


def test_a_cell_leads_to_as_many_customers_as_it_names(analysed: Analysed) -> None:
    client = analysed.client("owner")
    best = client.get("/insights/rfm/").context["best"]
    sheet = client.get(f"/insights/rfm/{best.r}/{best.f}/")
    assert sheet.context["cell"] == best
    listed = client.get(f"/customers/?r={best.r}&f={best.f}")
    assert listed.status_code == 200
    assert str(best.customers) in listed.content.decode()


def test_a_manager_sees_the_figures_of_their_store(analysed: Analysed) -> None:
    context = analysed.client("manager").get("/insights/").context
    assert context["found"].store == analysed.salon.stores[1]
    whole = analysed.client("owner").get("/insights/").context
    assert context["months"][-1]["spend"] < whole["months"][-1]["spend"]


def test_a_manager_without_figures_for_their_store_does_not_see_the_whole(
    analysed: Analysed,
) -> None:
    Figure.objects.filter(store=analysed.salon.stores[1]).delete()
    page = analysed.client("manager").get("/insights/")
    assert page.context["found"] is None
    assert "There are no figures for your store" in page.content.decode()


def test_the_analyst_sees_figures_but_no_names(analysed: Analysed) -> None:
    page = analysed.client("analyst").get("/insights/rfm/").content.decode()
    assert "客0" not in page
    assert "rfm-cell" in page


def test_stale_figures_are_marked(analysed: Analysed) -> None:
    Run.objects.filter(pk=analysed.run.pk).update(as_of=analysed.now.date() - timedelta(days=9))
    page = analysed.client("owner").get("/insights/").content.decode()
    assert "what happened since is not in them" in page


def test_analyse_now_queues_one_run_and_shows_its_progress(analysed: Analysed) -> None:
    client = analysed.client("owner")
    for _ in range(2):
        assert client.post("/insights/run/start/").status_code == 302
    assert Run.objects.filter(state=Run.QUEUED).count() == 1
    assert ProcrastinateJob.objects.filter(task_name="understanding.analyse").count() == 1
    waiting = client.get("/insights/run/").context["progress"]
    assert (waiting.done, waiting.unattended) == (0, False)
    Run.objects.filter(state=Run.QUEUED).update(state=Run.RUNNING, step="figures")
    part = client.get("/insights/run/progress/")
    assert part.context["progress"].done == analysis.STEPS.index("figures")
    assert "Making the figures of the business" in part.content.decode()


def test_when_the_work_is_over_the_page_is_asked_for_anew(analysed: Analysed) -> None:
    answer = analysed.client("owner").get("/insights/run/progress/")
    assert answer.headers["HX-Redirect"] == "/insights/run/"


def test_a_run_nobody_takes_up_says_so(analysed: Analysed) -> None:
    long_ago = analysed.now - timedelta(minutes=5)
    analysis.request_run(trigger="demand", by=SYSTEM, at=long_ago)
    page = analysed.client("owner").get("/insights/run/").content.decode()
    assert "Is a worker running?" in page


def test_who_may_not_analyse_cannot(analysed: Analysed) -> None:
    assert analysed.client("desk").post("/insights/run/start/").status_code == 403
    assert analysed.client("owner").get("/insights/run/start/").status_code == 405
