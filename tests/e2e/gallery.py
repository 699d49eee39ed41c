"""Every component of the design system on one page, as a map of addresses for the tests."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from regulars.kit import clock, sheets, toasts
from regulars.kit.charts import Chart, Series
from regulars.kit.grids import Cell, Grid, shade

TEMPLATES = Path(__file__).parent / "templates"
DAYS = [date(2026, 10, 1) + timedelta(days) for days in range(28)]
SALES = [900_000 + (day.weekday() - 3) ** 2 * 40_000 for day in DAYS]


class CustomerForm(forms.Form):
    name = forms.CharField(label="姓名", help_text="客户希望怎么称呼")
    tier = forms.ChoiceField(label="等级", choices=[("gold", "金卡"), ("silver", "银卡")])
    consent = forms.BooleanField(label="同意接收短信")
    file = forms.FileField(label="文件", required=False)


def forecast() -> Chart:
    ahead = 20
    actual = [value if at <= ahead else None for at, value in enumerate(SALES)]
    expected = [value if at >= ahead else None for at, value in enumerate(SALES)]
    low = [value and value * 0.9 for value in expected]
    high = [value and value * 1.1 for value in expected]
    return Chart(
        kind="line",
        sentence="未来一周，预计每天 ¥9,000 到 ¥1.3万。",
        x=[f"{day.month}/{day.day}" for day in DAYS],
        series=[
            Series("实际", actual, hue=0),
            Series("预测", expected, low, high, dashed=True, hue=0),
        ],
        unit="money",
        x_name="日期",
        interval="80% 区间",
        mark=("10/21", "今天"),
    )


def bars() -> Chart:
    sales = Series("营业额", [400_000, 300_000, 60_000])
    return Chart(
        kind="bars", sentence="染发最多。", x=["染发", "烫发", "美甲"], series=[sales],
        unit="money", across=True, x_name="项目",
    )  # fmt: skip


def dots() -> Chart:
    returning = Series("60 天回头率", [0.52, 0.46], [0.47, 0.40], [0.57, 0.52])
    return Chart(
        kind="dots", sentence="林晓雨的回头率最高。", x=["林晓雨", "苏敏"], series=[returning],
        unit="percent", interval="90% 区间", x_name="员工",
    )  # fmt: skip


def grid(rows: list[str], columns: list[str]) -> Grid:
    cells = [
        [
            Cell(
                f"{row * column}", shade(row * column, 20), "冠军", "人均 ¥900", "/why/", unit="位"
            )
            for column in range(len(columns))
        ]
        for row in range(len(rows))
    ]
    return Grid("颜色越深人越多", columns, list(zip(rows, cells, strict=True)))


def render(request: HttpRequest, name: str, **context: object) -> HttpResponse:
    template = engines["django"].from_string((TEMPLATES / name).read_text(encoding="utf-8"))
    return HttpResponse(template.render(context, request))


def gallery(request: HttpRequest) -> HttpResponse:
    rows = ["30 天内", "31–60 天", "61–90 天", "91–180 天", "180 天以上"]
    return render(
        request,
        "gallery.html",
        form=CustomerForm(request.POST) if request.method == "POST" else CustomerForm(),
        people=[("曾黎", "13812342384", 0.72), ("杨柳", "15812346572", 0.23), ("韩雪", "", None)],
        page=Paginator(range(2343), 50).page(2),
        forecast=forecast(),
        bars=bars(),
        dots=dots(),
        rfm=grid(rows, ["1 次", "2–3 次", "4–6 次", "7–10 次", "11 次以上"]),
        heat=grid(["周一", "周二", "周三"], [str(hour) for hour in range(10, 22)]),
        steps=["传文件", "对列", "试一遍", "导入"],
        periods=[("今天", "?", True), ("近 7 天", "?days=7", False)],
        tabs=[("总览", request.path), ("明细", "/why/")],
        ago=clock.now() - timedelta(minutes=25),
    )


def plain(request: HttpRequest) -> HttpResponse:
    return render(request, "plain.html")


def why(request: HttpRequest) -> HttpResponse:
    base = "site/sheet_part.html" if sheets.in_sheet(request) else "site/sheet_page.html"
    return render(request, "why.html", sheet_base=base, title="这个数怎么来的")


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    toasts.say(request, "已改到 何欣怡 · 12:30–13:45", undo="/undo/")
    return HttpResponse("", status=204)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    toasts.say(request, "已恢复原时间")
    return sheets.leave(request, "/gallery/")


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse("trace", status=500)


def search(request: HttpRequest) -> HttpResponse:
    if "l" not in request.POST["q"]:
        return HttpResponse("")
    option = '<a class="palette-option" role="option" tabindex="-1" href="{}">{}</a>'
    return HttpResponse(option.format("/why/", "林夕") + option.format("/gallery/", "李静"))


urlpatterns = [
    path("", gallery, name="today"),
    path("settings/", plain, name="settings"),
    path("sign-in/", LoginView.as_view(template_name="site/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("search/", search, name="search"),
    path("gallery/", gallery),
    path("why/", why),
    path("move/", move),
    path("undo/", undo),
    path("broken/", broken),
]
