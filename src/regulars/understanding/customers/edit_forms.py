"""The forms of a customer: profile, contact, note, consent, tag."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from regulars.kit.forms import KeyedForm
from regulars.people import rules
from regulars.people.drafts import Birth, CustomerDraft
from regulars.people.models import Customer
from regulars.understanding.customers import own_fields
from regulars.understanding.customers.consents import CHANNELS, PURPOSES
from regulars.understanding.customers.words import SEXES

FIRST_YEAR = 1900


class BirthFields(forms.Form):
    birth_year = forms.IntegerField(label=_("Birth year"), min_value=FIRST_YEAR, required=False)
    birth_month = forms.IntegerField(label=_("Month"), min_value=1, max_value=12, required=False)
    birth_day = forms.IntegerField(
        label=_("Day of the month"), min_value=1, max_value=31, required=False
    )
    birth_calendar = forms.ChoiceField(
        label=_("Calendar"), choices=[("solar", _("Solar")), ("lunar", _("Lunar"))]
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        month, day = given.get("birth_month"), given.get("birth_day")
        if {"birth_month", "birth_day"} & self.errors.keys():
            return given
        if (month is None) != (day is None):
            self.add_error("birth_day", _("Give month and day together, or neither."))
        elif month and day and day > _longest(given.get("birth_calendar", "solar"), month):
            self.add_error("birth_day", _("This month has no such day."))
        return given


def _longest(calendar: str, month: int) -> int:
    if calendar == "lunar":
        return 30
    return {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)


class ProfileForm(BirthFields):
    """What is known of a customer, for one who is there and for one who is new."""

    name = forms.CharField(label=_("Customer's name"), max_length=80, required=False)
    sex = forms.ChoiceField(
        label=_("Sex"), choices=[("", _("Not known")), *SEXES.items()], required=False
    )
    province = forms.CharField(label=_("Province"), max_length=40, required=False)
    city = forms.CharField(label=_("City"), max_length=40, required=False)
    occupation = forms.CharField(label=_("Occupation"), max_length=60, required=False)
    income_band = forms.CharField(label=_("Income"), max_length=40, required=False)
    found_us = forms.CharField(label=_("How they found us"), max_length=60, required=False)


class EditForm(ProfileForm):
    """The profile of a customer who is there, with the fields the business added."""

    def __init__(self, customer: Customer, given: Any = None) -> None:
        known = {name: getattr(customer, name) for name in self.base_fields}
        super().__init__(given, initial=known | own_fields.to_form(customer.custom))
        self.customer = customer
        self.own = own_fields.own_fields(customer.custom)
        self.fields.update(self.own)

    def own_bound(self) -> list[forms.BoundField]:
        """The added fields, to be drawn after the others."""
        return [self[name] for name in self.own]

    def changes(self) -> dict[str, Any]:
        """The fields whose value is another than the customer's."""
        given = {name: v for name, v in self.cleaned_data.items() if name not in self.own}
        given["name"] = rules.normalise_name(given["name"])
        given["custom"] = own_fields.from_form(
            {name: self.cleaned_data[name] for name in self.own}, self.customer.custom
        )
        return {name: v for name, v in given.items() if getattr(self.customer, name) != v}


class NewCustomerForm(KeyedForm, ProfileForm):
    """A customer to add. A phone somebody has already asks for a second yes."""

    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    anyway = forms.BooleanField(
        label=_("This is another person; add anyway"), required=False, widget=forms.HiddenInput
    )
    field_order = ("name", "phone", "sex")

    def clean_phone(self) -> str:
        text: str = self.cleaned_data["phone"]
        if text and not rules.normalise_contact("phone", text):
            raise ValidationError(_("This is not a phone number. Write it as in 138 1234 2384."))
        return text

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("name") and not given.get("phone") and not self.errors:
            self.add_error("name", _("Give a name or a phone number."))
        return given

    def draft(self, **more: Any) -> CustomerDraft:
        given = self.cleaned_data
        birth = None
        if given["birth_month"] or given["birth_year"]:
            birth = Birth(
                given["birth_month"],
                given["birth_day"],
                given["birth_year"],
                lunar=given["birth_calendar"] == "lunar",
            )
        plain = ("name", "sex", "province", "city", "occupation", "income_band", "found_us")
        contacts = (("phone", given["phone"]),) if given["phone"] else ()
        return CustomerDraft(
            **{name: given[name] for name in plain}, birth=birth, contacts=contacts, **more
        )


class ContactForm(forms.Form):
    """A phone, e-mail or WeChat id to add."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("phone", _("Phone")), ("email", _("E-mail")), ("wechat", _("WeChat"))],
    )
    text = forms.CharField(label=_("Number or address"), max_length=100)


class NoteForm(KeyedForm):
    text = forms.CharField(
        label=_("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the note first.")},
    )
    sensitive = forms.BooleanField(label=_("About skin, allergies or health"), required=False)


class ConsentForm(forms.Form):
    """One word of the customer, with where it can be read or heard again."""

    purpose = forms.ChoiceField(label=_("For"), choices=list(PURPOSES.items()))
    channel = forms.ChoiceField(label=_("Channel"), choices=list(CHANNELS.items()))
    granted = forms.ChoiceField(
        label=_("They say"),
        choices=[("yes", _("Yes, I agree")), ("no", _("No, or not any more"))],
        widget=forms.RadioSelect(attrs={"class": "radio"}),
    )
    notice_version = forms.CharField(label=_("Privacy notice shown"), max_length=20)
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=120,
        help_text=_("Where it can be read or heard again, as in: signed form of 12 May."),
    )


class TagForm(forms.Form):
    name = forms.CharField(label=_("Tag"), max_length=30)
