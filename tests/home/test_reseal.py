"""A new key: everything that is sealed is sealed with it, and the old key can go."""

import pytest
from django.core.management import call_command

from cocora.accounts.models import WaitingMail
from cocora.accounts.queries import unreadable_factors, unreadable_mail
from cocora.audit.models import AuditEntry
from cocora.common.cipher import Unreadable, seal
from cocora.common.sealed import unreadable_rows
from participants import scans
from tests.factories import ConsentFactory, ParticipantFactory, UserFactory, add_second_factor

pytestmark = pytest.mark.django_db


def test_with_a_new_key_everything_opens_without_the_old_one(settings, tmp_path, capsys):
    settings.FILES_DIR = tmp_path
    old = settings.FIELD_KEYS
    person = ParticipantFactory(display_name="Aino")
    name = scans.keep(person, b"a signed sheet", "jpg")
    ConsentFactory(participant=person, means="paper", scan=name)
    add_second_factor(UserFactory())
    mail = WaitingMail(kind="message")
    mail.sealed = seal("{}", about=mail.place)
    mail.save()

    settings.FIELD_KEYS = ["a new key", *old]
    call_command("reseal")
    assert "2 second factors and mails" in capsys.readouterr().out
    settings.FIELD_KEYS = ["a new key"]
    assert unreadable_rows() == 0
    assert unreadable_factors() == unreadable_mail() == []
    assert scans.read(person, name) == b"a signed sheet"
    assert AuditEntry.objects.filter(verb="keys.resealed").exists()
    call_command("reseal")
    assert capsys.readouterr().out.count("0 ") == 3

    settings.FIELD_KEYS = old
    with pytest.raises(Unreadable):
        scans.read(person, name)
    assert unreadable_rows() == 1
