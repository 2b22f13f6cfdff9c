"""The Celery application. Tasks carry ids only; the job row in the database is the truth."""

import faulthandler
import os
from typing import Any

from celery import Celery, Task

STDERR = 2


class LimitedTask(Task):
    """Ends the whole process when it takes longer than a task may, wherever it hangs: not even the
    interpreter has to answer. What keeps workers running starts another, the sweep sends again."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        faulthandler.dump_traceback_later(self.app.conf.task_time_limit, exit=True, file=STDERR)
        try:
            return super().__call__(*args, **kwargs)
        finally:
            faulthandler.cancel_dump_traceback_later()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cocora.settings")

app = Celery("cocora", task_cls=LimitedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
