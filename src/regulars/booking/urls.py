"""Addresses of the calendar."""

from __future__ import annotations

from django.urls import path

from regulars.booking.pages import appointment, calendar, feed, moving, quick, undoing

app_name = "booking"
urlpatterns = [
    path("", calendar.calendar, name="calendar"),
    path("feed/", feed.feed, name="feed"),
    path("book/", quick.book, name="book"),
    path("book/slots/", quick.slots, name="slots"),
    path("<int:pk>/", appointment.appointment, name="appointment"),
    path("<int:pk>/unbook/", quick.unbook, name="unbook"),
    path("<int:pk>/move/", moving.move_form, name="move"),
    path("<int:pk>/drag/", moving.drag, name="drag"),
    path("<int:pk>/resize/", moving.resize, name="resize"),
    path("<int:pk>/undo/<str:token>/", undoing.undo, name="undo"),
    path("<int:pk>/cancel/", appointment.cancel, name="cancel"),
    path("<int:pk>/do/<slug:verb>/", appointment.act, name="act"),
]
