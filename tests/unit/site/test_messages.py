"""Every message has its Chinese; the tool that says so sees what it should."""

from __future__ import annotations

from gettext import GNUTranslations
from pathlib import Path

import polib
import pytest

from regulars.site import messages


def test_every_message_has_its_chinese() -> None:
    assert [str(finding) for finding in messages.check()] == []


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of the rooms kit and shop, where kit has one message translated."""
    for room in ("kit", "shop"):
        (tmp_path / "regulars" / room / "templates" / room).mkdir(parents=True)
        (tmp_path / "regulars" / room / "apps.py").touch()
    root = tmp_path / "regulars"
    write(root / "kit", "Next", "下一页")
    (root / "kit" / "words.py").write_text('_("Next")')
    return root


def write(room: Path, text: str, chinese: str) -> None:
    file = room / messages.CATALOGUE
    file.parent.mkdir(parents=True, exist_ok=True)
    catalogue = polib.pofile(str(file)) if file.exists() else polib.POFile()
    catalogue.metadata = dict(messages.HEADER)
    catalogue.append(polib.POEntry(msgid=text, msgstr=chinese))
    catalogue.save(str(file))


def found(package: Path) -> list[tuple[str, str]]:
    return [(finding.text, finding.what.split(" for ")[0]) for finding in messages.check(package)]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% translate 'Sold out' %}", "Sold out"),
        ("{% card title=_('Sold out') %}", "Sold out"),
        ("{{ name|default:_('Sold out') }}", "Sold out"),
        (
            "  {% blocktranslate trimmed with n=x %}\n  {{ n }} left\n{% endblocktranslate %}",
            "%(n)s left",
        ),
        ("<p>It's \"odd\n   (text</p>{% translate 'Sold out' as x %}", "Sold out"),
    ],
)
def test_a_message_of_a_template_without_chinese_is_found(
    package: Path, source: str, text: str
) -> None:
    (package / "shop" / "templates" / "shop" / "page.html").write_text(source)
    assert found(package) == [(text, "no Chinese")]


def test_a_message_of_python_without_chinese_is_found(package: Path) -> None:
    (package / "shop" / "rules.py").write_text('ngettext("%(n)d visit", "%(n)d visits", n)')
    assert found(package) == [("%(n)d visit", "no Chinese")]


def test_what_kit_translates_need_not_be_said_again(package: Path) -> None:
    (package / "shop" / "rules.py").write_text('_("Next")')
    assert found(package) == []


def test_a_message_nobody_asks_for_is_found(package: Path) -> None:
    write(package / "shop", "Gone", "没了")
    assert found(package) == [("Gone", "no longer used")]


def test_a_lost_placeholder_is_found(package: Path) -> None:
    (package / "shop" / "rules.py").write_text('_("Hello %(name)s")')
    write(package / "shop", "Hello %(name)s", "你好")
    assert found(package) == [("Hello %(name)s", "its placeholders differ from the English")]


def test_two_rooms_saying_it_differently_is_found(package: Path) -> None:
    (package / "shop" / "rules.py").write_text('_("Next")')
    write(package / "shop", "Next", "往后")
    assert found(package) == [("Next", "another room says it in other words")]


def test_extracting_adds_what_is_missing_once_and_translates_nothing(package: Path) -> None:
    (package / "shop" / "rules.py").write_text('_("Sold out")')
    assert messages.add_missing(["shop"], package) == 1
    assert messages.add_missing(["shop"], package) == 0
    assert found(package) == [("Sold out", "no Chinese")]


def test_compiled_catalogues_are_read_by_gettext(package: Path) -> None:
    assert messages.compile_all(package) == 1
    with (package / "kit" / messages.CATALOGUE).with_suffix(".mo").open("rb") as file:
        assert GNUTranslations(file).gettext("Next") == "下一页"
