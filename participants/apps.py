from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from participants.freeze import kept_consent


class ParticipantsConfig(AppConfig):
    name = "participants"
    label = "participants"
    verbose_name = _("People who take part")
    triggers = kept_consent()
