from uuid import UUID

from celery import shared_task

from cocora.accounts.actions import mail


@shared_task(name="cocora.accounts.tasks.deliver_mail")
def deliver_mail(mail_id: str) -> None:
    mail.deliver_mail(mail_id=UUID(mail_id))


@shared_task(name="cocora.accounts.tasks.deliver_waiting_mail")
def deliver_waiting_mail() -> None:
    mail.deliver_waiting_mail()
