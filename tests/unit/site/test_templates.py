"""What the browser would refuse, or silently not do, is not in any template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from regulars.site.messages import PACKAGE

TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
FORBIDDEN = {
    "an inline style, which the security policy refuses": r"\sstyle\s*=",
    "an inline handler, which the security policy refuses": r"<[^>]*\son[a-z]+\s*=",
    "hx-on, which evaluates text": r"\shx-on[:-]",
    "values computed from text": r"hx-vals\s*=\s*[\"']js:",
    "a filter in hx-trigger, which evaluates text": r"hx-trigger\s*=\s*\"[^\"]*\[",
    "a script without the nonce of the page": r"<script(?![^>]*(nonce|application/json))",
    "a utility class put together from parts": r"\b(w|h|[mp][trblxy]?|text|bg|gap)-\{\{",
}


def faults(source: str) -> list[str]:
    return [why for why, pattern in FORBIDDEN.items() if re.search(pattern, source)]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_the_template_is_whole_and_holds_nothing_the_browser_refuses(file: Path) -> None:
    name = str(file).split("/templates/", 1)[1]
    get_template(name)
    assert faults(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p style="width: 3%">',
        '<button onclick="go()">',
        '<p hx-on:click="go()">',
        "<p hx-vals='js:{a: 1}'>",
        '<p hx-trigger="click[ctrlKey]">',
        "<script>go()</script>",
        '<p class="w-{{ width }}">',
    ],
)
def test_what_the_browser_would_refuse_is_found(source: str) -> None:
    assert len(faults(source)) == 1
