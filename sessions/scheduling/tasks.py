from celery import shared_task

from sessions.scheduling.actions import reminders


@shared_task(name="sessions.scheduling.tasks.send_reminders")
def send_reminders() -> None:
    reminders.send_reminders()
