from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "cocora.jobs"
    label = "jobs"
