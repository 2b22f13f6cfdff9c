from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate

from cocora.common.triggers import lay


class CommonConfig(AppConfig):
    name = "cocora.common"
    label = "common"

    def ready(self) -> None:
        post_migrate.connect(lay, dispatch_uid="lay-triggers")
        # apps.py has no models yet.
        register(import_module("cocora.common.checks").sealed_columns, Tags.database)
