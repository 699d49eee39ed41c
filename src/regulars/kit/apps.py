from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "regulars.kit"
    label = "kit"

    def ready(self) -> None:
        from regulars.kit import floors, personal_data  # noqa: F401  register their checks
