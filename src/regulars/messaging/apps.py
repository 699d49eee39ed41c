from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MessagingConfig(AppConfig):
    name = "regulars.messaging"
    label = "messaging"

    def ready(self) -> None:
        autodiscover_modules("occasions")  # each room says in `occasions.py` what it writes about
