"""Components as the server writes them."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from regulars.kit.grids import Cell, Grid


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def write(source: str, path: str = "/", **context: Any) -> str:
    request = RequestFactory().get(path)
    words = Template("{% load formats ui %}" + source).render(
        Context({"request": request, **context})
    )
    return " ".join(words.split())


def test_what_a_user_typed_is_never_markup() -> None:
    name = "<script>alert(1)</script>"
    for source in (
        "{% avatar name %}",
        "{% badge name %}",
        "{% figure name '/' %}",
        "{% todo title=name verb=name url='/' %}",
        "{% empty title=name text=name %}",
        "{% card title=name %}{{ name }}{% endcard %}",
        "{% stat label=name value=name %}{{ name }}{% endstat %}",
        "{% page_header title=name subtitle=name %}{% endpage_header %}",
        "{% event title=name when=name %}{{ name }}{% endevent %}",
        "{% chip name '?' %}",
        "{% notice %}{{ name }}{% endnotice %}",
    ):
        assert "<script>" not in write(source, name=name), source


def test_a_name_always_has_the_same_hue_and_shows_its_first_character() -> None:
    assert write("{% avatar '曾黎' %}") == write("{% avatar '曾黎' %}")
    assert ">曾</span>" in write("{% avatar '曾黎' %}")
    assert ">?</span>" in write("{% avatar '' %}")


@pytest.mark.parametrize(
    ("value", "level"), [(0.1, "low"), (0.35, "middle"), (0.6, "high"), (1.0, "high")]
)
def test_a_risk_is_told_in_figures_beside_its_bar(value: float, level: str) -> None:
    words = write("{% risk value 0.05 1 %}", value=value)
    assert f"risk-{level}" in words
    assert f"{value:.0%}" in words
    assert "5–100" in words


def test_an_unknown_risk_is_a_dash() -> None:
    assert write("{% risk None %}") == "—"


def test_a_change_has_arrow_sign_and_tone_and_no_change_has_no_arrow() -> None:
    fallen = write("{% delta -0.031 %}")
    assert "delta-poor" in fallen
    assert "<svg" in fallen
    assert "−3.1%" in fallen
    assert "<svg" not in write("{% delta 0 %}")


def test_shortened_money_shows_the_exact_amount_on_hover() -> None:
    assert write("{{ 12345600|money_short }}") == '<span title="¥123,456.00">¥123.5K</span>'
    assert write("{{ 123400|money_short }}") == "¥1,234"
    assert write("{{ nothing|money_short }}") == "—"
    assert write("{{ nothing|or_dash }}{{ 0|or_dash }}") == "—0"


def test_sorting_turns_round_and_forgets_the_page() -> None:
    heading = write("{% sort_heading 'Spent' 'spent' %}", "/?q=li&page=3&sort=spent")
    assert 'aria-sort="ascending"' in heading
    assert 'href="?q=li&amp;sort=-spent"' in heading


def test_pages_keep_the_filters() -> None:
    page = Paginator(range(120), 50).page(2)
    words = write("{% pages page %}", "/?q=li", page=page)
    assert "51–100 of 120" in words
    assert 'href="?q=li&amp;page=1"' in words
    assert 'href="?q=li&amp;page=3"' in words


def test_a_tab_of_this_page_is_marked() -> None:
    words = write("{% tabs items=items %}", "/b/", items=[("A", "/a/"), ("B", "/b/")])
    assert '<a href="/b/" aria-current="page">' in words
    assert words.count("aria-current") == 1


class NameForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card")
    consent = forms.BooleanField(label="Agrees")


def test_a_refused_field_is_tied_to_its_error_and_its_help() -> None:
    form = NameForm({"name": ""})
    words = write("{% field form.name %}", form=form)
    assert 'aria-invalid="true"' in words
    assert 'aria-describedby="id_name_helptext id_name_error"' in words
    assert 'id="id_name_error"' in words
    assert 'id="id_name_helptext"' in words


def test_a_field_takes_htmx_attributes_and_a_checkbox_stands_in_its_label() -> None:
    assert 'hx-get="/x/"' in write("{% field form.name hx_get='/x/' %}", form=NameForm())
    assert '<label class="check"><input' in write("{% field form.consent %}", form=NameForm())


def test_work_of_unknown_length_has_no_end_to_show() -> None:
    assert "max=" not in write("{% progress done=5 total=None label='Reading' %}")
    assert 'value="5" max="10"' in write("{% progress done=5 total=10 label='Reading' %}")


def test_a_cell_without_an_address_is_no_link() -> None:
    grid = Grid(
        "Darker is more", ["Mon"], [("9", [Cell("3", 5)]), ("10", [Cell("4", 9, url="/x/")])]
    )
    words = write("{% heat_map grid %}", grid=grid)
    assert words.count("<a ") == 1
    assert 'class="heat-cell shade shade-9" href="/x/"' in words
