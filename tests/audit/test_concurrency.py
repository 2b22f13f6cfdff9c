"""Many writers at once leave one chain."""

from threading import Thread

import pytest
from django.db import connection

from cocora.audit.actions import record
from cocora.audit.models import AuditEntry
from cocora.audit.queries import verify_chain

WRITERS, EACH = 4, 10


def write():
    for _number in range(EACH):
        record(by=None, verb="thing.done")
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_writers_queue_up():
    threads = [Thread(target=write) for _writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEntry.objects.count() == WRITERS * EACH
    assert verify_chain().fault == ""
