"""The export of the list: told first, then streamed."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from regulars.kit import clock, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.customers import chips, paging
from regulars.understanding.customers.exporting import export as lines_of
from regulars.understanding.customers.filters import with_results
from regulars.understanding.customers.list_pages import asked_of


@needs(Permission.EXPORT_CUSTOMERS)
def export(request: Request) -> HttpResponseBase:
    """A sheet that says what will be in the file; by POST the file itself."""
    asked = asked_of(request, request.GET)
    wanted = asked.wanted(asked.filters)
    if request.method == "POST":
        lines = lines_of(
            asked.run,
            wanted,
            in_full="in_full" in request.POST,
            filters=asked.filters.used(),
            by=request.actor,
            at=clock.now(),
        )
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"customers-{clock.today().isoformat()}.csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return _told(
        request,
        asked.address.changed(),
        chips.applied(asked.filters),
        paging.count_up_to(with_results(asked.run).filter(wanted)),
    )


def _told(request: Request, address: str, applied: list[chips.Applied], count: int) -> HttpResponse:
    return sheets.show(
        request,
        "understanding/customers/export.html",
        title=_("Export customers"),
        address=address,
        applied=applied,
        count=count,
        beyond=count > paging.COUNTED_EXACTLY,
        may_reveal=request.actor.may(Permission.REVEAL_CONTACTS),
    )
