"""What we record can be read in the product by everybody."""

import pytest
from django.test import Client
from django.urls import reverse

from cocora.home.record import parts
from tests.architecture.test_docs_record import catalogued

pytestmark = pytest.mark.django_db


def test_everybody_reads_what_is_recorded_and_what_never_is():
    shown = Client().get(reverse("what_we_record")).content.decode()
    assert "What we never record" in shown
    assert "extremism" in shown
    for label in catalogued():
        assert label in shown, label


def test_the_parts_have_names_to_jump_to():
    told = parts()
    assert told[0].anchor == ""
    assert len({part.anchor for part in told}) == len(told) > 5
    assert 'href="#in-short"' in Client().get(reverse("what_we_record")).content.decode()


def test_every_page_leads_there():
    assert reverse("what_we_record") in Client().get(reverse("what_we_record")).content.decode()
