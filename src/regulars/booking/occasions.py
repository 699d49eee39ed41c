"""What customers are written about their appointments, and the words that come along."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.messaging.occasions import SERVICE, Occasion, register

KNOWN = frozenset({"store", "services", "day", "time", "link"})

BOOKED = Occasion(
    "booking.booked",
    _("Appointment booked"),
    SERVICE,
    _("{store}: booked for {day} {time}"),
    _("{store} expects you on {day} at {time} for {services}. To change or call off: {link}"),
    KNOWN,
    frozenset({"day", "time", "link"}),
    urgent=True,
)
MOVED = Occasion(
    "booking.moved",
    _("Appointment moved"),
    SERVICE,
    _("{store}: now on {day} {time}"),
    _("Your appointment at {store} is now on {day} at {time}: {services}. See it here: {link}"),
    KNOWN,
    frozenset({"day", "time", "link"}),
    urgent=True,
)
CANCELLED = Occasion(
    "booking.cancelled",
    _("Appointment called off"),
    SERVICE,
    _("{store}: called off for {day} {time}"),
    _("Your appointment at {store} on {day} at {time} is called off. To book anew: {link}"),
    KNOWN,
    frozenset({"day", "time"}),
    urgent=True,
)
REMINDER = Occasion(
    "booking.reminder",
    _("Reminder of an appointment"),
    SERVICE,
    _("{store}: {day} {time}"),
    _("See you at {store} on {day} at {time} for {services}. Confirm or change it here: {link}"),
    KNOWN,
    frozenset({"day", "time", "link"}),
)
THANKS = Occasion(
    "booking.thanks",
    _("Thanks after a visit"),
    SERVICE,
    _("Thank you for coming to {store}"),
    _("Thank you for coming to {store} for {services}. If anything is not right, tell us: {link}"),
    KNOWN,
)

register(BOOKED, MOVED, CANCELLED, REMINDER, THANKS)
