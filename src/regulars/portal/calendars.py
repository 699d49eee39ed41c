"""Appointments as iCalendar (RFC 5545): one for the customer, all of a person or store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from icalendar import Calendar, Event

from regulars.booking import links
from regulars.booking.models import Appointment, BookedService

PRODUCT = "-//Regulars//Appointments//EN"


def of_visit(appointment: Appointment, title: str, *, at: datetime) -> bytes:
    """A customer's appointment; taken in again after a change, it replaces what was there."""
    calendar = _calendar()
    event = _event(f"visit-{appointment.pk}", appointment.starts_at, appointment.ends_at, at)
    names = appointment.services.values_list("item__name", flat=True)
    event.add("summary", title)
    event.add("description", "\n".join([*names, links.address(appointment)]))
    event.add("location", appointment.store.name)
    event.add("sequence", appointment.version)
    if appointment.state in ("cancelled", "no_show"):
        event.add("status", "CANCELLED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def of_services(services: Iterable[BookedService], title: str, *, at: datetime) -> bytes:
    """A feed of booked services. Names of customers do not leave the house: only their number."""
    calendar = _calendar()
    calendar.add("x-wr-calname", title)
    for service in services:
        event = _event(f"service-{service.pk}", service.starts_at, service.ends_at, at)
        who = service.staff.name if service.staff else ""
        number = service.appointment.customer.number if service.appointment.customer else ""
        event.add("summary", " · ".join(filter(None, [service.item.name, who, number])))
        event.add("location", service.appointment.store.name)
        event.add("sequence", service.appointment.version)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    return calendar


def _event(uid: str, starts_at: datetime, ends_at: datetime, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{uid}@regulars")
    event.add("dtstamp", at)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    return event
