"""The real server, a real browser, and the eyes of axe.

With REGULARS_SCREENS=1 every `look` is kept as a picture under var/screens/.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import Role
from tests.factories.analysed import sold_and_analysed
from tests.factories.salon import Salon

SCREENS = Path(__file__).parent.parent.parent / "var" / "screens"
NOW = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai, a Tuesday
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ARRIVED = """() => document.getAnimations().every(
    one => one.playState !== "running" || one.effect.getComputedTiming().iterations === Infinity
)"""
"""Nothing is on its way to another colour or place, which axe would take for what it is."""

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not on this machine; `make browser` installs it where it may")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def owner(transactional_db: None) -> User:
    user = User.objects.create_user("owner", "a long password", name="周店长")
    RoleGrant.objects.create(user=user, role=Role.OWNER)
    return user


@pytest.fixture
def analysed(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Salon:
    """The small salon with its published run; the clock of its pages stands at the last sale."""
    monkeypatch.setattr(settings, "STANDING_CLOCK", NOW)
    salon, _run = sold_and_analysed(NOW)
    return salon


@pytest.fixture
def complaints() -> list[str]:
    """What the browser said of the pages of this test; a refused script is among it."""
    return []


@pytest.fixture
def visit(browser: Browser, live_server, owner: User, complaints: list[str]) -> Iterator[Visit]:  # type: ignore[no-untyped-def]
    """Opens an address as the owner. Takes `phone`, `language`, `theme`, `signed_in`, `script`."""
    contexts: list[BrowserContext] = []

    def open_page(
        path: str,
        *,
        phone: bool = False,
        language: str = "zh-hans",
        theme: str = "light",
        signed_in: bool = True,
        script: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            java_script_enabled=script,
            reduced_motion="reduce",  # axe must not meet a colour on its way to another
        )
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language, "theme": theme}
        if signed_in:
            client = Client()
            client.force_login(owner)
            cookies[settings.SESSION_COOKIE_NAME] = client.session.session_key
        context.add_cookies(
            [
                {"name": name, "value": text, "url": live_server.url}
                for name, text in cookies.items()
            ]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: note(said.type, said.text))
        page.goto(live_server.url + path)
        return page

    def note(kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text and "status of 5" not in text:
            complaints.append(text)

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """Keeps a picture when pictures are asked for: of the page, or of what lies on top of it."""

    def keep(page: Page, name: str) -> None:
        if os.environ.get("REGULARS_SCREENS"):
            SCREENS.mkdir(parents=True, exist_ok=True)
            page.wait_for_timeout(400)
            on_top = page.locator("dialog:modal, .toast, :popover-open").count() > 0
            page.screenshot(path=SCREENS / f"{name}.png", full_page=not on_top)

    return keep


@pytest.fixture
def barriers() -> Callable[[Page], list[str]]:
    """What would keep people out of the page, in both themes, as axe finds it."""

    def find(page: Page) -> list[str]:
        found = []
        for theme in ("light", "dark"):
            page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
            page.wait_for_function(ARRIVED)
            for violation in Axe().run(page, options=WCAG).response["violations"]:
                found += [
                    f"{theme}: {violation['id']}: {node['target']}: {node['failureSummary']}"
                    for node in violation["nodes"]
                ]
        return found

    return find
