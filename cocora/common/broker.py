"""Handing work to the workers."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def call_worker(task: str, *arguments: str | int) -> None:
    """Send one task. A broker that is away is no fault: a row waits, the sweep sends it again."""
    try:
        current_app.send_task(task, list(arguments), retry=False)
    except (OSError, OperationalError) as error:  # kombu makes the latter of what Redis raises
        log.warning("%s %s: broker away (%s)", task, arguments, type(error).__name__)
