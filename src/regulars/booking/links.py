"""Addresses that let whoever got them see to one appointment, at the time it had, until then."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from regulars.booking.minutes import minute_of
from regulars.booking.models import Appointment

_signer = Signer(salt="regulars.booking.visit")


def token(appointment: Appointment) -> str:
    """Names the appointment and its time, signed; an appointment that is moved has another."""
    return _signer.sign(f"{appointment.pk}-{minute_of(appointment.starts_at)}")


def appointment_of(signed: str, *, at: datetime) -> Appointment | None:
    """The appointment of a token; None when it is not ours, of another time, or over."""
    try:
        number, _, minute = _signer.unsign(signed).partition("-")
    except BadSignature:
        return None
    appointment = Appointment.objects.filter(pk=int(number)).select_related("store").first()
    if appointment is None or minute != str(minute_of(appointment.starts_at)):
        return None
    return appointment if at < appointment.ends_at else None


def address(appointment: Appointment) -> str:
    """The whole address of the page for one appointment."""
    return settings.PUBLIC_ADDRESS + reverse("portal:visit", args=[token(appointment)])


def booking_address() -> str:
    """Where to book anew."""
    return settings.PUBLIC_ADDRESS + reverse("portal:home")
