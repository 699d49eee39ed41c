"""The components of `{% load ui %}`, shown with examples in docs/developer/front-end.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, FileInput, RadioSelect, Select, Textarea
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from regulars.kit import formats, icons
from regulars.kit.charts import Chart
from regulars.kit.flows import Flows
from regulars.kit.grids import Grid
from regulars.kit.scatters import Scatter
from regulars.kit.templatetags.formats import currency_sign, in_chinese

register = template.Library()
AVATAR_HUES = 5
RISK_MIDDLE, RISK_HIGH = 0.35, 0.6
WIDGET_CLASSES = (
    (CheckboxInput, "checkbox"),
    (RadioSelect, "radio"),
    (FileInput, "file-input"),
    (Textarea, "textarea"),
    (Select, "select"),
)


def render(name: str, **context: Any) -> SafeString:
    return render_to_string(f"kit/ui/{name}.html", context)


def trimmed(content: str) -> SafeString:
    """What stood between two tags, empty when only space did."""
    return mark_safe(content.strip())  # noqa: S308 - rendered by the template already


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon beside a word; it says nothing to a screen reader."""
    inner = mark_safe(icons.drawing(name))  # noqa: S308 - drawn by our own build
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', classes, inner
    )


@register.simple_tag
def avatar(name: str, classes: str = "") -> SafeString:
    """The first character of a name, always in the same hue for the same name."""
    first = name.strip()[:1].upper() or "?"
    hue = crc32(name.encode()) % AVATAR_HUES
    return format_html(
        '<span class="avatar hue-{} {}" aria-hidden="true">{}</span>', hue, classes, first
    )


@register.simple_tag
def badge(text: str, tone: str = "neutral", icon_name: str = "") -> SafeString:
    drawn = icon(icon_name) if icon_name else ""
    return format_html('<span class="badge tone-{}">{}{}</span>', tone, drawn, text)


@register.simple_tag
def delta(
    value: formats.Number | None, kind: formats.Kind = "percent", better: formats.Better = "up"
) -> SafeString:
    change = formats.delta(value, kind, better=better, sign=currency_sign())
    arrows = {"up": "trending-up", "down": "trending-down", "flat": ""}
    arrow = arrows[change.direction]
    drawn = icon(arrow) if arrow else ""
    return format_html('<span class="delta delta-{}">{}{}</span>', change.tone, drawn, change.text)


@register.simple_block_tag(end_name="endpage_header")
def page_header(
    content: str, title: str, subtitle: str = "", back: str = "", back_label: str = ""
) -> SafeString:
    """The question or answer of the page; the content is its buttons."""
    return render(
        "page_header",
        content=trimmed(content),
        title=title,
        subtitle=subtitle,
        back=back,
        back_label=back_label,
    )


@register.simple_block_tag(end_name="endcard")
def card(
    content: str,
    title: str = "",
    subtitle: str = "",
    link: str = "",
    link_label: str = "",
    classes: str = "",
) -> SafeString:
    return render(
        "card",
        content=content,
        title=title,
        subtitle=subtitle,
        link=link,
        link_label=link_label,
        classes=classes,
    )


@register.simple_block_tag(end_name="endstats")
def stats(content: str) -> SafeString:
    return format_html('<div class="stats">{}</div>', content)


@register.simple_block_tag(end_name="endstat")
def stat(
    content: str, label: str, value: str, url: str = "", note: str = "", unit: str = ""
) -> SafeString:
    """A key figure. The content is what changed; `url` opens where the figure comes from."""
    return render(
        "stat",
        content=trimmed(content),
        label=label,
        value=value,
        url=url,
        note=note,
        unit=unit,
    )


@register.simple_tag
def figure(text: str, url: str) -> SafeString:
    """A number that is a button: opens where it comes from in the side sheet."""
    return format_html('<a class="figure num" href="{}" data-sheet>{}</a>', url, text)


@register.simple_tag
def todo(
    title: str, verb: str, url: str, icon_name: str = "circle-alert", **words: str
) -> SafeString:
    """A line that ends in something to do. Also takes `detail`, `tone` and `sheet`."""
    return render("todo", title=title, verb=verb, url=url, icon_name=icon_name, **words)


@register.simple_tag
def empty(
    title: str, text: str = "", icon_name: str = "inbox", verb: str = "", url: str = ""
) -> SafeString:
    """Nothing here: what this is, and one thing to do."""
    return render("state", title=title, text=text, icon_name=icon_name, verb=verb, url=url)


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, tone: str = "info", icon_name: str = "info") -> SafeString:
    return render("notice", content=content, tone=tone, icon_name=icon_name)


@register.simple_tag
def skeleton(rows: int = 3) -> SafeString:
    return render("skeleton", rows=range(rows))


@register.simple_tag
def risk(value: float | None, low: float | None = None, high: float | None = None) -> SafeString:
    """A probability as a bar, in words, with its interval. All are ratios."""
    if value is None:
        return format_html("{}", formats.MISSING)
    level = "high" if value >= RISK_HIGH else "middle" if value >= RISK_MIDDLE else "low"
    return render(
        "risk",
        level=level,
        width=round(value * 100),
        text=formats.percent(value, 0),
        low=None if low is None else round(low * 100),
        high=None if high is None else round(high * 100),
    )


@register.simple_tag
def share_bar(value: float, largest: float, *, minus: bool = False) -> SafeString:
    """A bar for `.bars`: as long as its share of the largest."""
    width = round(100 * abs(value) / largest) if largest else 0
    tone = "minus" if minus or value < 0 else "plus"
    return format_html(
        '<svg aria-hidden="true"><rect class="bars-{}" width="{}%" height="8" rx="4"/></svg>',
        tone,
        width,
    )


@register.simple_tag
def progress(done: int, total: int | None, label: str) -> SafeString:
    """Long work: what is being done and how far it is; `total` None when nobody knows."""
    return render("progress", done=done, total=total, label=label)


@register.simple_tag
def steps(names: Sequence[str], current: int) -> SafeString:
    """The steps of a piece of work; `current` counts from 1."""
    return render("steps", names=names, current=current)


@register.simple_tag(takes_context=True)
def tabs(context: RequestContext, items: Sequence[tuple[str, str]], label: str = "") -> SafeString:
    """Links as tabs, of (label, address); the one of this page, or of the page above, is marked."""
    path = context["request"].path
    above = [url for _text, url in items if path.startswith(url.partition("?")[0])]
    return render("tabs", items=items, path=max(above, key=len, default=path), label=label)


@register.simple_tag
def choices(items: Sequence[tuple[str, str, bool]], label: str) -> SafeString:
    """A segmented choice of (label, address, chosen)."""
    return render("choices", items=items, label=label)


@register.simple_tag
def chip(text: str, url: str, *, chosen: bool = False, count: int | None = None) -> SafeString:
    """A filter that is on or off."""
    return render("chip", text=text, url=url, chosen=chosen, count=count)


@register.simple_tag(takes_context=True)
def sort_heading(context: RequestContext, text: str, key: str, classes: str = "") -> SafeString:
    """A column heading that sorts by `?sort=key`, and by `?sort=-key` when pressed again."""
    request = context["request"]
    now = request.GET.get("sort", "")
    query = request.GET.copy()
    query["sort"] = f"-{key}" if now == key else key
    query.pop("page", None)
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    return render(
        "sort_heading", text=text, url=f"?{query.urlencode()}", direction=direction, classes=classes
    )


@register.simple_tag(takes_context=True)
def pages(context: RequestContext, page: Page[Any], total: int | None = None) -> SafeString:
    """Which rows are shown, and the way to the next and the one before."""
    query = context["request"].GET.copy()

    def address(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return render(
        "pages",
        page=page,
        total=page.paginator.count if total is None else total,
        before=address(page.previous_page_number()) if page.has_previous() else "",
        after=address(page.next_page_number()) if page.has_next() else "",
    )


@register.simple_tag
def field(bound: BoundField, **attributes: str) -> SafeString:
    """A form field with its label, help and errors. `hx_get` becomes `hx-get`, and so on."""
    widget = bound.field.widget
    classes = next((known for kind, known in WIDGET_CLASSES if isinstance(widget, kind)), "input")
    attrs: Mapping[str, str] = {name.replace("_", "-"): text for name, text in attributes.items()}
    own = widget.attrs.get("class", "")
    drawn = bound.as_widget(attrs={**attrs, "class": f"{classes} {own}".strip()})
    return render("field", field=bound, widget=drawn, is_check=classes == "checkbox", kind=classes)


@register.simple_tag
def drop_zone(bound: BoundField, title: str, hint: str = "") -> SafeString:
    """Where a file is dropped or chosen."""
    return render("drop_zone", field=bound, title=title, hint=hint)


@register.simple_block_tag(end_name="endevent")
def event(
    content: str, title: str, when: str = "", icon_name: str = "circle", tone: str = "neutral"
) -> SafeString:
    """One thing that happened, inside `<ol class="timeline">`."""
    return render(
        "event", content=trimmed(content), title=title, when=when, icon_name=icon_name, tone=tone
    )


@register.simple_tag
def chart(chart: Chart) -> SafeString:
    """A chart, its sentence, and the same numbers as a table."""
    sign = currency_sign()
    headings = []
    for series in chart.series:
        headings.append(series.name)
        if series.low is not None:
            headings.append(chart.interval)
    return render(
        "chart",
        chart=chart,
        spec=chart.spec(sign=sign, chinese=in_chinese()),
        headings=headings,
        rows=list(chart.rows(sign=sign)),
        legend=[
            (series, series.hue if series.hue is not None else place)
            for place, series in enumerate(chart.series)
        ],
        banded=any(series.low is not None for series in chart.series),
    )


@register.simple_tag
def flow_chart(flows: Flows) -> SafeString:
    """Streams between groups, their sentence, and the same numbers as a table."""
    return render("flow_chart", flows=flows, spec=flows.spec(), rows=list(flows.rows()))


@register.simple_tag
def scatter_chart(scatter: Scatter) -> SafeString:
    """Points by group, their sentence, and the groups as a table."""
    return render("scatter_chart", scatter=scatter, spec=scatter.spec(), rows=list(scatter.rows()))


@register.simple_tag
def rfm_grid(grid: Grid) -> SafeString:
    return render("rfm_grid", grid=grid)


@register.simple_tag
def heat_map(grid: Grid) -> SafeString:
    return render("heat_map", grid=grid)
