"""Who may sign in, as what, and where: seen, added, locked out and let in again."""

from __future__ import annotations

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from regulars.kit import clock, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.models import User
from regulars.kit.permissions import ROLE_NAMES, Permission, Role
from regulars.kit.toasts import say
from regulars.offer import actions
from regulars.offer.models import Store


class NewUserForm(forms.Form):
    """Someone who is to sign in. A role at no named store is a role at all of them."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=60)
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("At least 8 characters. Tell them in person."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=list(ROLE_NAMES.items()))
    store = forms.ModelChoiceField(
        Store.objects.filter(active=True).order_by("name", "pk"),
        label=gettext_lazy("Store"),
        required=False,
        empty_label=gettext_lazy("All stores"),
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise ValidationError(_("Somebody has this user name already. Choose another."))
        return username

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        try:
            validate_password(password)
        except ValidationError:  # Django has no Chinese for what it says here
            raise ValidationError(
                _("Too short or too easy to guess. Take at least 8 characters, and no common word.")
            ) from None
        return password


@needs(Permission.MANAGE_SETTINGS)
def users(request: Request) -> HttpResponse:
    """Everyone who has an account."""
    stores: dict[int | None, str] = dict(Store.objects.values_list("pk", "name"))
    rows = [
        (
            one,
            [
                (ROLE_NAMES[Role(held.role)], stores.get(held.store_id))
                for held in one.granted.all()
            ],
        )
        for one in User.objects.prefetch_related("granted").order_by("name", "pk")
    ]
    return render(request, "site/users.html", {"rows": rows, "self": request.actor.user_id})


@needs(Permission.MANAGE_SETTINGS)
def add(request: Request) -> HttpResponse:
    """Gives someone an account."""
    form = NewUserForm(request.POST or None, initial={"role": Role.DESK})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.add_user(
            given["username"],
            given["password"],
            given["name"],
            Role(given["role"]),
            store=given["store"],
            by=request.actor,
            at=clock.now(),
        )
        say(request, _("%(name)s may sign in now.") % {"name": given["name"]})
        return sheets.leave(request, reverse("users"))
    return sheets.show(
        request,
        "site/user_add.html",
        title=_("Let someone sign in"),
        status=422 if form.is_bound else 200,
        form=form,
    )


@require_POST
@needs(Permission.MANAGE_SETTINGS)
def let_in(request: Request, user_id: int) -> HttpResponse:
    """Locks someone out at once, or lets them in again; nobody locks themselves out."""
    if user_id == request.actor.user_id:
        raise Http404
    user = get_object_or_404(User, pk=user_id)
    allowed = request.POST.get("allowed") == "yes"
    actions.let_user_in(user.pk, allowed, by=request.actor, at=clock.now())
    words = _("%(name)s may sign in now.") if allowed else _("%(name)s can no longer sign in.")
    say(request, words % {"name": user.name})
    return HttpResponseRedirect(reverse("users"))
