"""Addresses of the insight pages."""

from __future__ import annotations

from django.urls import path

from regulars.understanding.insights import methods, pages, runs

app_name = "understanding"
urlpatterns = [
    path("", pages.overview, name="overview"),
    path("behaviour/", pages.behaviour, name="behaviour"),
    path("rfm/", pages.rfm, name="rfm"),
    path("rfm/<int:r>/<int:f>/", pages.cell, name="cell"),
    path("lifecycle/", pages.lifecycle, name="lifecycle"),
    path("method/", methods.method, name="method"),
    path("method/<slug:name>/", methods.method_of, name="method-of"),
    path("run/", runs.run, name="run"),
    path("run/start/", runs.start, name="run-start"),
    path("run/progress/", runs.progress, name="run-progress"),
]
