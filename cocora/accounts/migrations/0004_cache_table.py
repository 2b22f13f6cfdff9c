from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS cocora_cache")


class Migration(migrations.Migration):
    """The table behind the cache: limits on sign-in attempts, used one-time codes."""

    dependencies = [("accounts", "0003_waiting_mail")]

    operations = [migrations.RunPython(create, drop)]
