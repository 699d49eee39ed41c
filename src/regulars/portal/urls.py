"""Addresses of the customer's pages."""

from __future__ import annotations

from django.urls import path

from regulars.portal import booking_pages, feed_pages, notice_pages, sign_in_pages, visit_pages

app_name = "portal"
urlpatterns = [
    path("", booking_pages.home, name="home"),
    path("notice/", notice_pages.notice, name="notice"),
    path("sign-in/", sign_in_pages.sign_in, name="sign-in"),
    path("code/", sign_in_pages.code, name="code"),
    path("sign-out/", sign_in_pages.sign_out, name="sign-out"),
    path("mine/", visit_pages.mine, name="mine"),
    path("visit/<str:key>/", visit_pages.visit, name="visit"),
    path("visit/<str:key>/confirm/", visit_pages.confirm, name="visit-confirm"),
    path("visit/<str:key>/cancel/", visit_pages.cancel, name="visit-cancel"),
    path("visit/<str:key>/move/", visit_pages.move, name="visit-move"),
    path("visit/<str:key>/calendar.ics", visit_pages.ics, name="visit-ics"),
    path("calendar/<str:secret>.ics", feed_pages.calendar, name="calendar"),
    path("<int:store_id>/", booking_pages.services, name="services"),
    path("<int:store_id>/when/", booking_pages.when, name="when"),
    path("<int:store_id>/confirm/", booking_pages.confirm, name="confirm"),
]
