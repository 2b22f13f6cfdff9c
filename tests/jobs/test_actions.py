"""One worker wins, a dead one is replaced, the effect happens once."""

import threading
from datetime import timedelta
from time import monotonic
from types import SimpleNamespace

import pytest
import time_machine
from celery import Celery
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from cocora.audit.models import AuditEntry
from cocora.common import broker
from cocora.jobs import actions, tasks
from cocora.jobs.actions import JobLost, JobRefused, Work, claim, fail, finish, submit, sweep, work
from cocora.jobs.models import LEASE, MAX_ATTEMPTS, UNSENT_AFTER, Job, JobState

KIND = "test"


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """The ids that were handed to the broker."""
    ids: list[int] = []
    app = SimpleNamespace(send_task=lambda name, args, **options: ids.append(args[0]))
    monkeypatch.setattr(broker, "current_app", app)
    return ids


@pytest.fixture
def handle(monkeypatch):
    """Register a handler for the test's kind of job."""

    def register(handler):
        monkeypatch.setitem(actions.handlers, KIND, handler)

    return register


def new_job(key="one", **fields):
    return Job.objects.create(kind=KIND, key=key, **fields)


def later(seconds=0.0):
    return timezone.now() + timedelta(seconds=seconds)


def effects(log, name="effect"):
    """A handler whose effect leaves a line in ``log``."""

    def handler(claimed):
        claimed.report(1, 2, "half")

        def effect():
            log.append(name)
            return {"made": name}

        return effect

    return handler


# --- submit -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_submitting_twice_is_one_job_and_one_message(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = submit(kind=KIND, key="one", by=None, arguments={"a": 1}, total=7)
        second = submit(kind=KIND, key="one", by=None, arguments={"a": 1})
        other = submit(kind=KIND, key="two", by=None, arguments={})
    assert (first, first.total, first.arguments) == (second, 7, {"a": 1})
    assert sent == [first.pk, other.pk]
    assert AuditEntry.objects.filter(verb="job.submitted").count() == 2


@pytest.mark.django_db
def test_a_finished_job_makes_way_for_a_new_one():
    done = new_job(state=JobState.FAILED, finished_at=timezone.now())
    assert submit(kind=KIND, key="one", by=None, arguments={}) != done


@pytest.mark.django_db(transaction=True)
def test_ten_who_submit_at_once_share_one_job():
    together(10, lambda: submit(kind=KIND, key="one", by=None, arguments={}))
    assert Job.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("redis is away"), OSError("disk is full")])
def test_a_broker_that_is_away_is_no_error(
    error, monkeypatch, django_capture_on_commit_callbacks, sent
):
    def away(*args, **options):
        raise error

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(broker.current_app, "send_task", away)
        job = submit(kind=KIND, key="one", by=None, arguments={})
    assert job.state == JobState.WAITING
    with time_machine.travel(later(UNSENT_AFTER.seconds + 1)):
        assert sweep() == 1
    assert sent == [job.pk]


def test_a_real_broker_that_is_away_is_no_error(settings, monkeypatch, caplog):
    """Nothing listens on port 9; redis-py and kombu say so in their own way."""
    options = settings.REDIS_TRANSPORT
    away = Celery("away", broker="redis://127.0.0.1:9/0", broker_transport_options=options)
    monkeypatch.setattr(broker, "current_app", away)
    started = monotonic()
    actions.send(1)
    assert "broker away" in caplog.text
    assert monotonic() - started < 15


# --- claim, lease, fencing ----------------------------------------------------------------------


def together(number, action):
    """Run ``action`` in so many threads at the same moment; what they returned."""
    barrier, results = threading.Barrier(number), []

    def run():
        barrier.wait()
        try:
            results.append(action())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == number
    return results


@pytest.mark.django_db(transaction=True)
def test_two_workers_race_and_one_wins():
    job = new_job()
    won = [claimed for claimed in together(4, lambda: claim(job.pk, timezone.now())) if claimed]
    assert len(won) == 1
    assert won[0].job.attempt == 1


@pytest.mark.django_db
def test_a_running_job_cannot_be_claimed_before_its_lease_ends():
    job = new_job()
    assert claim(job.pk, later())
    assert claim(job.pk, later(LEASE.seconds - 1)) is None
    assert claim(job.pk, later(LEASE.seconds + 1)).job.attempt == 2


@pytest.mark.django_db
def test_progress_renews_the_lease():
    claimed = claim(new_job().pk, timezone.now())
    with time_machine.travel(later(LEASE.seconds - 5), tick=False):
        claimed.report(3, 9, "Chapter three")
        assert Job.objects.get().lease_until == timezone.now() + LEASE
    job = Job.objects.get()
    assert (job.progress, job.total, job.stage, job.percent) == (3, 9, "Chapter three", 33)


@pytest.mark.django_db
def test_progress_stays_within_its_limits():
    claimed = claim(new_job().pk, timezone.now())
    claimed.report(12, 9, "x" * 200)
    job = Job.objects.get()
    assert (job.progress, len(job.stage)) == (9, 80)


@pytest.mark.django_db
def test_who_lost_the_lease_can_neither_report_nor_finish_nor_fail():
    log = []
    slow = claim(new_job().pk, timezone.now())
    quick = claim(slow.job.pk, later(LEASE.seconds + 1))
    with pytest.raises(JobLost):
        slow.report(1, 2, "late")
    with pytest.raises(JobLost):
        finish(slow, effects(log, "slow")(quick))
    fail(slow, "too late")
    finish(quick, effects(log, "quick")(quick))
    assert log == ["quick"]
    assert Job.objects.get().state == JobState.DONE


# --- work ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_work_ends_with_the_effect(handle):
    log = []
    handle(effects(log))
    job = new_job()
    tasks.work(job.pk)
    tasks.work(job.pk)
    job.refresh_from_db()
    assert log == ["effect"]
    assert (job.state, job.result, job.progress, job.total) == (
        JobState.DONE,
        {"made": "effect"},
        2,
        2,
    )
    assert job.finished_at


@pytest.mark.django_db
def test_an_effect_that_fails_leaves_nothing_behind(handle):
    def handler(claimed):
        def effect():
            new_job(key="half done")
            raise RuntimeError("in the middle")

        return effect

    handle(handler)
    job = new_job()
    work(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "please try again" in job.problem
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_is_shown_as_it_is(handle):
    def handler(claimed):
        raise JobRefused("The list is empty.")

    handle(handler)
    job = new_job()
    work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.FAILED, "The list is empty.")


@pytest.mark.django_db
def test_a_takeover_during_the_work_ends_it_without_effect(handle):
    log = []

    def handler(claimed):
        Job.objects.filter(pk=claimed.job.pk).update(attempt=claimed.job.attempt + 1)
        return effects(log)(claimed)

    handle(handler)
    job = new_job()
    work(job.pk)
    job.refresh_from_db()
    assert log == []
    assert job.state == JobState.RUNNING


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_given_up(handle):
    log = []
    handle(effects(log))
    job = new_job(attempt=MAX_ATTEMPTS)
    work(job.pk)
    job.refresh_from_db()
    assert log == []
    assert (job.state, job.problem[:32]) == (JobState.FAILED, "The work was interrupted too oft")


# --- sweep --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_job_of_a_killed_worker_is_sent_and_done_again(handle, sent):
    log = []
    handle(effects(log))
    job = new_job()
    claim(job.pk, timezone.now())  # and this worker is killed
    assert tasks.sweep() is None
    assert sent == []
    with time_machine.travel(later(LEASE.seconds + 1)):
        assert sweep() == 1
        assert sweep() == 0  # sent a moment ago
        work(sent[0])
    job.refresh_from_db()
    assert (job.state, job.attempt, log) == (JobState.DONE, 2, ["effect"])


@pytest.mark.django_db
def test_sweep_leaves_alone_what_is_at_work_or_done(sent):
    claim(new_job().pk, later(60))
    new_job(key="fresh")
    new_job(key="done", state=JobState.DONE, finished_at=timezone.now())
    with time_machine.travel(later(UNSENT_AFTER.seconds - 2)):
        assert sweep() == 0
    with time_machine.travel(later(UNSENT_AFTER.seconds + 2)):
        assert sweep() == 1
    assert sent == [Job.objects.get(key="fresh").pk]


@pytest.mark.django_db
def test_a_job_that_stands_in_line_for_hours_is_sent_a_few_times_only(sent):
    """Sent again with each sweep, it would make the line that it stands in longer and longer."""
    new_job()
    for seconds in range(0, 3600, 10):
        with time_machine.travel(later(seconds), tick=False):
            sweep()
    assert 5 < len(sent) < 15


@pytest.mark.django_db
def test_a_dead_workers_job_is_sent_at_once_however_long_it_has_waited(sent):
    new_job(created_at=later(-7200), sent_at=later(-60))
    assert sweep() == 0
    claim(Job.objects.get().pk, later(-LEASE.seconds - 1))
    assert sweep() == 1


@pytest.mark.django_db
def test_what_has_waited_longest_is_sent_first(sent):
    for age in (20, 40, 30):
        new_job(key=f"{age}", created_at=later(-age), sent_at=later(-age))
    sweep()
    assert [Job.objects.get(pk=pk).key for pk in sent] == ["40", "30", "20"]


@pytest.mark.django_db
def test_lost_lease_inside_the_work_says_which_job():
    with pytest.raises(JobLost, match="77"):
        Work(Job(pk=77, attempt=1)).report(1, 1, "")
