"""What can be set about messages: their words, quiet hours and caps."""

from __future__ import annotations

from datetime import time

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models import Rules


class TextForm(forms.Form):
    """The business's own words for an occasion in one language; empty: those that come along."""

    title = forms.CharField(label=_("Title (e-mail only)"), max_length=120, required=False)
    body = forms.CharField(
        label=_("Text"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )


class RulesForm(forms.Form):
    """Quiet hours by the store's clock, and how much goes to one customer."""

    quiet_from = forms.TimeField(label=_("Quiet from"), widget=forms.TimeInput(format="%H:%M"))
    quiet_to = forms.TimeField(label=_("Quiet until"), widget=forms.TimeInput(format="%H:%M"))
    most_a_day = forms.IntegerField(label=_("Messages a day at most"), min_value=1, max_value=99)
    marketing_a_week = forms.IntegerField(
        label=_("Offers a week at most"), min_value=0, max_value=99
    )

    @classmethod
    def of(cls, rules: Rules) -> RulesForm:
        """The form as the rules stand."""
        return cls(
            initial={
                "quiet_from": time(*divmod(rules.quiet_from, 60)),
                "quiet_to": time(*divmod(rules.quiet_to, 60)),
                "most_a_day": rules.most_a_day,
                "marketing_a_week": rules.marketing_a_week,
            }
        )

    def quiet(self) -> tuple[int, int]:
        """First and last minute of the day without messages."""
        begins, ends = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_to"]
        return begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
