from importlib import import_module

from django.apps import AppConfig
from django.core.checks import register


class HandbooksConfig(AppConfig):
    name = "handbooks"
    label = "handbooks"

    def ready(self) -> None:
        # The handler of the job and the check register themselves; apps.py has no models yet.
        import_module("handbooks.actions")
        register(import_module("handbooks.checks").printing_libraries)
