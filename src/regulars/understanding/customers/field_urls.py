"""Addresses of the fields a business adds to its record; they stand under the settings."""

from __future__ import annotations

from django.urls import path

from regulars.understanding.customers import field_pages

app_name = "fields"
urlpatterns = [
    path("", field_pages.fields, name="list"),
    path("add/", field_pages.add, name="add"),
    path("<int:pk>/", field_pages.change, name="one"),
    path("<int:pk>/remove/", field_pages.remove, name="remove"),
]
