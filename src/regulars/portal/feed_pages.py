"""Settings → Calendar addresses, and what stands at them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit import clock, faces, toasts
from regulars.kit.faces import needs
from regulars.kit.permissions import Permission
from regulars.offer.models import Staff, Store
from regulars.portal import feeds
from regulars.portal.models import Feed


@login_not_required
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The feed of a secret address, for the calendars that ask for it."""
    content = feeds.read(secret, at=clock.now())
    if content is None:
        raise Http404
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@needs(Permission.MANAGE_ROSTER)
def listing(request: faces.Request, made: str = "") -> HttpResponse:
    """Who has a calendar address; one just made is shown this once."""
    open_feeds = Feed.objects.filter(revoked_at=None)
    of_staff = {feed.staff_id: feed for feed in open_feeds if feed.staff_id}
    of_store = {feed.store_id: feed for feed in open_feeds if feed.store_id}
    rows = [
        ("store", store.pk, store.name, of_store.get(store.pk))
        for store in Store.objects.filter(active=True).order_by("name", "pk")
    ]
    rows += [
        ("staff", staff.pk, staff.name, of_staff.get(staff.pk))
        for staff in Staff.objects.filter(active=True).order_by("name", "pk")
    ]
    return render(request, "portal/feeds.html", {"rows": rows, "made": made})


def _of(kind: str, pk: int) -> Staff | Store:
    return get_object_or_404(Staff, pk=pk) if kind == "staff" else get_object_or_404(Store, pk=pk)


@require_POST
@needs(Permission.MANAGE_ROSTER)
def make(request: faces.Request, kind: str, pk: int) -> HttpResponse:
    """Makes an address and shows it, once."""
    secret = feeds.make(_of(kind, pk), by=request.actor, at=clock.now())
    answer = listing(
        request, made=settings.PUBLIC_ADDRESS + reverse("portal:calendar", args=[secret])
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]


@require_POST
@needs(Permission.MANAGE_ROSTER)
def revoke(request: faces.Request, kind: str, pk: int) -> HttpResponse:
    """Closes an address."""
    feeds.revoke(_of(kind, pk), by=request.actor, at=clock.now())
    toasts.say(request, _("The address is closed."))
    return HttpResponseRedirect(reverse("portal-shop:feeds"))
