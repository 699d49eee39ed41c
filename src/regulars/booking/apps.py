from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "regulars.booking"
    label = "booking"
