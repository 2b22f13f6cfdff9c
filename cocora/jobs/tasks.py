from celery import shared_task

from cocora.jobs import actions


@shared_task(name="cocora.jobs.tasks.work")
def work(job_id: int) -> None:
    actions.work(job_id)


@shared_task(name="cocora.jobs.tasks.sweep")
def sweep() -> None:
    actions.sweep()
