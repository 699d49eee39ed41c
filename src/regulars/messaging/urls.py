"""Addresses of messages, under the settings."""

from __future__ import annotations

from django.urls import path

from regulars.messaging import pages, words_pages

app_name = "messaging"
urlpatterns = [
    path("messages/", pages.sent, name="sent"),
    path("messages/<int:send_id>/settle/", pages.settle, name="settle"),
    path("messages/rules/", words_pages.rules, name="rules"),
    path("messages/words/<str:code>/<str:language>/", words_pages.text, name="text"),
]
