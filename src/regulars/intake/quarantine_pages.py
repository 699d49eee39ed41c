"""The quarantine of an import: seen by reason, mended, tried again, given up."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regulars.intake import downloads, jobs, mending, queries
from regulars.intake.forms import MendedFileForm, ReplaceForm, RowForm
from regulars.intake.models import Import, QuarantinedRow
from regulars.intake.pages import words
from regulars.intake.quarantine import open_cells
from regulars.intake.reading import FileError
from regulars.kit import clock
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.kit.toasts import say

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(Permission.IMPORT_DATA)
def rows(request: Request, import_id: int) -> HttpResponseBase:
    """The rows an import could not take, by reason."""
    job = get_object_or_404(Import, pk=import_id)
    if job.data_key is None:
        return redirect("intake:show", import_id)
    reason, state = request.GET.get("reason", ""), request.GET.get("state", "waiting")
    held = queries.held_rows(job, reason=reason, state=state)
    context = {
        "job": job,
        "reason": reason,
        "state": state,
        "groups": queries.groups(job),
        "waiting": job.quarantine.filter(state=QuarantinedRow.WAITING).count(),
        "dropped": job.quarantine.filter(state=QuarantinedRow.DROPPED).count(),
        "page": queries.held_page(job, held, request.GET.get("page")),
        "replace": ReplaceForm(columns=job.columns),
        "upload": MendedFileForm(),
    }
    return render(request, "intake/quarantine.html", context)


@needs(Permission.IMPORT_DATA)
def row(request: Request, import_id: int, row_no: int) -> HttpResponseBase:
    """One row with its cells to mend."""
    job = get_object_or_404(Import, pk=import_id)
    held = get_object_or_404(QuarantinedRow, of=job, row_no=row_no)
    cells = open_cells(held, mending.key_of(job))
    form = RowForm(request.POST or None, columns=job.columns, cells=cells)
    if request.method == "POST" and form.is_valid():
        try:
            mending.mend_row(job.pk, row_no, form.cells(), by=request.actor, at=clock.now())
            say(request, _("Row %(row)d is mended. Try the waiting rows again.") % {"row": row_no})
            return redirect("intake:quarantine", job.pk)
        except ValidationError as error:
            form.add_error(None, error)
    shown = queries.open_row(job, held, cells)
    marked = [(form[name], place in shown.marked) for place, name in enumerate(form.fields)]
    context = {"job": job, "held": shown, "form": form, "cells": marked}
    return render(request, "intake/row.html", context, status=422 if form.errors else 200)


@needs(Permission.IMPORT_DATA)
@require_POST
def replace(request: Request, import_id: int) -> HttpResponseBase:
    """Replaces a value of a column in all waiting rows."""
    job = get_object_or_404(Import, pk=import_id)
    form = ReplaceForm(request.POST, columns=job.columns)
    if form.is_valid():
        said = form.cleaned_data
        try:
            count = mending.replace_value(
                job.pk, said["column"], said["old"], said["new"], by=request.actor, at=clock.now()
            )
            say(request, _mended(count))
        except ValidationError as error:
            say(request, words(error))
    return redirect("intake:quarantine", import_id)


def _mended(count: int) -> str:
    text = ngettext("%(n)d row was mended.", "%(n)d rows were mended.", count)
    return text % {"n": count} + (" " + _("Try the waiting rows again.") if count else "")


@needs(Permission.IMPORT_DATA)
@require_POST
def again(request: Request, import_id: int) -> HttpResponseBase:
    """Tries the waiting rows again."""
    try:
        jobs.again_soon(import_id, by=request.actor)
    except ValidationError as error:
        say(request, words(error))
        return redirect("intake:quarantine", import_id)
    return redirect("intake:show", import_id)


@needs(Permission.IMPORT_DATA)
@require_POST
def drop(request: Request, import_id: int) -> HttpResponseBase:
    """Gives up one row, or all that wait for one reason; or takes one up again."""
    number, reason = request.POST.get("row", ""), request.POST.get("reason", "")
    job = get_object_or_404(Import, pk=import_id)
    try:
        if request.POST.get("back"):
            mending.take_up(job.pk, int(number), by=request.actor, at=clock.now())
            return redirect("intake:quarantine", import_id)
        chosen = [int(number)] if number.isdecimal() else None
        if chosen is None and reason:
            held = queries.held_rows(job, reason=reason)
            chosen = list(held.values_list("row_no", flat=True))
        count = mending.drop_rows(job.pk, chosen, by=request.actor, at=clock.now())
        say(request, ngettext("%(n)d row dropped.", "%(n)d rows dropped.", count) % {"n": count})
    except ValidationError as error:
        say(request, words(error))
    return redirect("intake:quarantine", import_id)


@needs(Permission.IMPORT_DATA)
@require_POST
def upload(request: Request, import_id: int) -> HttpResponseBase:
    """Takes cells from a mended copy of the download."""
    form = MendedFileForm(request.POST, request.FILES)
    if not form.is_valid():
        say(request, _("Choose the mended file first."))
        return redirect("intake:quarantine", import_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mended"
        with path.open("wb") as file:
            file.writelines(form.cleaned_data["file"].chunks())
        try:
            say(
                request,
                _mended(mending.mend_by_file(import_id, path, by=request.actor, at=clock.now())),
            )
        except (FileError, ValidationError) as error:
            say(request, words(error))
    return redirect("intake:quarantine", import_id)


@needs(Permission.IMPORT_DATA)
def download(request: Request, import_id: int, kind: str) -> HttpResponse:
    """The waiting rows with their reasons, to be mended in a spreadsheet."""
    job = get_object_or_404(Import, pk=import_id)
    if kind == "csv":
        content = downloads.as_csv(job, by=request.actor, at=clock.now())
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        content = downloads.as_workbook(job, by=request.actor, at=clock.now())
        response = HttpResponse(content, content_type=EXCEL)
    else:
        raise Http404
    name = f"quarantine-{job.pk}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
