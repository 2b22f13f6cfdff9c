"""What has to be there before the platform can work."""

import shutil

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from cocora.jobs.actions import SIGN_OF_LIFE
from programmes.models import Curriculum

# A book of 500 pages takes about 10 MB while it is made; below this we say so in time.
FREE_BYTES = 200 * 1024 * 1024
# Without these no page can be served.
ESSENTIAL = {"database", "migrations"}


def database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def migrations() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def curricula() -> bool:
    try:
        return Curriculum.objects.current().exists()
    except DatabaseError:
        return False


def disk() -> bool:
    return shutil.disk_usage(settings.DATA_DIR).free > FREE_BYTES


def worker() -> bool:
    """Whether clock, broker and worker have carried a sweep from end to end in the last minute."""
    try:
        return cache.get(SIGN_OF_LIFE, False)
    except DatabaseError:
        return False


def missing() -> list[str]:
    """The names of what is not there: empty when the platform is ready."""
    checks = (database, migrations, curricula, disk, worker)
    return [check.__name__ for check in checks if not check()]
