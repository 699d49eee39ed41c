"""The catalogues of messages, without GNU gettext.

`python -m regulars.site.messages compile` makes the `.mo` files Django reads; `missing` lists
what has no Chinese yet, and exits 1 if anything has none; `extract ROOM …` adds those to the
catalogues of these rooms, to be filled in.

A room's messages stand in its own catalogue; one that `kit` translates already need not be
repeated. Ids are found by Babel, templates being turned into Python by Django itself.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).parent.parent
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
HEADER = {
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


@dataclass(frozen=True)
class Message:
    """One message as the code asks for it, and where it first does."""

    text: str
    plural: str | None
    context: str | None
    place: str

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


@dataclass(frozen=True)
class Finding:
    """Something a catalogue lacks, or has too much of."""

    catalogue: Path
    text: str
    what: str

    def __str__(self) -> str:
        return f"{self.catalogue.relative_to(PACKAGE.parent)}: {self.what}: {self.text!r}"


def rooms(package: Path = PACKAGE) -> list[Path]:
    """The folders of the rooms, the kit first."""
    found = sorted(file.parent for file in package.glob("*/apps.py"))
    return sorted(found, key=lambda room: room.name != "kit")


def messages_of(room: Path) -> Iterator[Message]:
    """Every message the room's code and templates ask for."""
    for file in sorted(room.rglob("*.py")):
        yield from _messages_in(file.read_text(encoding="utf-8"), file, room)
    for file in sorted(room.rglob("templates/**/*.html")):
        source = templatize(file.read_text(encoding="utf-8"), origin=str(file))
        # What is left of the markup is noise to Python, its indentation above all.
        flat = "\n".join(line.lstrip() for line in source.splitlines())
        yield from _messages_in(flat, file, room)


def _messages_in(source: str, file: Path, room: Path) -> Iterator[Message]:
    reader = BytesIO(source.encode())
    for line, found, _, context in extract(
        "python", reader, keywords=KEYWORDS, options={"encoding": "utf-8"}
    ):
        texts = (found,) if isinstance(found, str) else tuple(found)
        place = f"{file.relative_to(room.parent)}:{line}"
        if texts[0]:
            yield Message(texts[0], texts[1] if len(texts) > 1 else None, context, place)


def read_catalogue(room: Path) -> polib.POFile:
    """The room's catalogue, empty when there is none yet."""
    file = room / CATALOGUE
    if file.exists():
        return polib.pofile(str(file), wrapwidth=98)
    catalogue = polib.POFile(wrapwidth=98)
    catalogue.metadata = dict(HEADER)
    catalogue.fpath = str(file)
    return catalogue


def _is_translated(entry: polib.POEntry) -> bool:
    if entry.fuzzy or entry.obsolete:
        return False
    if entry.msgid_plural:
        return bool(entry.msgstr_plural) and all(entry.msgstr_plural.values())
    return bool(entry.msgstr)


def _keys(catalogue: polib.POFile) -> set[tuple[str | None, str]]:
    return {(entry.msgctxt, entry.msgid) for entry in catalogue if _is_translated(entry)}


def check(package: Path = PACKAGE) -> list[Finding]:
    """What is missing, unused or at odds, over all rooms."""
    findings: list[Finding] = []
    shared: set[tuple[str | None, str]] = set()
    said: dict[tuple[str | None, str], str] = {}
    for room in rooms(package):
        catalogue, file = read_catalogue(room), room / CATALOGUE
        wanted = {message.key: message for message in messages_of(room)}
        known = _keys(catalogue)
        for key, message in wanted.items():
            if key not in known | shared:
                findings.append(Finding(file, message.text, f"no Chinese for {message.place}"))
        for entry in catalogue:
            key = (entry.msgctxt, entry.msgid)
            if key not in wanted:
                findings.append(Finding(file, entry.msgid, "no longer used"))
            findings.extend(_at_odds(entry, file, said))
        if room.name == "kit":
            shared = known
    return findings


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def _at_odds(
    entry: polib.POEntry, file: Path, said: dict[tuple[str | None, str], str]
) -> Iterator[Finding]:
    """A lost placeholder, or another room saying the same in other words: Django keeps one."""
    english = [_placeholders(entry.msgid), _placeholders(entry.msgid_plural or entry.msgid)]
    for text in filter(None, list(entry.msgstr_plural.values()) or [entry.msgstr]):
        if _placeholders(text) not in english:
            yield Finding(file, entry.msgid, "its placeholders differ from the English")
        if said.setdefault((entry.msgctxt, entry.msgid), text) != text:
            yield Finding(file, entry.msgid, "another room says it in other words")


def compile_all(package: Path = PACKAGE) -> int:
    """Writes the `.mo` beside each catalogue; returns how many messages they hold."""
    held = 0
    for room in rooms(package):
        file = room / CATALOGUE
        if file.exists():
            catalogue = read_catalogue(room)
            catalogue.save_as_mofile(str(file.with_suffix(".mo")))
            held += len(catalogue.translated_entries())
    return held


def add_missing(names: Collection[str], package: Path = PACKAGE) -> int:
    """Adds what has no Chinese yet to the catalogues of these rooms; returns how many."""
    added = 0
    shared = _keys(read_catalogue(package / "kit"))
    for room in rooms(package):
        if room.name not in names:
            continue
        catalogue = read_catalogue(room)
        listed = {(entry.msgctxt, entry.msgid) for entry in catalogue} | shared
        wanted = {message.key: message for message in messages_of(room)}
        fresh = [message for key, message in wanted.items() if key not in listed]
        for message in fresh:
            catalogue.append(_blank(message))
        if fresh:
            Path(catalogue.fpath).parent.mkdir(parents=True, exist_ok=True)
            catalogue.save(catalogue.fpath)
        added += len(fresh)
    return added


def _blank(message: Message) -> polib.POEntry:
    entry = polib.POEntry(msgctxt=message.context, msgid=message.text)
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: ""}
    return entry


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m regulars.site.messages")
    parser.add_argument("what", choices=["compile", "missing", "extract"])
    known = [room.name for room in rooms()]
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=", ".join(known))
    asked = parser.parse_args(arguments)
    if unknown := set(asked.rooms) - set(known):
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    if asked.what == "compile":
        print(f"{compile_all()} messages compiled")
        return 0
    if asked.what == "extract":
        print(f"{add_missing(asked.rooms or known)} messages added, to be filled in")
        return 0
    findings = check()
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
