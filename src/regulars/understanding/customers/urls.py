"""Addresses of the customers' pages."""

from __future__ import annotations

from django.urls import path

from regulars.understanding.customers import (
    customer_pages,
    edit_pages,
    export_pages,
    list_pages,
    relation_pages,
)
from regulars.understanding.lists import pages as list_faces
from regulars.understanding.warnings import pages as follow_up_faces

app_name = "customers"
urlpatterns = [
    path("", list_pages.customers, name="list"),
    path("filter/", list_pages.more_filters, name="filter"),
    path("export/", export_pages.export, name="export"),
    path("lists/", list_faces.lists, name="lists"),
    path("lists/save/", list_faces.save, name="list-save"),
    path("lists/<int:pk>/", list_faces.one_list, name="list-of"),
    path("lists/<int:pk>/delete/", list_faces.delete, name="list-delete"),
    path("lists/<int:pk>/restore/", list_faces.restore, name="list-restore"),
    path("follow-ups/", follow_up_faces.follow_ups, name="follow-ups"),
    path("add/", edit_pages.add, name="add"),
    path("<int:pk>/", customer_pages.page, name="page"),
    path("<int:pk>/why/<slug:name>/", customer_pages.why_figure, name="why"),
    path("<int:pk>/follow-up/", follow_up_faces.follow_up, name="follow-up"),
    path("<int:pk>/follow-up/take/", follow_up_faces.take, name="follow-up-take"),
    path("<int:pk>/follow-up/record/", follow_up_faces.record, name="follow-up-record"),
    path("<int:pk>/follow-up/assign/", follow_up_faces.assign, name="follow-up-assign"),
    path("<int:pk>/follow-up/close/", follow_up_faces.close, name="follow-up-close"),
    path(
        "<int:pk>/follow-up/<int:follow_up>/reopen/",
        follow_up_faces.reopen,
        name="follow-up-reopen",
    ),
    path("<int:pk>/edit/", edit_pages.edit, name="edit"),
    path("<int:pk>/undo/<slug:token>/", edit_pages.undo, name="undo"),
    path("<int:pk>/contacts/", edit_pages.reveal, name="reveal"),
    path("<int:pk>/contacts/add/", edit_pages.contact, name="contact"),
    path("<int:pk>/tags/", edit_pages.add_tag, name="tag"),
    path("<int:pk>/tags/<int:tag>/remove/", edit_pages.remove_tag, name="untag"),
    path("<int:pk>/relations/", relation_pages.relations, name="relations"),
    path("<int:pk>/relations/<int:relation>/take-back/", relation_pages.unrelate, name="unrelate"),
    path("<int:pk>/notes/", edit_pages.note, name="note"),
    path("<int:pk>/consents/", edit_pages.consent, name="consent"),
]
