"""Bring a list of people in: keep it sealed, say what its columns hold, confirm or throw away."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.actions.candidates import Candidate, Weighed, weighed
from participants.actions.columns import Field, guessed
from participants.actions.enrolments import refuse_over, today_of
from participants.actions.participants import chance_code, keep_needs_longer
from participants.models import Cohort, Enrolment, Participant, PeopleImport
from participants.tables.table import Table
from participants.vocabulary import ParticipantKind

AT_ONCE = 500


@transaction.atomic
def keep_list(
    *, organisation: Organisation, table: Table, by: User, cohort: Cohort | None = None
) -> PeopleImport:
    """A list that waits to be confirmed, sealed, for a day at most. It takes the place of her
    last one."""
    PeopleImport.objects.filter(made_by=by).delete()
    rows = [[row.number, row.cells] for row in table.rows]
    waiting = PeopleImport(
        organisation=organisation,
        cohort=cohort,
        made_by=by,
        content=json.dumps({"headings": table.headings, "rows": rows}),
        columns=guessed(table.headings),
        encoding=table.encoding,
    )
    waiting.save(force_insert=True)
    note(by, "import.kept", waiting, rows=len(rows))
    return waiting


@transaction.atomic
def match_columns(*, waiting: PeopleImport, columns: Sequence[str], by: User) -> None:
    """Which field stands in which column; nothing for columns that are left out."""
    chosen = [Field(name) for name in columns if name]
    if len(columns) != len(waiting.columns):
        raise Refusal(_("The columns don't fit to this list. Send the file again."))
    for field in chosen:
        if chosen.count(field) > 1:
            raise Refusal(
                _("“%(field)s” is chosen for two columns. Choose it for one.")
                % {"field": field.label}
            )
    waiting.columns = [str(name) for name in columns]
    waiting.save(update_fields=["columns"])
    note(by, "import.matched", waiting, columns=len(chosen))


@transaction.atomic
def confirm_import(*, waiting: PeopleImport, by: User) -> Weighed:
    """Create and enrol what the preview showed, as things are now; the list itself goes away.

    Who is here already stays as she is: a list never changes a person.
    """
    # Two that import at once would both find nobody: they come one after the other.
    Organisation.objects.select_for_update().get(pk=waiting.organisation_id)
    if not PeopleImport.objects.filter(pk=waiting.pk).exists():
        raise Refusal(_("This list was confirmed already."))
    told = weighed(waiting)
    if told.missing:
        raise Refusal(
            _("Say first which column has this: %(fields)s.")
            % {"fields": ", ".join(str(field.label) for field in told.missing)}
        )
    created = create_people(waiting.organisation, told.new, waiting.cohort)
    enrolled = enrol_applied(waiting.cohort, told, created) if waiting.cohort else 0
    note(by, "import.confirmed", waiting, created=len(created), enrolled=enrolled)
    waiting.delete()
    return told


def create_people(
    organisation: Organisation, rows: Sequence[Candidate], cohort: Cohort | None
) -> dict[int, Participant]:
    """The new people, by the number of their row."""
    language = cohort.language if cohort else organisation.default_language
    taken = set(
        Participant.objects.filter(organisation=organisation).values_list("code", flat=True)
    )
    made = {}
    for row in rows:
        while (code := chance_code()) in taken:
            pass
        taken.add(code)
        values: dict[str, Any] = {name: text for name, text in row.values.items() if text}
        facts = {"language": language, "kind": ParticipantKind.YOUNG, **values}
        made[row.number] = Participant(organisation=organisation, code=code, **facts)
    Participant.objects.bulk_create(made.values(), batch_size=AT_ONCE)
    return made


def enrol_applied(cohort: Cohort, told: Weighed, created: dict[int, Participant]) -> int:
    """Everybody of the list who is not in the cohort yet, as applied; consent comes after."""
    refuse_over(cohort)
    people = [row.participant or created[row.number] for row in told.enrolling]
    day = today_of(cohort)
    rows = (Enrolment(cohort=cohort, participant=person, applied_on=day) for person in people)
    made = Enrolment.objects.bulk_create(rows, batch_size=AT_ONCE)
    known = [row.participant.pk for row in told.enrolling if row.participant]
    for person in Participant.objects.filter(pk__in=known).exclude(needs=None):
        keep_needs_longer(person)
    return len(made)


@transaction.atomic
def discard_import(*, waiting: PeopleImport, by: User) -> None:
    note(by, "import.discarded", waiting)
    waiting.delete()


def forget_expired_imports() -> int:
    """Delete lists that nobody has confirmed within a day; the number of them."""
    return PeopleImport.objects.expired().delete()[0]


def note(by: User, verb: str, waiting: PeopleImport, **counts: int) -> None:
    detail = {**counts, "cohort": waiting.cohort_id}
    record(by=by, verb=verb, target=waiting, organisation=waiting.organisation, detail=detail)
