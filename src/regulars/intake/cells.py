"""One row seen through a plan: typed values, and the reasons why it cannot be taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from regulars.intake import rules
from regulars.intake.fields import FIELDS
from regulars.intake.plan import Plan
from regulars.intake.reasons import Reason, reason
from regulars.people.drafts import Birth
from regulars.people.rules import normalise_contact

T = TypeVar("T")
Values = tuple[object, ...]
_CONTACT_CODES = {"phone": "not_a_phone", "email": "not_an_email", "wechat": "not_a_wechat"}


class Cells:
    """Reads the cells of one row after the other; every trouble is noted, none is raised.

    Args:
        zone: of the business; moments that name their own zone are told in it.
        latest: the last moment, on the wall clock of the business, that is not the future.
    """

    def __init__(self, plan: Plan, *, zone: ZoneInfo, latest: datetime) -> None:
        self.plan, self._zone, self._latest = plan, zone, latest
        self._places, self._constants = plan.places, plan.constants
        self._longest = {found.name: found.longest for found in FIELDS[plan.target]}
        self._blank = frozenset(plan.options.blank)
        used = [*plan.places.values(), *plan.key_places, *plan.property_places.values()]
        self._needed = max(used, default=-1) + 1
        self._order = plan.options.date_order
        self.row: Sequence[str] = ()
        self.reasons: list[Reason] = []

    def load(self, row: Sequence[str]) -> None:
        """Turns to the next row."""
        self.row, self.reasons = row, []
        if len(row) > self.plan.width:
            self.reasons.append(reason("ragged"))
        elif len(row) < self._needed:
            self.reasons.append(reason("cut_short"))

    def refuse(self, code: str, name: str = "") -> None:
        """Notes a trouble with the row."""
        self.reasons.append(reason(code, name))

    def raw(self, name: str) -> str:
        """The text of a field, "" where it is empty, not mapped or one of the blank words."""
        place = self._places.get(name)
        if place is None:
            return self._constants.get(name, "")
        try:
            text = self.row[place]
        except IndexError:
            return ""
        return "" if text in self._blank else text

    def text(self, name: str, *, must: bool = False) -> str:
        """A text no longer than its field takes."""
        text = self.raw(name)
        if must and not text:
            self.refuse("empty", name)
        elif len(text) > self._longest[name]:
            self.refuse("too_long", name)
            return ""
        return text

    def _read(self, name: str, read: Callable[[str], T], *, must: bool = False) -> T | None:
        text = self.raw(name)
        if not text:
            if must:
                self.refuse("empty", name)
            return None
        try:
            return read(text)
        except rules.Bad as bad:
            self.refuse(bad.code, name)
            return None

    def moment(self, name: str, *, future: bool = False) -> datetime | None:
        """A required moment on the wall clock; its time of day may stand in the column `time`."""
        moment = self._read(name, lambda text: rules.read_moment(text, self._order), must=True)
        if moment is None:
            return None
        moment = self._wall(moment)
        if name == "at" and (clock := self._read("time", rules.read_time)):
            moment = datetime.combine(moment.date(), clock.replace(tzinfo=None))
        if moment.year < rules.EARLIEST_YEAR:
            self.refuse("too_early", name)
        elif not future and moment > self._latest:
            self.refuse("future", name)
        return moment

    def later_moment(self, name: str) -> datetime | None:
        """A moment that may be empty and may lie ahead."""
        moment = self._read(name, lambda text: rules.read_moment(text, self._order))
        return None if moment is None else self._wall(moment)

    def _wall(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            return moment
        return moment.astimezone(self._zone).replace(tzinfo=None)

    def day(self, name: str) -> date | None:
        """A day that is not in the future."""
        moment = self._read(name, lambda text: rules.read_moment(text, self._order))
        if moment is None:
            return None
        if self._wall(moment) > self._latest:
            self.refuse("future", name)
        return moment.date()

    def time(self, name: str) -> time | None:
        return self._read(name, rules.read_time)

    def birth(self, name: str, *, lunar: bool) -> Birth | None:
        return self._read(name, lambda text: rules.read_birth(text, self._order, lunar=lunar))

    def number(self, name: str, *, must: bool = False) -> Decimal | None:
        return self._read(name, rules.read_number, must=must)

    def quantity(self, name: str, *, must: bool = False) -> Decimal | None:
        return self._read(name, rules.read_quantity, must=must)

    def money(self, name: str, *, must: bool = False) -> int | None:
        """An amount in minor units."""
        return self._read(name, rules.read_money, must=must)

    def price(self, name: str) -> int | None:
        """An amount that is not negative."""
        amount = self.money(name)
        if amount is not None and amount < 0:
            self.refuse("negative", name)
        return amount

    def sex(self, name: str) -> str:
        return self._read(name, rules.read_sex) or ""

    def yes_no(self, name: str) -> bool | None:
        return self._read(name, rules.read_yes_no)

    def item_kind(self, name: str) -> str:
        return self._read(name, rules.read_item_kind, must=True) or ""

    def word(self, name: str) -> str:
        return self._read(name, rules.read_word, must=True) or ""

    def contact(self, name: str, kind: str) -> str:
        """A phone, e-mail or WeChat id in its one spelling, or "" when there is none."""
        text = self.raw(name)
        if not text:
            return ""
        value = normalise_contact(kind, text)
        if not value:
            self.refuse(_CONTACT_CODES[kind], name)
        return value

    def item_code(self, name: str) -> str:
        text = self.text(name)
        return text.upper() if self.plan.options.upper_codes else text
