"""What the benchmark measures. Every figure that is compared comes from the same run, in turns."""

import os
import platform
import re
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path

from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.roles import Role
from cocora.jobs.actions import work
from cocora.urls import urlpatterns as product
from handbooks.actions import book_order, order_book
from handbooks.engine.crew import crew
from handbooks.models import Document, DocumentKind, Paper
from programmes.actions import load_package
from programmes.models import Curriculum, Exercise, ExerciseText
from programmes.package.read import read_folder

BARE = Template("<!doctype html><title>Bare</title><p>{{ count }} exercises</p>")
CURRICULA = settings.BASE_DIR / "programmes" / "curricula"


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """The least that a Django page with one query can be: the measure of all the others."""
    return HttpResponse(BARE.render(Context({"count": Exercise.objects.count()})))


urlpatterns = [path("bench/bare/", bare), *product]


@dataclass(frozen=True)
class Page:
    """Median server time of one page in ms, and as a multiple of the bare page in the same run."""

    address: str
    queries: int
    milliseconds: float
    ratio: float


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "processor": processor(),
        "memory_gigabytes": round(
            os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
        ),
        "database": connection.vendor,
        "django": version("django"),
        "weasyprint": version("weasyprint"),
    }


def processor() -> str:
    """The model as Linux names it, else what Python knows."""
    facts = Path("/proc/cpuinfo")
    told = re.search(r"model name\s*: (.+)", facts.read_text()) if facts.exists() else None
    return told[1] if told else platform.processor()


def size() -> dict[str, int]:
    return {
        "curricula": Curriculum.objects.count(),
        "exercises": Exercise.objects.count(),
        "texts": ExerciseText.objects.count(),
    }


@contextmanager
def reader() -> Iterator[Client]:
    """A browser of somebody who may read everything; nothing of her stays."""
    with transaction.atomic():
        user = User.objects.create_user("bench@example.org", display_name="Bench")
        organisation = Organisation.objects.create(name="Bench", slug="bench", country="DK")
        Membership.objects.create(user=user, organisation=organisation, role=Role.STAFF)
        client = Client()
        client.force_login(user)
        yield client
        transaction.set_rollback(True)


def pages(rounds: int) -> list[Page]:
    """The bare page, then list, search and exercise pages, asked for in turns."""
    exercise = Exercise.objects.current().select_related("module").first()
    if exercise is None:
        raise LookupError("Load the curricula before you measure.")
    addresses = [
        "/bench/bare/",
        "/programmes/",
        exercise.module.curriculum.get_absolute_url(),
        exercise.get_absolute_url(),
        "/programmes/search/",
        "/programmes/search/?q=listen&type=discussion",
        "/handbooks/",
    ]
    times: dict[str, list[float]] = {address: [] for address in addresses}
    hosts = [*settings.ALLOWED_HOSTS, "testserver"]
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=hosts), reader() as client:
        # The bare page is asked for by a stranger, so that its one query is really its only one.
        browsers = dict.fromkeys(addresses, client) | {addresses[0]: Client()}
        queries = {url: count_queries(browser, url) for url, browser in browsers.items()}
        for _round in range(rounds):
            for url, browser in browsers.items():
                times[url].append(seconds(partial(browser.get, url)))
    medians = {address: statistics.median(taken) for address, taken in times.items()}
    return [
        Page(address, queries[address], 1000 * median, median / medians[addresses[0]])
        for address, median in medians.items()
    ]


def count_queries(client: Client, address: str) -> int:
    """Asks once, which also warms templates up; a page that fails must not be measured."""
    with CaptureQueriesContext(connection) as context:
        response = client.get(address, secure=settings.SERVED)
    if response.status_code != 200:
        raise LookupError(f"{address} answers {response.status_code}")
    return len(context)


def loading() -> dict[str, Any]:
    """Checking and loading the three packages and the foundations; nothing stays."""
    total, files = 0.0, 0
    for folder in sorted(CURRICULA.iterdir()):
        package = read_folder(folder)
        source = package["curriculum.yaml"].decode()
        package["curriculum.yaml"] = re.sub(
            r"(?m)^version:.*$", 'version: "0.0.0"', source
        ).encode()
        files += len(package)
        with transaction.atomic():
            total += seconds(partial(load_package, files=package, by=None))
            transaction.set_rollback(True)
    return {"files": files, "seconds": round(total, 2), "files_per_second": round(files / total)}


def handbook(programme: str) -> dict[str, Any]:
    """One facilitator guide, ordered twice by somebody: made from nothing, then there already.

    Nothing that was printed before helps, and nothing stays.
    """
    curriculum = Curriculum.objects.current().get(programme__code=programme)
    order = book_order(
        kind=DocumentKind.GUIDE, curriculum=curriculum, language="en", paper=Paper.A4
    )
    with empty_house(), transaction.atomic():
        by = User.objects.create_user("bench@example.org", display_name="Bench")
        job = order_book(order=order, by=by).job
        assert job is not None
        cold = seconds(partial(work, job.pk))
        memory = max(setter.memory for setter in crew().idle)
        # Who asks again has the file at once.
        again = statistics.median(
            seconds(partial(order_book, order=order, by=by)) for _ in range(20)
        )
        made = Document.objects.get(digest=order.digest())
        transaction.set_rollback(True)
    return {
        "pages": made.pages,
        "kilobytes": round(made.size / 1024),
        "cold_seconds": round(cold, 1),
        "pages_per_second": round((made.pages or 0) / cold, 1),
        "unchanged_milliseconds": round(1000 * again, 1),
        "unchanged_ratio": round(cold / again),
        # Of the largest of the processes that set pages.
        "peak_megabytes": round(memory / 1024**2),
    }


@contextmanager
def empty_house() -> Iterator[None]:
    """A folder without a single chapter or book in it, and printers who have just come."""
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH_DIR) as name:
        folder = Path(name)
        (folder / "scratch").mkdir()
        crew().close()
        with override_settings(DATA_DIR=folder, FILES_DIR=folder / "files"):
            yield
        crew().close()


def seconds(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
