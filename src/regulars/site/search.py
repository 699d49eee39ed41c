"""What the palette finds: customers, and things to do. Pages it knows itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from regulars.booking.forms import signed
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Actor, Permission
from regulars.people import queries as people
from regulars.understanding import queries
from regulars.understanding.customers.filter_form import TEXT_LENGTH
from regulars.understanding.customers.filters import visible_to, with_results
from regulars.understanding.customers.list_pages import stores_of
from regulars.understanding.customers.listing import FIRST_SORT, SORTS, Row, rows
from regulars.understanding.customers.paging import page
from regulars.understanding.customers.sealed_text import seal

MOST_CUSTOMERS = 8


@dataclass(frozen=True)
class Act:
    """Something to do, found by its label and by other words for it."""

    label: Promise
    words: str
    url_name: str
    icon: str
    permission: Permission


ACTS = (
    Act(
        _("New appointment"),
        "book new appointment 新建预约 预约 yuyue xinjian yy xjyy",
        "booking:book",
        "calendar-plus",
        Permission.MAKE_BOOKINGS,
    ),
    Act(
        _("Add a customer"),
        "add new customer 新建客户 添加 tianjia xinjian tjkh xjkh",
        "customers:add",
        "user-plus",
        Permission.EDIT_CUSTOMERS,
    ),
    Act(
        _("Import a file"),
        "import upload csv excel 导入 上传 daoru dr",
        "intake:list",
        "file-up",
        Permission.IMPORT_DATA,
    ),
    Act(
        _("Export customers"),
        "export download 导出 下载 daochu dc",
        "customers:export",
        "download",
        Permission.EXPORT_CUSTOMERS,
    ),
    Act(
        _("Analyse now"),
        "analyse analysis refresh 分析 更新 fenxi fx",
        "understanding:run",
        "chart-line",
        Permission.RUN_ANALYSIS,
    ),
)


def search(request: Request) -> HttpResponse:
    """The fragment the palette shows for what was typed."""
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("q", "").strip().replace("\x00", "")[:TEXT_LENGTH]
    found = _customers(request, text) if text else []
    context = {
        "customers": found,
        "more": seal(text) if len(found) == MOST_CUSTOMERS else "",
        "acts": _acts(request.actor, text.lower()) if text else [],
        "sees_sales": request.actor.may(Permission.SEE_SALES),
    }
    return render(request, "site/search.html", context)


def _customers(request: Request, text: str) -> list[Row]:
    if not request.actor.may(Permission.SEE_CUSTOMERS):
        return []
    run = queries.last_published()
    wanted: Q = people.found_by(text) & visible_to(stores_of(request))
    order = SORTS[FIRST_SORT].order(descending=True)
    return rows(page(with_results(run), wanted, order, size=MOST_CUSTOMERS).ids, run)


@require_POST
@needs(Permission.MAKE_BOOKINGS)
def who_comes(request: Request) -> HttpResponse:
    """The customers a booking finds for what was typed, and the guest of that name."""
    text = request.POST.get("guest_name", "").strip().replace("\x00", "")[:TEXT_LENGTH]
    people = [
        {"value": signed(row.customer.pk), "name": str(row.customer), "phone": row.phone}
        for row in (_customers(request, text) if text else [])
    ]
    return render(request, "booking/_people.html", {"people": people, "text": text})


def _acts(actor: Actor, text: str) -> list[tuple[Act, str]]:
    found = []
    for act in ACTS:
        named = text in str(act.label).lower() or text in act.words
        if named and actor.may(act.permission):
            try:
                found.append((act, reverse(act.url_name)))
            except NoReverseMatch:
                continue
    return found
