from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "cocora.home"
    label = "home"
