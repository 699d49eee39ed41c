"""The first rows of a file as they will be read, beside what the file says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.intake.cells import Cells
from regulars.intake.fields import FIELDS, Field
from regulars.intake.models import Import
from regulars.intake.plan import Match, Plan, make_plan
from regulars.intake.reasons import sentence
from regulars.intake.work import table_of
from regulars.kit import formats
from regulars.people.drafts import Birth

ROWS = 20

_READERS: Mapping[str, Callable[[Cells, str], Any]] = {
    "text": lambda cells, name: cells.text(name),
    "moment": lambda cells, name: cells.moment(name, future=True),
    "day": lambda cells, name: cells.day(name),
    "time": lambda cells, name: cells.time(name),
    "birth": lambda cells, name: cells.birth(name, lunar=bool(cells.yes_no("lunar"))),
    "money": lambda cells, name: cells.number(name),
    "number": lambda cells, name: cells.quantity(name),
    "sex": lambda cells, name: cells.sex(name),
    "yes_no": lambda cells, name: cells.yes_no(name),
    "item_kind": lambda cells, name: cells.item_kind(name),
    "word": lambda cells, name: cells.word(name),
    "phone": lambda cells, name: cells.contact(name, "phone"),
    "email": lambda cells, name: cells.contact(name, "email"),
    "wechat": lambda cells, name: cells.contact(name, "wechat"),
}


@dataclass(frozen=True)
class Shown:
    """One cell: what the file says, how it is read, and what is wrong with it ("" when nothing)."""

    raw: str
    read: str
    trouble: str


@dataclass(frozen=True)
class Preview:
    fields: list[Field]
    rows: list[tuple[int, list[Shown]]]


def preview(job: Import, target: str, match: Match, *, latest: datetime) -> Preview:
    """Reads the first rows as `match` says.

    Raises:
        ValidationError: the match does not fit the file.
        FileError: the file cannot be read.
    """
    plan = make_plan(target, job.columns, match)
    zone = ZoneInfo(settings.TIME_ZONE)
    cells = Cells(plan, zone=zone, latest=latest.astimezone(zone).replace(tzinfo=None))
    known = [field for field in FIELDS[target] if plan.knows(field.name)]
    rows = islice(table_of(job).rows(), ROWS)
    return Preview(known, [(number, _row(plan, cells, known, row)) for number, row in rows])


def _row(plan: Plan, cells: Cells, known: list[Field], row: Any) -> list[Shown]:
    shown = []
    for field in known:
        cells.load(row)
        value = _READERS[field.kind](cells, field.name)
        trouble = next((r["code"] for r in cells.reasons if r["field"] in {field.name, ""}), "")
        raw = cells.raw(field.name)
        shown.append(Shown(raw, _told(value, field.kind), sentence(trouble) if trouble else ""))
    return shown


def _told(value: Any, kind: str) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return _words().get(value, value) if kind in {"sex", "item_kind"} else value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Birth):
        day = f"{value.month:02d}-{value.day:02d}"
        told = f"{value.year}-{day}" if value.year else day
        return f"{told} ({_('lunar')})" if value.lunar else told
    if isinstance(value, Decimal):
        return formats.count(value, 2 if kind == "money" else 0 if value == int(value) else 3)
    return str(value)


def _words() -> dict[str, str]:
    """Our own words for what a cell says, in the language of the page."""
    return {
        "female": pgettext("sex", "female"),
        "male": pgettext("sex", "male"),
        "other": pgettext("sex", "other"),
        "service": _("service"),
        "product": _("product"),
    }
