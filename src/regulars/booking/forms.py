"""What the desk fills in to book."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core import signing
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from regulars.booking.drafts import ServiceDraft
from regulars.booking.pages.frame import moment_at
from regulars.booking.pages.slots import pressed
from regulars.kit.forms import KeyedForm
from regulars.offer.models import Item, Staff, Store
from regulars.people.models import Customer

SALT = "booking.customer"
KEPT = 12 * 3600
"""Seconds for which a customer who was found can be chosen."""


def signed(customer_id: int) -> str:
    """A customer as a form may send them: only those whom the searcher was allowed to find."""
    return signing.dumps(customer_id, salt=SALT)


def services_here(store: Store) -> QuerySet[Item]:
    """The services of a store that someone there does, the most booked first."""
    able = Q(skills__staff__stores=store, skills__staff__active=True)
    bookable = Item.objects.filter(kind=Item.SERVICE, active=True, steps__isnull=False)
    return (
        bookable.filter(able | ~Q(steps__staff="same"))
        .distinct()
        .annotate(booked=Count("bookedservice", distinct=True))
        .order_by("-booked", "category", "pk")
    )


class BookForm(KeyedForm):
    """A visit to be booked: who, what, by whom, when."""

    person = forms.CharField(required=False)
    guest_name = forms.CharField(required=False, max_length=60, label=gettext_lazy("Customer"))
    items = forms.ModelMultipleChoiceField(Item.objects.none(), label=gettext_lazy("Services"))
    staff = forms.ModelChoiceField(
        Staff.objects.none(),
        required=False,
        label=gettext_lazy("Who serves"),
        empty_label=gettext_lazy("Anyone (in turn)"),
    )
    day = forms.DateField(
        label=pgettext_lazy("date", "Day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    start = forms.CharField(required=False)
    time = forms.TimeField(required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    note = forms.CharField(
        required=False, max_length=500, label=pgettext_lazy("appointment", "Note")
    )
    overlap_reason = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Why it may overlap")
    )

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.store = store
        self.fields["items"].queryset = services_here(store)  # type: ignore[attr-defined]
        here = Staff.objects.filter(stores=store, active=True).order_by("pk")
        self.fields["staff"].queryset = here  # type: ignore[attr-defined]

    def clean_person(self) -> int | None:
        """The customer's id, from what the search signed."""
        text = self.cleaned_data["person"]
        if not text:
            return None
        try:
            pk = signing.loads(text, salt=SALT, max_age=KEPT)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("Choose the customer again.")) from error
        if not Customer.objects.filter(pk=pk, erased_at=None).exists():
            raise forms.ValidationError(_("Choose the customer again."))
        return int(pk)

    def clean_start(self) -> str:
        text: str = self.cleaned_data["start"]
        if text:
            try:
                moment_at(pressed(text)[0], ZoneInfo(self.store.time_zone))
            except ValueError as error:
                raise forms.ValidationError(_("Choose a time.")) from error
        return text

    def drafts(self) -> tuple[ServiceDraft, ...]:
        """The services that are wanted, in the order of the list."""
        staff = self.cleaned_data.get("staff")
        able = _able(staff, self.cleaned_data["items"]) if staff else frozenset()
        return tuple(
            # Whoever was asked for does what they can; the rest goes to anyone.
            ServiceDraft(item.pk, staff.pk if staff and item.pk in able else None)
            for item in self.cleaned_data["items"]
        )


def _able(staff: Staff, items: Any) -> frozenset[int]:
    able = frozenset(staff.skills.filter(item__in=items).values_list("item_id", flat=True))
    return able or frozenset(item.pk for item in items)
