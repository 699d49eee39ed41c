"""Addresses of the insight pages."""

from __future__ import annotations

from django.urls import path

from regulars.understanding.insights import methods, pages, runs
from regulars.understanding.insights.behaviour_pages import behaviour
from regulars.understanding.insights.lifecycle_pages import lifecycle
from regulars.understanding.insights.rfm_pages import cell, rfm
from regulars.understanding.insights.segments_pages import ready, segments
from regulars.understanding.insights.value_pages import value
from regulars.understanding.insights.warnings_pages import warning, warnings
from regulars.understanding.insights.who_pages import who

app_name = "understanding"
urlpatterns = [
    path("", pages.overview, name="overview"),
    path("who/", who, name="who"),
    path("behaviour/", behaviour, name="behaviour"),
    path("value/", value, name="value"),
    path("rfm/", rfm, name="rfm"),
    path("rfm/<int:r>/<int:f>/", cell, name="cell"),
    path("lifecycle/", lifecycle, name="lifecycle"),
    path("warnings/", warnings, name="warnings"),
    path("warnings/<int:pk>/", warning, name="warning"),
    path("segments/", segments, name="segments"),
    path("segments/ready/", ready, name="segments-ready"),
    path("method/", methods.method, name="method"),
    path("method/<slug:name>/", methods.method_of, name="method-of"),
    path("run/", runs.run, name="run"),
    path("run/start/", runs.start, name="run-start"),
    path("run/progress/", runs.progress, name="run-progress"),
]
