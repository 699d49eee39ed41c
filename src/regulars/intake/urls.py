"""Addresses of imports and data quality, under `settings/`."""

from __future__ import annotations

from django.urls import path

from regulars.intake import pages, quality_pages, quarantine_pages

app_name = "intake"
urlpatterns = [
    path("import/", pages.imports, name="list"),
    path("import/<int:import_id>/", pages.show, name="show"),
    path("import/<int:import_id>/columns/", pages.match, name="match"),
    path("import/<int:import_id>/reading/", pages.reread, name="reread"),
    path("import/<int:import_id>/preview/", pages.preview_part, name="preview"),
    path("import/<int:import_id>/progress/", pages.progress, name="progress"),
    path("import/<int:import_id>/run/", pages.run, name="run"),
    path("import/<int:import_id>/preset/", pages.keep_preset, name="preset"),
    path("import/<int:import_id>/undo/", pages.undo, name="undo"),
    path("import/<int:import_id>/forget/", pages.forget, name="forget"),
    path("import/<int:import_id>/rows/", quarantine_pages.rows, name="quarantine"),
    path("import/<int:import_id>/rows/<int:row_no>/", quarantine_pages.row, name="row"),
    path("import/<int:import_id>/rows/replace/", quarantine_pages.replace, name="replace"),
    path("import/<int:import_id>/rows/again/", quarantine_pages.again, name="again"),
    path("import/<int:import_id>/rows/drop/", quarantine_pages.drop, name="drop"),
    path("import/<int:import_id>/rows/upload/", quarantine_pages.upload, name="upload"),
    path(
        "import/<int:import_id>/rows/download.<slug:kind>",
        quarantine_pages.download,
        name="download",
    ),
    path("quality/", quality_pages.quality, name="quality"),
    path("quality/rows/", quality_pages.rows, name="quality-rows"),
    path("quality/assess/", quality_pages.assess, name="assess"),
]
