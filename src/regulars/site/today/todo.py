"""Things to do today, from what is really there: each ends in a verb."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.intake.models import Import, QuarantinedRow
from regulars.kit import formats
from regulars.kit.permissions import Actor, Permission
from regulars.kit.templatetags.formats import currency_sign, in_chinese
from regulars.people.birthdays import celebrated_between
from regulars.people.queries import known
from regulars.sales.queries import Stores, last_order_at, totals
from regulars.understanding import attention, queries
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.models import Run
from regulars.understanding.warnings import queries as follow_ups

BIRTHDAY_DAYS = 7
WEEK = timedelta(days=6)
OLD_AFTER = timedelta(days=3)


@dataclass(frozen=True)
class Todo:
    """One line: what is the case, and the word that leads to doing something about it."""

    title: str
    verb: str
    url: str
    icon_name: str
    tone: str = "neutral"
    detail: str = ""
    sheet: str = ""


def todos(actor: Actor, today: date, *, stores: Stores) -> list[Todo]:
    """Everything that waits for someone with this actor's permissions, most urgent first."""
    found: list[Todo] = []
    run = queries.last_published()
    if actor.may(Permission.IMPORT_DATA):
        found += _imports()
    if actor.may(Permission.SEE_INSIGHTS):
        found += _analysis(run, today)
    if actor.user_id is not None and actor.may(Permission.EDIT_CUSTOMERS):
        found += _follow_ups(actor.user_id, today)
    if actor.may(Permission.SEE_CUSTOMERS):
        if run:
            found += _by_results(run, today, stores)
        found += _birthdays(today, stores)
    if actor.may(Permission.SEE_SALES):
        found += _returns(today, stores)
    return found


def _imports() -> Iterator[Todo]:
    running = Import.objects.filter(state__in=[Import.State.CHECKING, Import.State.RUNNING])
    for one in running.only("file_name", "progress").order_by("-pk")[:3]:
        yield Todo(
            _("%(file)s is coming in") % {"file": one.file_name},
            _("Watch"),
            reverse("intake:list"),
            "loader",
            "info",
            _("%(rows)s rows so far") % {"rows": formats.count(one.progress)},
        )
    waiting = QuarantinedRow.objects.filter(state=QuarantinedRow.WAITING).count()
    if waiting:
        words = ngettext(
            "%(count)s row of an import could not be taken",
            "%(count)s rows of imports could not be taken",
            waiting,
        )
        yield Todo(
            words % {"count": formats.count(waiting)},
            _("Mend them"),
            reverse("intake:list"),
            "file-x",
            "warning",
            _("They are kept with the reasons; nothing is lost"),
        )


def _analysis(run: Run | None, today: date) -> Iterator[Todo]:
    failed = queries.later_failure(run)
    if failed:
        shown = _("The figures below are those of the last good one") if run else ""
        yield Todo(
            _("The last analysis did not finish"),
            _("See why"),
            reverse("understanding:run"),
            "circle-alert",
            "error",
            shown,
        )
    elif run is None and last_order_at():
        yield Todo(
            _("Your sales have not been analysed yet"),
            _("Analyse now"),
            reverse("understanding:run"),
            "chart-line",
            "info",
            _("Takes seconds to a minute; afterwards it runs every night by itself."),
        )
    elif run and today - run.as_of > OLD_AFTER:
        yield Todo(
            _("The last analysis is %(days)s days old") % {"days": (today - run.as_of).days + 1},
            _("Analyse now"),
            reverse("understanding:run"),
            "clock-alert",
            "warning",
            _("Risks and expected visits do not know what happened since"),
        )


def _follow_ups(user_id: int, today: date) -> Iterator[Todo]:
    count = follow_ups.due(user_id, today).count()
    if count:
        words = ngettext(
            "%(count)s customer you look after is due",
            "%(count)s customers you look after are due",
            count,
        )
        yield Todo(
            words % {"count": formats.count(count)},
            _("Follow up"),
            reverse("customers:follow-ups"),
            "user-check",
            "warning",
            _("They may leave; you took them on"),
        )


def _by_results(run: Run, today: date, stores: Stores) -> Iterator[Todo]:
    risk = attention.valuable_at_risk(run, stores=stores)
    if risk.customers:
        words = ngettext(
            "%(count)s valuable customer may be slipping away",
            "%(count)s valuable customers may be slipping away",
            risk.customers,
        )
        spend = formats.money_short(risk.spend_365d, sign=currency_sign(), chinese=in_chinese())
        yield Todo(
            words % {"count": formats.count(risk.customers)},
            _("Win them back"),
            f"{reverse('customers:list')}?watch=1",
            "user-x",
            "error",
            _("They are among the upper two fifths by spend; %(spend)s in the last 12 months")
            % {"spend": spend},
        )
    late = attention.overdue(run, today, stores=stores).count()
    if late:
        words = ngettext(
            "%(count)s customer is later than usual",
            "%(count)s customers are later than usual",
            late,
        )
        yield Todo(
            words % {"count": formats.count(late)},
            _("Invite them"),
            reverse("today-people", args=["overdue"]),
            "calendar-clock",
            "warning",
            _("By their own rhythm they should have come by now"),
            sheet="1",
        )


def _birthdays(today: date, stores: Stores) -> Iterator[Todo]:
    last = today + timedelta(days=BIRTHDAY_DAYS - 1)
    count = known().filter(celebrated_between(today, last), visible_to(stores)).count()
    if count:
        words = ngettext(
            "%(count)s birthday in the next 7 days", "%(count)s birthdays in the next 7 days", count
        )
        yield Todo(
            words % {"count": formats.count(count)},
            _("See who"),
            reverse("today-people", args=["birthdays"]),
            "cake",
            "accent",
            _("Lunar birthdays are counted on the day they fall this year"),
            sheet="1",
        )


def _returns(today: date, stores: Stores) -> Iterator[Todo]:
    week = totals(today - WEEK, today, stores=stores)
    if week.returned:
        given_back = formats.money(-week.returned, sign=currency_sign())
        yield Todo(
            _("%(amount)s came back in the last 7 days") % {"amount": given_back},
            _("See the orders"),
            f"{reverse('today-figure', args=['turnover'])}?range=7d&only=returns",
            "undo-2",
            sheet="1",
        )
