"""Addresses of the customers' pages."""

from __future__ import annotations

from django.urls import path

from regulars.understanding.customers import (
    customer_pages,
    edit_pages,
    export_pages,
    list_pages,
)

app_name = "customers"
urlpatterns = [
    path("", list_pages.customers, name="list"),
    path("filter/", list_pages.more_filters, name="filter"),
    path("export/", export_pages.export, name="export"),
    path("add/", edit_pages.add, name="add"),
    path("<int:pk>/", customer_pages.page, name="page"),
    path("<int:pk>/why/<slug:name>/", customer_pages.why_figure, name="why"),
    path("<int:pk>/edit/", edit_pages.edit, name="edit"),
    path("<int:pk>/undo/<slug:token>/", edit_pages.undo, name="undo"),
    path("<int:pk>/contacts/", edit_pages.reveal, name="reveal"),
    path("<int:pk>/contacts/add/", edit_pages.contact, name="contact"),
    path("<int:pk>/tags/", edit_pages.add_tag, name="tag"),
    path("<int:pk>/tags/<int:tag>/remove/", edit_pages.remove_tag, name="untag"),
    path("<int:pk>/notes/", edit_pages.note, name="note"),
    path("<int:pk>/consents/", edit_pages.consent, name="consent"),
]
