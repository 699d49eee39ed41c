"""The steps of an import: choose a file, match columns, check, import, result."""

from __future__ import annotations

import errno
import logging
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from regulars.intake import actions, jobs, presets, queries, running, undoing
from regulars.intake.fields import FIELDS, RECORD_NAMES
from regulars.intake.forms import TARGET_CHOICES, MatchForm, PresetForm, ReadingForm, UploadForm
from regulars.intake.guess import guess_match, guess_target, is_ambiguous
from regulars.intake.models import Import
from regulars.intake.plan import Match
from regulars.intake.previewing import preview
from regulars.intake.reading import FileError
from regulars.intake.work import table_of
from regulars.kit import clock
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.kit.toasts import say

log = logging.getLogger(__name__)
State = Import.State
LIST_ROWS = 30


def step_names() -> list[str]:
    return [_("Choose a file"), _("Match columns"), _("Check"), _("Import")]


def words(error: Exception) -> str:
    """What went wrong, in one line."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(error)


@needs(Permission.IMPORT_DATA)
def imports(request: Request) -> HttpResponseBase:
    """All imports, and the first step of a new one."""
    posted = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
    if posted and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            job = actions.receive(upload.chunks(), upload.name, by=request.actor, at=clock.now())
            return redirect("intake:match", job.pk)
        except FileError as error:
            form.add_error("file", str(error))
        except OSError as error:
            form.add_error("file", _not_kept(error))
    page = Paginator(queries.imports(), LIST_ROWS).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "steps": step_names()}
    return render(request, "intake/list.html", context, status=422 if form.errors else 200)


def _not_kept(error: OSError) -> str:
    """Why an uploaded file could not be kept."""
    if error.errno == errno.ENOSPC:
        return _("The disk is full; the file was not kept. Make room first.")
    log.error("An uploaded file could not be kept.", exc_info=error)
    return _("The server could not keep the file. Try again, or ask whoever runs the server.")


@needs(Permission.IMPORT_DATA)
def match(request: Request, import_id: int) -> HttpResponseBase:
    """The second step: which column is which field."""
    job = get_object_or_404(Import, pk=import_id)
    if job.state in actions.IN_WORK or job.batch_id is not None:
        return redirect("intake:show", job.pk)
    target, form, remembered = _match_form(request, job)
    if request.method == "POST" and form.is_valid():
        try:
            source, chosen = form.cleaned_data["source"], form.match()
            key = request.POST.get("preset", "")
            actions.match_columns(job.pk, target, source, chosen, preset=key, by=request.actor)
            jobs.check_soon(job.pk, by=request.actor)
            return redirect("intake:show", job.pk)
        except ValidationError as error:
            form.add_error(None, error)
    shown = form.before if form.errors or not form.is_bound else form.match()
    context = {
        "job": job,
        "form": form,
        "target": target,
        "targets": [(name, label, name == target) for name, label in TARGET_CHOICES],
        "presets": [one for one in presets.remembered() if one.fits(job.columns)],
        "remembered": remembered,
        "earlier": queries.same_file(job),
        "ambiguous": is_ambiguous(job.profile, shown.columns),
        "reading": _reading_form(job),
        "steps": step_names(),
        **_preview(job, target, shown),
    }
    return render(request, "intake/match.html", context, status=422 if form.errors else 200)


def _match_form(request: Request, job: Import) -> tuple[str, MatchForm, presets.Remembered | None]:
    """The form for the target and preset asked for, else for what the columns look like."""
    asked = request.POST.get("target") or request.GET.get("target", "")
    named = request.POST.get("preset", request.GET.get("preset"))
    remembered = presets.preset(named) if named else None
    if named is None and not asked and not job.mapping:
        remembered = presets.recognise(job.columns)
    if remembered:
        target, found, source = remembered.target, remembered.match, remembered.source
    elif job.mapping and asked in {"", job.target}:
        target, found, source = job.target, Match.read(job.mapping), job.source
    else:
        target = asked if asked in FIELDS else guess_target(job.profile)
        found = guess_match(target, job.profile)
        source = queries.usual_source(settings.BUSINESS.name[:40])
        if settings.BUSINESS.kind == "salon":
            found = replace(found, options=replace(found.options, new_items="service"))
    form = MatchForm(
        request.POST if request.method == "POST" else None,
        target=target,
        columns=job.columns,
        match=found,
        initial={"source": source},
    )
    return target, form, remembered


def _reading_form(job: Import) -> ReadingForm:
    table = table_of(job)
    initial = {"encoding": job.encoding, "sheet": job.sheet}
    return ReadingForm(job=job, sheets=table.sheets, initial=initial)


def _preview(job: Import, target: str, chosen: Match) -> dict[str, Any]:
    try:
        return {"preview": preview(job, target, chosen, latest=clock.now())}
    except (ValidationError, FileError) as error:
        return {"preview_trouble": words(error)}


@needs(Permission.IMPORT_DATA)
@require_POST
def preview_part(request: Request, import_id: int) -> HttpResponse:
    """The preview anew, while columns are being chosen."""
    job = get_object_or_404(Import, pk=import_id)
    target, form, _remembered = _match_form(request, job)
    chosen = form.match() if form.is_valid() else form.before
    return render(request, "intake/_preview.html", _preview(job, target, chosen))


@needs(Permission.IMPORT_DATA)
@require_POST
def reread(request: Request, import_id: int) -> HttpResponseBase:
    """Reads the file in another encoding, or another sheet of it."""
    try:
        actions.reread(
            import_id,
            encoding=request.POST.get("encoding", ""),
            sheet=request.POST.get("sheet", ""),
            by=request.actor,
        )
    except (FileError, ValidationError) as error:
        say(request, words(error))
    return redirect("intake:match", import_id)


@needs(Permission.IMPORT_DATA)
def show(request: Request, import_id: int) -> HttpResponseBase:
    """Where an import stands: being checked, checked, running, done, stopped or taken back."""
    job = get_object_or_404(Import, pk=import_id)
    if job.state == State.UPLOADED:
        return redirect("intake:match", job.pk)
    context = {
        "job": job,
        "steps": step_names(),
        "step": 3 if job.state in {State.CHECKING, State.CHECKED} else 4,
        "found": queries.found_groups(job),
        "missing": [(RECORD_NAMES[kind], n) for kind, n in job.findings.get("missing", {}).items()],
        "groups": queries.groups(job) if job.batch_id else [],
        "preset_form": PresetForm(),
    }
    return render(request, "intake/show.html", context)


@needs(Permission.IMPORT_DATA)
def progress(request: Request, import_id: int) -> HttpResponse:
    """How far an import at work has come; when it is through, the page is loaded anew."""
    job = get_object_or_404(Import, pk=import_id)
    if job.state not in actions.IN_WORK:
        return HttpResponseClientRedirect(request.path.removesuffix("progress/"))
    return render(request, "intake/_progress.html", {"job": job})


@needs(Permission.IMPORT_DATA)
@require_POST
def run(request: Request, import_id: int) -> HttpResponseBase:
    """Imports what was checked, or continues what stopped."""
    try:
        jobs.run_soon(import_id, by=request.actor)
    except ValidationError as error:
        say(request, words(error))
    return redirect("intake:show", import_id)


@needs(Permission.IMPORT_DATA)
@require_POST
def keep_preset(request: Request, import_id: int) -> HttpResponseBase:
    """Remembers how the columns were matched."""
    try:
        name = request.POST.get("name", "")
        preset = actions.save_preset(import_id, name, by=request.actor, at=clock.now())
        say(request, _("Remembered as “%(name)s”.") % {"name": preset.name})
    except ValidationError as error:
        say(request, words(error))
    return redirect("intake:show", import_id)


@needs(Permission.IMPORT_DATA)
def undo(request: Request, import_id: int) -> HttpResponseBase:
    """Asks once, saying what goes; then takes the import back."""
    job = get_object_or_404(Import, pk=import_id)
    obstacles = undoing.obstacles(job) if job.batch_id else []
    if request.method == "POST":
        try:
            undone = undoing.undo(import_id, by=request.actor, at=clock.now())
            say(request, _told(undone))
            return redirect("intake:show", import_id)
        except ValidationError as error:
            obstacles = error.messages
        except running.Held:
            obstacles = [_("This import is at work. Wait until it is done.")]
    context = {"job": job, "obstacles": obstacles}
    return render(request, "intake/undo.html", context, status=422 if obstacles else 200)


def _told(undone: undoing.Undone) -> str:
    text = ngettext(
        "Taken back: %(n)d record removed.",
        "Taken back: %(n)d records removed.",
        sum(undone.removed.values()),
    ) % {"n": sum(undone.removed.values())}
    if undone.stayed:
        text += " " + _("%(n)s values changed again since and stay.") % {"n": undone.stayed}
    return text


@needs(Permission.IMPORT_DATA)
@require_POST
def forget(request: Request, import_id: int) -> HttpResponseBase:
    """Drops an import of which nothing is in."""
    try:
        actions.forget(import_id, by=request.actor, at=clock.now())
        say(request, _("The file was removed; nothing of it was imported."))
    except ValidationError as error:
        say(request, words(error))
        return redirect("intake:show", import_id)
    return redirect("intake:list")
