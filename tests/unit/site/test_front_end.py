"""What the front end weighs, and that its locks name no place."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from regulars.kit import icons
from regulars.site.messages import PACKAGE

BUILD = PACKAGE / "site" / "static" / "build"
FRONTEND = PACKAGE.parent.parent / "frontend"
SHELL_JS, SHELL_CSS = 40_000, 24_000
PORTAL = 40_000


@pytest.fixture
def manifest() -> dict[str, Any]:
    file = BUILD / ".vite" / "manifest.json"
    if not file.exists():
        pytest.skip("the front end is not built; `make front` builds it")
    known: dict[str, Any] = json.loads(file.read_text())
    return known


def weight(file: Path) -> int:
    return len(gzip.compress(file.read_bytes()))


def test_the_shell_weighs_no_more_than_its_allowance(manifest: dict[str, Any]) -> None:
    shell = manifest["src/main.js"]
    assert weight(BUILD / shell["file"]) <= SHELL_JS
    assert sum(weight(BUILD / sheet) for sheet in shell["css"]) <= SHELL_CSS


def test_a_customers_page_weighs_no_more_than_its_allowance(manifest: dict[str, Any]) -> None:
    page = manifest["src/portal.js"]
    assert page.get("imports", []) == []
    assert sum(weight(BUILD / file) for file in [page["file"], *page["css"]]) <= PORTAL


def test_charts_are_fetched_only_when_asked_for(manifest: dict[str, Any]) -> None:
    assert manifest["src/main.js"].get("imports", []) == []
    assert "src/drawing/chart.js" in manifest["src/main.js"]["dynamicImports"]


def test_an_icon_lucide_does_not_have_is_refused_by_name(manifest: dict[str, Any]) -> None:
    assert icons.drawing("users").startswith("<path")
    with pytest.raises(LookupError, match="no-such-icon"):
        icons.drawing("no-such-icon")


def test_the_lock_pins_every_package_by_content_and_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all("resolved" not in package for package in packages.values())
    bundled = {name for name, package in packages.items() if package.get("inBundle")}
    assert all("integrity" in packages[name] for name in packages.keys() - bundled)
