"""Sealed columns: readable for the row they belong to, and for nothing and nobody else."""

import copy
import pickle

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from cocora.common.checks import sealed_columns
from cocora.common.cipher import Unreadable, named_key, seal_bytes, unseal_bytes
from cocora.common.sealed import sealed_models, unreadable_rows
from participants.actions.keys import reseal_columns
from participants.models import Participant
from tests.factories import OrganisationFactory, ParticipantFactory

pytestmark = pytest.mark.django_db

NAME = "Canary Ærø"


def raw(person: Participant, column: str = "display_name") -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} FROM participants_participant WHERE code = %s", [person.code]
        )
        return cursor.fetchone()[0]


def loaded(person: Participant) -> Participant:
    return Participant.objects.get(pk=person.pk)


def test_a_name_is_sealed_in_the_table_and_readable_on_its_row():
    person = ParticipantFactory(display_name=NAME)
    assert raw(person).startswith("v1:")
    assert "Canary" not in raw(person)
    assert loaded(person).display_name == NAME


def test_the_same_name_twice_does_not_look_the_same():
    one, other = ParticipantFactory.create_batch(2, display_name=NAME)
    assert raw(one) != raw(other)


def test_what_was_moved_to_another_row_cannot_be_opened():
    one, other = ParticipantFactory(display_name=NAME), ParticipantFactory(display_name="Other")
    stolen = raw(one)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE participants_participant SET display_name = %s WHERE code = %s",
            [stolen, other.code],
        )
    with pytest.raises(Unreadable):
        loaded(other).display_name  # noqa: B018


def test_what_was_moved_to_another_column_cannot_be_opened():
    person = ParticipantFactory(display_name=NAME)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE participants_participant SET contact = display_name")
    with pytest.raises(Unreadable):
        loaded(person).contact  # noqa: B018


@pytest.mark.parametrize("value", [NAME, "v1:x", "v1:00000000:AAAA", "v2:00000000:AAAA"])
def test_what_was_never_sealed_is_not_taken_for_a_name(value: str):
    person = ParticipantFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE participants_participant SET display_name = %s", [value])
    with pytest.raises(Unreadable):
        loaded(person).display_name  # noqa: B018


def test_a_wrong_key_gives_nothing_and_spoils_nothing(settings):
    person = ParticipantFactory(display_name=NAME)
    before = raw(person)
    key = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["another key"]
    found = loaded(person)
    with pytest.raises(Unreadable):
        found.display_name  # noqa: B018
    found.save()
    assert raw(person) == before
    settings.FIELD_KEYS = key
    assert loaded(person).display_name == NAME


def test_empty_stays_empty():
    person = ParticipantFactory(guardian_name="")
    assert raw(person, "guardian_name") == ""
    assert loaded(person).guardian_name == ""
    loaded(person).save()
    assert raw(person, "guardian_name") == ""


def test_saving_something_else_does_not_touch_the_seal():
    person = ParticipantFactory(display_name=NAME)
    before = raw(person)
    found = loaded(person)
    assert found.display_name == NAME
    found.language = "da"
    found.save()
    assert raw(person) == before


def test_many_rows_at_once_are_sealed_each_for_itself():
    place = OrganisationFactory()
    people = [ParticipantFactory.build(organisation=place, display_name=NAME) for _ in range(3)]
    Participant.objects.bulk_create(people)
    assert len({raw(person) for person in people}) == 3
    assert {row.display_name for row in Participant.objects.all()} == {NAME}


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: Participant.objects.update(display_name=NAME),
        lambda: Participant.objects.filter(display_name=NAME).count(),
        lambda: Participant.objects.filter(display_name__icontains="Can").count(),
        lambda: Participant.objects.exclude(contact="").count(),
        lambda: Participant.objects.filter(contact__isnull=True).count(),
    ],
)
def test_the_database_can_neither_search_nor_set_it(attempt):
    ParticipantFactory(display_name=NAME)
    with pytest.raises(FieldError):
        attempt()


def test_bulk_update_is_refused_as_well():
    person = ParticipantFactory(display_name=NAME)
    person.display_name = "Other"
    with pytest.raises(FieldError):
        Participant.objects.bulk_update([person], ["display_name"])


def test_a_column_that_was_left_out_is_loaded_when_it_is_looked_at():
    pk = ParticipantFactory(display_name=NAME).pk
    person = Participant.objects.only("code").get(pk=pk)
    assert "display_name" not in person.__dict__
    assert person.display_name == NAME
    deferred = Participant.objects.defer("display_name").get(pk=pk)
    assert deferred.display_name == NAME


def test_refreshing_brings_what_is_in_the_table():
    person = ParticipantFactory(display_name=NAME)
    other = loaded(person)
    other.display_name = "Later"
    other.save()
    person.refresh_from_db()
    assert person.display_name == "Later"


def test_a_row_that_was_read_carries_no_name_into_a_pickle_or_copy():
    person = loaded(ParticipantFactory(display_name=NAME))
    assert person.display_name == NAME
    assert b"Canary" not in pickle.dumps(person)
    assert "Canary" not in str(copy.deepcopy(person).__dict__)
    assert "Canary" not in repr(person)
    assert pickle.loads(pickle.dumps(person)).display_name == NAME


def test_values_give_the_seal_and_not_the_name():
    ParticipantFactory(display_name=NAME)
    assert "Canary" not in str(list(Participant.objects.values("display_name")))


def test_every_sealed_column_belongs_to_a_model_with_a_key_before_saving():
    found = {model._meta.label: model for model, _fields in sealed_models()}
    assert "participants.Participant" in found
    for model in found.values():
        assert model._meta.pk.get_internal_type() == "UUIDField", model


def test_the_start_says_when_rows_cannot_be_opened(settings):
    ParticipantFactory(display_name=NAME)
    assert sealed_columns(databases=["default"]) == []
    settings.FIELD_KEYS = ["another key"]
    assert unreadable_rows() == 1
    (fault,) = sealed_columns(databases=["default"])
    assert fault.id == "common.E001"
    assert "1." in fault.msg
    assert sealed_columns(databases=None) == []


def test_the_start_opens_one_row_and_does_not_trust_the_name_of_a_key():
    person = ParticipantFactory(display_name=NAME)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE participants_participant SET display_name = contact")
    assert loaded(person).contact
    assert unreadable_rows() == 1


def test_a_new_key_seals_everything_anew(settings):
    person = ParticipantFactory(display_name=NAME, guardian_name="")
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["a new key", *old]
    before = named_key(raw(person))
    assert reseal_columns() == 1
    assert named_key(raw(person)) != before
    assert reseal_columns() == 0
    settings.FIELD_KEYS = ["a new key"]
    assert loaded(person).display_name == NAME
    assert unreadable_rows() == 0


def test_a_row_that_no_key_opens_stops_the_change_of_keys(settings):
    good, lost = ParticipantFactory(display_name=NAME), ParticipantFactory()
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["lost key"]
    lost.display_name = "Other"
    lost.save()
    settings.FIELD_KEYS = ["a new key", *old]
    before = raw(good)
    with pytest.raises(Unreadable):
        reseal_columns()
    assert raw(good) == before


def test_files_are_bound_to_their_place_as_well(settings):
    sealed = seal_bytes(b"scan\nbody", about="here")
    assert unseal_bytes(sealed, about="here") == b"scan\nbody"
    for spoilt, place in (
        (sealed, "there"),
        (sealed[:-1], "here"),
        (b"scan", "here"),
        (b"", "here"),
    ):
        with pytest.raises(Unreadable):
            unseal_bytes(spoilt, about=place)
    settings.FIELD_KEYS = ["another key"]
    with pytest.raises(Unreadable):
        unseal_bytes(sealed, about="here")
