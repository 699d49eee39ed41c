from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "regulars.sales"
    label = "sales"
