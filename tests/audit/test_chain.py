"""The audit log is only ever appended, and a broken link is found."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from cocora.audit import queries
from cocora.audit.actions import record, record_read
from cocora.audit.models import AuditEntry, Kind
from cocora.audit.queries import verify_chain
from cocora.common.triggers import Refuse

pytestmark = pytest.mark.django_db


def write(world, number=3):
    return [
        record(
            by=world.platform,
            verb="thing.done",
            target=world.ours,
            organisation=world.ours,
            detail={"n": n, "æ": "ø", "none": None, "yes": True},
        )
        for n in range(number)
    ]


def raw(sql, *values):
    """Change the table as somebody with the database's password would: triggers lifted first."""
    with connection.cursor() as cursor:
        for trigger in apps.get_app_config("audit").triggers:
            assert isinstance(trigger, Refuse)
            on_table = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on_table}")
        cursor.execute(sql, values)


def verify(**options):
    out = StringIO()
    call_command("audit", "verify", stdout=out, **options)
    return out.getvalue()


def test_an_unbroken_chain_is_confirmed_with_its_last_digest(world):
    entries = write(world)
    assert verify() == f"3 entries, unbroken. Last digest: {entries[-1].hash}\n"


def test_an_empty_chain_is_unbroken():
    assert verify().startswith("0 entries, unbroken.")


def test_entries_say_who_what_and_in_which_request(world):
    entry = record_read(by=world.stranger, verb="thing.seen", target=world.theirs)
    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.actor_id, kept.kind, kept.verb) == (world.stranger.pk, Kind.READ, "thing.seen")
    assert (kept.target_type, kept.target_id) == ("accounts.organisation", str(world.theirs.pk))
    assert kept.digest() == kept.hash
    assert (kept.words, kept.about) == ("Thing seen", f"organisation {world.theirs.pk}")
    assert record(by=None, verb="thing.done").about == ""


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "other.thing"),
        ("actor_id", 999_999),
        ("organisation_id", 999_999),
        ("kind", "read"),
        ("target_id", "0"),
        ("detail", '{"n": 7}'),
        ("request_id", "x"),
        ("at", "2020-01-01 00:00:00+00:00"),
    ],
)
def test_a_changed_row_is_named(world, column, value):
    _first, second, _third = write(world)
    raw(f"UPDATE audit_auditentry SET {column} = %s WHERE id = %s", value, second.pk)
    with pytest.raises(CommandError, match=f"Audit row {second.pk} was changed"):
        verify()


def test_a_changed_row_with_a_fitting_digest_breaks_the_next_one(world):
    _first, second, third = write(world)
    second.verb = "other.thing"
    raw(
        "UPDATE audit_auditentry SET verb = %s, hash = %s WHERE id = %s",
        second.verb,
        second.digest(),
        second.pk,
    )
    with pytest.raises(CommandError, match=f"Audit row {third.pk} does not follow"):
        verify()


@pytest.mark.parametrize("gone", [0, 1])
def test_a_deleted_row_is_noticed_at_the_one_after_it(world, gone):
    entries = write(world)
    raw("DELETE FROM audit_auditentry WHERE id = %s", entries[gone].pk)
    with pytest.raises(CommandError, match=f"Audit row {entries[gone + 1].pk} does not follow"):
        verify()


def test_a_cut_off_end_is_noticed(world):
    entries = write(world)
    raw("DELETE FROM audit_auditentry WHERE id = %s", entries[-1].pk)
    with pytest.raises(CommandError, match="is missing: 3 were written"):
        verify()


def test_a_chain_written_anew_no_longer_holds_a_digest_noted_elsewhere(world):
    noted = write(world)[-1].hash
    assert noted in verify(expect=noted)
    raw("DELETE FROM audit_auditentry")
    raw("DELETE FROM audit_audithead")
    write(world)
    assert verify_chain().fault == ""
    with pytest.raises(CommandError, match="written anew"):
        verify(expect=noted)


def test_the_database_refuses_change_and_deletion(world):
    entry = write(world, 1)[0]
    with pytest.raises(IntegrityError, match="only ever appended"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(verb="other")
    with pytest.raises(IntegrityError, match="only ever appended"), transaction.atomic():
        entry.delete()
    assert AuditEntry.objects.get(pk=entry.pk).verb == "thing.done"


def test_an_entry_goes_with_the_transaction_it_belongs_to(world):
    class Stop(Exception):
        pass

    @transaction.atomic
    def write_and_stop():
        write(world, 1)
        raise Stop

    before = AuditEntry.objects.count()
    with pytest.raises(Stop):
        write_and_stop()
    assert AuditEntry.objects.count() == before
    write(world, 1)
    assert verify_chain().fault == ""


@pytest.mark.parametrize("value", ["mia@example.org", "x" * 201])
def test_what_looks_like_personal_data_is_refused(world, value):
    with pytest.raises(ValueError, match="personal data"):
        record(by=world.platform, verb="thing.done", detail={"note": value})
    assert not AuditEntry.objects.exists()


def test_nested_detail_is_refused(world):
    with pytest.raises(TypeError):
        record(by=world.platform, verb="thing.done", detail={"note": ["a"]})


def test_nobody_and_the_platform_are_written_as_nobody():
    assert record(by=None, verb="thing.done").actor_id is None


def while_it_walks(monkeypatch, happens):
    """Let something happen between the last row that is read and the look at the end."""
    looks = iter([lambda: None, happens])
    look = queries.end_of_chain

    def end_of_chain():
        next(looks)()
        return look()

    monkeypatch.setattr(queries, "end_of_chain", end_of_chain)


def test_who_writes_while_it_is_checked_breaks_nothing(world, monkeypatch):
    write(world)
    while_it_walks(monkeypatch, lambda: write(world, 1))
    assert verify_chain().fault == ""


def test_rows_behind_the_end_are_noticed(world):
    """A row that fits, put there by hand, without the head."""
    last = write(world)[-1]
    forged = AuditEntry(at=last.at, kind="change", verb="thing.forged", previous_hash=last.hash)
    forged.hash = forged.digest()
    forged.save(force_insert=True)
    with pytest.raises(CommandError, match="3 were written"):
        verify()
