from celery import shared_task

from participants.actions.imports import forget_expired_imports
from participants.actions.retention import forget_what_is_due


@shared_task(name="participants.tasks.forget")
def forget() -> None:
    forget_what_is_due()


@shared_task(name="participants.tasks.forget_lists")
def forget_lists() -> None:
    forget_expired_imports()
