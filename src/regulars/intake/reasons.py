"""Why a row cannot be taken: a code in the database, a sentence on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reason(TypedDict):
    """One thing wrong with a row. `field` is ours ("" for the whole row); no cell text inside."""

    field: str
    code: str


def reason(code: str, field: str = "") -> Reason:
    return Reason(field=field, code=code)


REASONS: Mapping[str, str | Promise] = {
    "ragged": _("The row has more cells than there are columns."),
    "cut_short": _("The row ends before the last column that is used."),
    "empty": _("This cell must not be empty."),
    "too_long": _("The text is too long."),
    "not_a_date": _("This is not a date in the chosen order."),
    "impossible_date": _("There is no such day."),
    "short_year": _("The year has two digits; write four."),
    "too_early": _("The date is before 1990."),
    "future": _("The date is in the future."),
    "not_a_time": _("This is not a time of day."),
    "ends_before_it_begins": _("The end is before the beginning."),
    "not_a_number": _("This is not a number."),
    "too_large": _("The number is too large."),
    "finer_than_a_cent": _("The amount is finer than one hundredth; nothing is rounded."),
    "finer_than_a_thousandth": _("The quantity has more than three decimals."),
    "negative": _("A price cannot be negative."),
    "not_a_phone": _("This is not a phone number."),
    "not_an_email": _("This is not an e-mail address."),
    "not_a_wechat": _("This is not a WeChat id."),
    "unknown_sex": _("This is not a sex we know: female, male, other."),
    "unknown_kind": _("This is neither service nor product."),
    "not_yes_or_no": _("This is neither yes nor no."),
    "not_a_word": _("A kind of event is a word of letters, digits and underscores."),
    "nobody": _("Nothing to recognise the customer by: number, code, phone, e-mail or WeChat."),
    "no_item": _("Neither a code nor a name says what was sold."),
    "unknown_customer": _("We do not know this customer, and new ones are not to be made."),
    "unknown_item": _("We do not know this item, and new ones are not to be made."),
    "unknown_staff": _("We do not know this member of staff, and new ones are not to be made."),
    "unknown_store": _("We do not know this store, and new ones are not to be made."),
    "several_customers": _("The phone, e-mail or WeChat id belongs to several customers."),
    "another_name": _("The phone, e-mail or WeChat id belongs to a customer of another name."),
    "number_taken": _("The customer number belongs to another customer."),
    "twice": _("The same number or code stands in this file before, with other values."),
    "order_held": _("Another line of the same order cannot be taken: it comes in whole or not."),
    "order_of_several": _("Lines of one order name several customers."),
    "order_of_stores": _("Lines of one order name several stores or channels."),
    "there_with_other_lines": _("The order is already there with other lines."),
    "there_otherwise": _("It is already there with other values."),
}


def sentence(code: str) -> str:
    """The sentence for people."""
    return str(REASONS[code])
