"""The form of what a business sets for its analyses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.insight.features.rfm import RfmCuts
from regulars.kit.money import MINOR_PER_MAJOR, parse_money, read_decimal
from regulars.understanding.analysis_settings.actions import Choice
from regulars.understanding.analysis_settings.models import (
    LONGEST_HORIZON,
    MOST_CUTS,
    SHORTEST_HORIZON,
)
from regulars.understanding.customers.filter_form import MoneyField

OWN, GIVEN = "own", "given"
MOST_DAYS, MOST_PURCHASE_DAYS, MOST_MONEY = 3_650, 10_000, 10**13
SEPARATORS = str.maketrans("，、；;", ",,,,")


class CutsField(forms.CharField):
    """Up to four rising amounts of one kind, as people write them: 30, 60, 90, 180.

    Args:
        read: one piece of text to a whole number; raises ValueError on anything else.
        bounds: the least and the most that can be meant.
    """

    def __init__(self, read: Callable[[str], int], bounds: tuple[int, int], **options: Any) -> None:
        super().__init__(required=False, max_length=120, **options)
        self.read, self.bounds = read, bounds

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value)).translate(SEPARATORS)
        pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
        try:
            cuts = tuple(self.read(piece) for piece in pieces)
        except ValueError:
            raise ValidationError(_("Write numbers with commas between, as in the hint.")) from None
        least, most = self.bounds
        if len(cuts) > MOST_CUTS or any(not least <= cut <= most for cut in cuts):
            raise ValidationError(_("At most four numbers, and none out of all proportion."))
        if any(low >= high for low, high in pairwise(cuts)):
            raise ValidationError(_("Each number must be greater than the one before it."))
        return cuts


def _whole(piece: str) -> int:
    number = read_decimal(piece)
    if number != int(number):
        raise ValueError(piece)
    return int(number)


class SettingsForm(forms.Form):
    """What an owner may set; each part may be left to the analysis itself."""

    acquisition_cost = MoneyField(
        label=gettext_lazy("What winning a new customer costs"),
        help_text=gettext_lazy("Advertising, commission and first-visit offers of a month, divided "
                               "by the newcomers of that month. Empty: not known."),
    )  # fmt: skip
    horizon_days = forms.IntegerField(
        label=gettext_lazy("Counts as staying away after so many days"),
        min_value=SHORTEST_HORIZON,
        max_value=LONGEST_HORIZON,
        required=False,
        help_text=gettext_lazy("The same for everyone. Empty: about twice each customer's usual "
                               "gap, which suits most shops."),
        error_messages={
            "invalid": gettext_lazy("Write a whole number of days from 14 to 365."),
            "min_value": gettext_lazy("Write a whole number of days from 14 to 365."),
            "max_value": gettext_lazy("Write a whole number of days from 14 to 365."),
        },
    )  # fmt: skip
    bands = forms.ChoiceField(
        label=gettext_lazy("Bands of the RFM grades"),
        choices=[
            (OWN, gettext_lazy("The shop's own, found anew by every analysis")),
            (GIVEN, gettext_lazy("The ones below, always the same")),
        ],
        widget=forms.RadioSelect(attrs={"class": "radio"}),
    )
    recency = CutsField(
        _whole,
        (1, MOST_DAYS),
        label=gettext_lazy("Recency: bought within so many days"),
        help_text=gettext_lazy("For example 30, 60, 90, 180: within 30 days is the best grade."),
    )
    frequency = CutsField(
        _whole,
        (1, MOST_PURCHASE_DAYS),
        label=gettext_lazy("Frequency: came so many times"),
        help_text=gettext_lazy("For example 1, 3, 6, 12: more than 12 times is the best grade."),
    )
    spend = CutsField(
        parse_money,
        (0, MOST_MONEY),
        label=gettext_lazy("Spend: in all, up to"),
        help_text=gettext_lazy("Without thousands separators, for example 500, 1500, 4000, 10000."),
    )

    def clean_acquisition_cost(self) -> int | None:
        cost: int | None = self.cleaned_data["acquisition_cost"]
        if cost is not None and not 0 <= cost <= MOST_MONEY:
            raise ValidationError(_("Write an amount, as in 500 or 1,280.50."))
        return cost

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("bands") == GIVEN:
            for name in ("recency", "frequency", "spend"):
                if name not in self.errors and not given[name]:
                    self.add_error(name, _("Give at least one number, or leave the bands to the "
                                           "analysis."))  # fmt: skip
        return given

    def choice(self) -> Choice:
        """What was chosen, of a valid form; bands that are not in use are left out."""
        given = self.cleaned_data
        cuts = None
        if given["bands"] == GIVEN:
            cuts = RfmCuts(given["recency"], given["frequency"], given["spend"])
        return Choice(given["acquisition_cost"], given["horizon_days"], cuts)


def initial(choice: Choice, counted: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """What the form shows first.

    Args:
        counted: the bands of the last analysis, to begin from where none are set.
    """
    cost = choice.acquisition_cost
    cuts = choice.cuts
    return {
        "acquisition_cost": "" if cost is None else _plain_money(cost),
        "horizon_days": choice.horizon_days,
        "bands": GIVEN if cuts else OWN,
        "recency": _listed(cuts.recency if cuts else counted.get("recency", ()), str),
        "frequency": _listed(cuts.frequency if cuts else counted.get("frequency", ()), str),
        "spend": _listed(cuts.spend if cuts else counted.get("spend", ()), _plain_money),
    }


def _listed(cuts: Sequence[int], write: Callable[[int], str]) -> str:
    return ", ".join(write(cut) for cut in cuts)


def _plain_money(minor: int) -> str:
    """Without a sign and without separators: a comma parts the bands."""
    whole, rest = divmod(minor, MINOR_PER_MAJOR)
    return f"{whole}.{rest:02d}" if rest else str(whole)
