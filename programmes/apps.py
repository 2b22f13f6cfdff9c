from django.apps import AppConfig

from programmes.freeze import frozen_tables
from programmes.search_index import SearchIndex


class ProgrammesConfig(AppConfig):
    name = "programmes"
    label = "programmes"
    triggers = [*frozen_tables(), SearchIndex()]
