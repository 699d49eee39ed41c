"""Addresses of what the shop sets about the customer's pages, under the settings."""

from __future__ import annotations

from django.urls import path, re_path

from regulars.portal import feed_pages, preparation_pages

WHOSE = r"^calendars/(?P<kind>staff|store)/(?P<pk>[0-9]{1,18})"

app_name = "portal-shop"
urlpatterns = [
    path("calendars/", feed_pages.listing, name="feeds"),
    re_path(WHOSE + "/make/$", feed_pages.make, name="make-feed"),
    re_path(WHOSE + "/revoke/$", feed_pages.revoke, name="revoke-feed"),
    path("preparations/", preparation_pages.listing, name="preparations"),
    path("preparations/<int:item_id>/", preparation_pages.save, name="set-preparation"),
]
