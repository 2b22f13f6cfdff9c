from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "cocora.accounts"
    label = "accounts"
    verbose_name = _("People and organisations")

    def ready(self) -> None:
        # apps.py has no models yet.
        register(import_module("cocora.accounts.checks").sealed_secrets, Tags.database)
