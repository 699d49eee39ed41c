from django.apps import AppConfig


class OfferConfig(AppConfig):
    name = "regulars.offer"
    label = "offer"
