"""Lists of people to take away: what one may see on the page, as a file, and written down first."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from participants.access import cohort_view
from participants.actions.columns import KEPT, Field
from participants.actions.reading import note_identities_shown
from participants.models import Cohort, Enrolment, Participant
from participants.tables.writing import CONTENT_TYPES, written
from participants.views.participants import run_people

# Who runs no cohort leads sessions: names and ages are what that takes.
LEADING = (Field.NAME, Field.AGE, Field.LANGUAGE)


@account_view(Permission.RUN_COHORTS)
def people_export(request: AccountRequest) -> HttpResponse:
    """Everybody of the organisations whose cohorts she runs."""
    kind = kind_of(request)
    people = run_people(request)
    note_identities_shown(people=people, by=request.user, verb="people.exported")
    rows = [line(person, list(KEPT)) for person in people]
    return handed_out(kind, [_("Code"), *labels(list(KEPT))], rows)


@cohort_view(Permission.SEE_NAMES)
def cohort_people_export(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """The people of one cohort, as far as she sees them there."""
    kind = kind_of(request)
    seen = Enrolment.objects.visible_to(request.user).filter(cohort=cohort)
    rows = seen.select_related("participant__organisation").order_by("participant__code")
    enrolments = list(rows)
    note_identities_shown(
        people=[one.participant for one in enrolments],
        by=request.user,
        verb="people.exported",
        cohort=cohort,
    )
    fields = list(KEPT) if cohort.may_run else list(LEADING)
    dates = [_("Status"), _("Applied"), _("Joined"), _("Left")]
    lines = [line(one.participant, fields) + steps(one) for one in enrolments]
    return handed_out(kind, [_("Code"), *labels(fields), *dates], lines)


def kind_of(request: AccountRequest) -> str:
    kind = request.GET.get("format", "csv")
    if kind not in CONTENT_TYPES:
        raise Http404
    return kind


def labels(fields: Sequence[Field]) -> list[str]:
    return [str(field.label) for field in fields]


def line(person: Participant, fields: Sequence[Field]) -> list[str]:
    """One person in the words of the page; what a list of the same fields brings in again."""
    shown = {
        Field.AGE: str(person.get_age_band_display()),
        Field.KIND: str(person.get_kind_display()),
    }
    return [person.code, *(shown.get(field) or getattr(person, field) for field in fields)]


def steps(enrolment: Enrolment) -> list[str]:
    days = (enrolment.applied_on, enrolment.joined_on, enrolment.left_on)
    return [
        str(enrolment.get_status_display()),
        *(day.isoformat() if day else "" for day in days),
    ]


def handed_out(kind: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> HttpResponse:
    """A file whose name says nothing, kept by nobody on the way."""
    answer = HttpResponse(written(kind, headings, rows), content_type=CONTENT_TYPES[kind])
    name = f"people-{timezone.localdate():%Y-%m-%d}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
