"""The map of addresses."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.i18n import set_language

from regulars.site import pages

urlpatterns = [
    path("", pages.today, name="today"),
    path(
        "sign-in/",
        LoginView.as_view(template_name="site/sign_in.html", redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("settings/", pages.settings_home, name="settings"),
]
