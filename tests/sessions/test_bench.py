"""The benchmark says what it measured, and leaves nothing behind."""

import json

import pytest
from django.core.management import call_command

from participants.models import Cohort
from sessions.scheduling.models import ProgrammeSession


@pytest.mark.django_db
def test_the_benchmark_tells_ratios_and_leaves_nothing(capsys: pytest.CaptureFixture):
    call_command("bench_schedule", rounds=1)
    told = json.loads(capsys.readouterr().out)
    assert told["series"]["rows"] == told["dates"] == 40
    assert told["series"]["ratio"] > 0
    # Arrival, break and reflection, and somebody who leads.
    assert told["wizard"]["rows"] >= 40 * 5
    assert not ProgrammeSession.objects.exists()
    assert not Cohort.objects.exists()
