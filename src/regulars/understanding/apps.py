from django.apps import AppConfig


class UnderstandingConfig(AppConfig):
    name = "regulars.understanding"
    label = "understanding"
