"""The map of addresses."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from regulars.site import account, audit_pages, job_pages, pages, search, user_pages
from regulars.site.today import pages as today
from regulars.site.today import people
from regulars.understanding.analysis_settings.pages import analysis_settings

urlpatterns = [
    path("", today.today, name="today"),
    path("today/people/<slug:name>/", people.people, name="today-people"),
    path("today/<slug:name>/", today.figure, name="today-figure"),
    path("store/", today.choose_store, name="choose-store"),
    path("search/", search.search, name="search"),
    path("calendar/people/", search.who_comes, name="who-comes"),
    path("calendar/", include("regulars.booking.urls")),
    path("customers/", include("regulars.understanding.customers.urls")),
    path("insights/", include("regulars.understanding.insights.urls")),
    path(
        "sign-in/",
        LoginView.as_view(template_name="site/sign_in.html", redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("shortcuts/", account.shortcuts, name="shortcuts"),
    path("settings/", pages.settings_home, name="settings"),
    path("settings/", include("regulars.intake.urls")),
    path("settings/analysis/", analysis_settings, name="analysis-settings"),
    path("settings/fields/", include("regulars.understanding.customers.field_urls")),
    path("settings/", include("regulars.messaging.urls")),
    path("settings/", include("regulars.portal.shop_urls")),
    path("book/", include("regulars.portal.urls")),
    path("settings/users/", user_pages.users, name="users"),
    path("settings/users/add/", user_pages.add, name="user-add"),
    path("settings/users/<int:user_id>/", user_pages.let_in, name="user-let-in"),
    path("settings/audit/", audit_pages.trail, name="audit"),
    path("settings/audit/check/", audit_pages.check, name="audit-check"),
    path("settings/jobs/", job_pages.jobs, name="jobs"),
    path("settings/jobs/<int:job_id>/retry/", job_pages.retry, name="job-retry"),
]
