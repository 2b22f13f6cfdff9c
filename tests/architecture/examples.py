"""For every address with arguments: rows that exist, and who may meet them.

Each new address with arguments must be added here, or ``test_urls.py`` fails.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from django.conf import settings

from cocora.accounts.models import Membership
from cocora.accounts.queries import digest
from cocora.accounts.roles import Role
from handbooks.models import Document, DocumentKind, Order, Paper
from participants.models import PeopleImport
from participants.vocabulary import Means, Purpose
from programmes.actions import load_package
from programmes.models import Chapter, Curriculum, CurriculumImage, Exercise, ExerciseList
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.models import CalendarFeed, ClosedDate, ScheduleRelease
from sessions.scheduling.queries.snapshots import EMPTY, drafts, follow
from tests.conftest import World
from tests.factories import (
    AvailabilityFactory,
    BlockOutFactory,
    ConsentFactory,
    ConsentLinkFactory,
    EnrolmentFactory,
    InvitationFactory,
    ParticipantFactory,
    PractitionerFactory,
)
from tests.programmes.packages import package, published
from tests.sessions.rows import assigned, in_days, session_on


class SeenBy(Enum):
    """Who meets a row, of those whose role opens the page at all."""

    EVERYBODY = "everybody"
    ORGANISATION = "the members of ours, and platform staff"
    OWNER = "one person, the coordinator of ours"
    COHORT = "whoever runs a cohort of ours or has a place in it"
    COHORT_NAMES = "those of them who meet its names"
    COHORT_RUNNERS = "those who run the cohorts of ours"
    PRACTITIONER = "those who plan with the practitioner of ours, and she"


@dataclass(frozen=True)
class Example:
    arguments: dict[str, Any]
    seen_by: SeenBy = SeenBy.EVERYBODY


def examples(world: World) -> dict[str, Example]:
    """Make the rows in this world; the address by its name."""
    return {
        **account_examples(world),
        **programme_examples(world),
        **handbook_examples(world),
        **cohort_examples(world),
        **people_examples(world),
        **list_examples(world),
        **release_examples(world),
        **own_examples(world),
        **schedule_examples(world),
    }


def account_examples(world: World) -> dict[str, Example]:
    invited = InvitationFactory(organisation=world.ours, token="example")
    partner = Membership.objects.get(user=world[Role.PARTNER])
    invitation = Example({"pk": invited.pk}, SeenBy.ORGANISATION)
    member = Example({"pk": partner.pk}, SeenBy.ORGANISATION)
    return {
        "accounts:invitation": Example({"token": "example"}),
        "accounts:invitation_resend": invitation,
        "accounts:invitation_revoke": invitation,
        "accounts:member_deactivate": member,
        "accounts:member_reactivate": member,
        "accounts:member_role": member,
    }


def programme_examples(world: World) -> dict[str, Example]:
    opened = published(package(programme="open"))
    draft = draft_of(world)
    inside = {"pk": draft.pk}
    exercise = Exercise.objects.get(module__curriculum=draft, code="P1.1")
    own = own_list(world, exercise)
    listed = {"pk": own.pk, "exercise_pk": exercise.pk}
    return {
        "programmes:programme": Example({"code": "open"}),
        "programmes:current_exercise": Example({"code": "open", "exercise_code": "P1.1"}),
        "programmes:curriculum": Example(inside, SeenBy.ORGANISATION),
        "programmes:curriculum_retire": Example(inside, SeenBy.ORGANISATION),
        "programmes:module": Example({**inside, "code": "P1"}, SeenBy.ORGANISATION),
        "programmes:exercise": Example({**inside, "code": "P1.1"}, SeenBy.ORGANISATION),
        "programmes:chapter": Example({**inside, "code": "welcome"}, SeenBy.ORGANISATION),
        "programmes:image": Example({**inside, "name": "dot.png"}, SeenBy.ORGANISATION),
        **editing_examples(draft),
        "programmes:draft_fork": Example({"pk": opened.pk}),
        "programmes:list_collect": Example({"pk": exercise.pk}, SeenBy.ORGANISATION),
        "programmes:list_detail": Example({"pk": own.pk}, SeenBy.OWNER),
        "programmes:list_rename": Example({"pk": own.pk}, SeenBy.OWNER),
        "programmes:list_delete": Example({"pk": own.pk}, SeenBy.OWNER),
        "programmes:list_change": Example(listed, SeenBy.OWNER),
    }


def editing_examples(draft: Curriculum) -> dict[str, Example]:
    """The editor's addresses: for those of ours whose role edits."""
    text = draft.draft_texts.get(code="P1.1")
    version = text.versions.create(saving="saved", source=text.source, digest=text.digest)
    whole = Example({"pk": draft.pk}, SeenBy.ORGANISATION)
    inside = {"pk": draft.pk, "text_pk": text.pk}
    module = {"pk": draft.pk, "text_pk": draft.draft_texts.get(code="P1").pk}
    one = Example(inside, SeenBy.ORGANISATION)
    image = {"pk": draft.pk, "image_pk": draft.images.get().pk}
    return {
        "programmes:draft": whole,
        "programmes:draft_about": whole,
        "programmes:draft_renumber": whole,
        "programmes:draft_publish": whole,
        "programmes:draft_delete": whole,
        "programmes:draft_package": whole,
        "programmes:draft_compare": whole,
        "programmes:draft_pictures": whole,
        "programmes:draft_add": Example({"pk": draft.pk, "kind": "module"}, SeenBy.ORGANISATION),
        "programmes:draft_picture_delete": Example(image, SeenBy.ORGANISATION),
        "programmes:draft_text": one,
        "programmes:draft_source": one,
        "programmes:draft_add_exercise": Example(module, SeenBy.ORGANISATION),
        "programmes:draft_move": one,
        "programmes:draft_remove": one,
        "programmes:draft_return": one,
        "programmes:draft_history": one,
        "programmes:draft_restore": Example(
            {**inside, "version_pk": version.pk}, SeenBy.ORGANISATION
        ),
    }


def draft_of(world: World) -> Curriculum:
    """A draft of our organisation, with one thing of every kind in it."""
    draft, _new = load_package(files=package(programme="own"), by=None, organisation=world.ours)
    chapter = Chapter.objects.create(curriculum=draft, code="welcome", position=1, part="one")
    chapter.texts.create(language="en", title="Welcome", body="Hello", path="x", source="x")
    CurriculumImage.objects.create(curriculum=draft, path="images/dot.png", data=b"x", digest="x")
    return draft


def own_list(world: World, exercise: Exercise) -> ExerciseList:
    own = ExerciseList.objects.create(owner=world[Role.COORDINATOR], title="Mine")
    own.rows.create(exercise=exercise, position=1)
    return own


def handbook_examples(world: World) -> dict[str, Example]:
    document = Document.objects.create(
        digest="0" * 64,
        kind=DocumentKind.LIST,
        title="Mine",
        version="1",
        language="en",
        paper=Paper.A4,
        pages=1,
        size=1,
    )
    order = Order.objects.create(
        ordered_by=world[Role.COORDINATOR],
        digest=document.digest,
        kind=DocumentKind.LIST,
        title="Mine",
        arguments={},
        document=document,
    )
    return {
        "handbooks:order": Example({"pk": order.pk}, SeenBy.OWNER),
        "handbooks:order_cancel": Example({"pk": order.pk}, SeenBy.OWNER),
        "handbooks:order_retry": Example({"pk": order.pk}, SeenBy.OWNER),
        "handbooks:picture": Example({"digest": document.digest, "number": 1}, SeenBy.OWNER),
        "handbooks:download": Example({"pk": document.pk}, SeenBy.OWNER),
        "handbooks:exercise_page": Example(
            {"pk": (Curriculum.objects.drafts().first() or draft_of(world)).pk, "code": "P1.1"},
            SeenBy.ORGANISATION,
        ),
    }


def cohort_examples(world: World) -> dict[str, Example]:
    rows = world.cohorts
    inside = {"cohort_pk": rows.ours.pk}
    seen, run = Example(inside, SeenBy.COHORT), Example(inside, SeenBy.COHORT_RUNNERS)
    partner = {**inside, "pk": rows.ours.partnerships.get().pk}
    place = Example({**inside, "pk": rows.ours.places.get().pk}, SeenBy.COHORT_RUNNERS)
    return {
        "participants:cohort": seen,
        "participants:cohort_edit": run,
        "participants:cohort_move": run,
        "sessions:cohort_cancel": run,
        "participants:cohort_next": run,
        "participants:partner_add": run,
        "participants:partner_end": Example(partner, SeenBy.COHORT_RUNNERS),
        "participants:place_add": run,
        "participants:place_role": place,
        "participants:place_end": place,
        **around_examples(world),
    }


def list_examples(world: World) -> dict[str, Example]:
    """A list that the coordinator has sent, and two rows that look like one person."""
    cohort = world.cohorts.ours
    run = Example({"cohort_pk": cohort.pk}, SeenBy.COHORT_RUNNERS)
    waiting = PeopleImport.objects.create(
        organisation=world.ours,
        made_by=world[Role.COORDINATOR],
        content='{"headings": ["Name", "Age"], "rows": [[2, ["Ada", "17"]]]}',
        columns=["display_name", "age_band"],
    )
    mine = Example({"pk": waiting.pk}, SeenBy.OWNER)
    one, other = ParticipantFactory.create_batch(2, organisation=world.ours)
    pair = Example({"pk": one.pk, "other_pk": other.pk}, SeenBy.COHORT_RUNNERS)
    return {
        "participants:cohort_import": run,
        "participants:cohort_export": Example({"cohort_pk": cohort.pk}, SeenBy.COHORT_NAMES),
        "participants:import_check": mine,
        "participants:import_columns": mine,
        "participants:import_confirm": mine,
        "participants:import_discard": mine,
        "participants:duplicate": pair,
        "participants:duplicate_dismiss": pair,
    }


def around_examples(world: World) -> dict[str, Example]:
    """What belongs around cohorts: communities, practitioners and their times, venues."""
    rows = world.cohorts
    community = Example({"pk": rows.community.pk}, SeenBy.COHORT_RUNNERS)
    contact = Example(
        {"pk": rows.community.pk, "contact_pk": rows.contact.pk}, SeenBy.COHORT_RUNNERS
    )
    her = {"pk": rows.practitioner.pk}
    practitioner = Example(her, SeenBy.COHORT_RUNNERS)
    times = Example(her, SeenBy.PRACTITIONER)
    weekly = AvailabilityFactory(practitioner=rows.practitioner)
    blocked = BlockOutFactory(practitioner=rows.practitioner)
    venue = Example({"pk": rows.venue.pk}, SeenBy.COHORT_RUNNERS)
    return {
        "participants:community": community,
        "participants:community_edit": community,
        "participants:community_retire": community,
        "participants:community_restore": community,
        "participants:contact_create": community,
        "participants:contact_edit": contact,
        "participants:contact_invite": contact,
        "participants:contact_end": contact,
        "participants:practitioner": practitioner,
        "participants:practitioner_edit": practitioner,
        "participants:practitioner_link": practitioner,
        "participants:practitioner_invite": practitioner,
        "participants:practitioner_retire": practitioner,
        "participants:practitioner_restore": practitioner,
        "participants:practitioner_times": times,
        "participants:time_add": times,
        "participants:time_remove": Example({**her, "time_pk": weekly.pk}, SeenBy.PRACTITIONER),
        "participants:block_add": times,
        "participants:block_remove": Example({**her, "block_pk": blocked.pk}, SeenBy.PRACTITIONER),
        "participants:venue": venue,
        "participants:venue_edit": venue,
        "participants:venue_retire": venue,
        "participants:venue_restore": venue,
        "participants:organisation": Example({"pk": world.ours.pk}, SeenBy.COHORT_RUNNERS),
    }


def people_examples(world: World) -> dict[str, Example]:
    """Somebody enrolled in the cohort of ours, with an answer on paper and a link."""
    cohort = world.cohorts.ours
    enrolment = EnrolmentFactory(cohort=cohort)
    person = enrolment.participant
    answer = ConsentFactory(participant=person, scan="example.jpg", means=Means.PAPER)
    link = ConsentLinkFactory(participant=person, token="example")
    runners = Example({"pk": person.pk}, SeenBy.COHORT_RUNNERS)
    run = Example({"cohort_pk": cohort.pk}, SeenBy.COHORT_RUNNERS)
    step = {"cohort_pk": cohort.pk, "pk": enrolment.pk, "step": "complete"}
    return {
        "participants:participant": Example({"pk": person.pk}, SeenBy.COHORT_NAMES),
        "participants:participant_edit": runners,
        "participants:consent_ask": runners,
        "participants:consent_link_make": runners,
        "participants:consent_withdraw": Example(
            {"pk": person.pk, "purpose": Purpose.CONTACT}, SeenBy.COHORT_RUNNERS
        ),
        "participants:consent_link_revoke": Example({"pk": link.pk}, SeenBy.COHORT_RUNNERS),
        "participants:consent_scan": Example({"pk": answer.pk}, SeenBy.COHORT_RUNNERS),
        "participants:consent_answer": Example({"token": "example"}),
        "participants:cohort_people": Example({"cohort_pk": cohort.pk}, SeenBy.COHORT_NAMES),
        "participants:enrolment_add": run,
        "participants:enrol_everybody": run,
        "participants:complete_everybody": run,
        "participants:enrolment_step": Example(step, SeenBy.COHORT_RUNNERS),
    }


def release_examples(world: World) -> dict[str, Example]:
    """A released schedule of the cohort of ours, and the mail to her who leads it."""
    cohort, leads = world.cohorts.ours, world.cohorts.practitioner
    held = session_on(cohort, in_days(7))
    asked = assigned(held, leads)
    release = release_schedule(cohort=cohort, by=world[Role.COORDINATOR])
    inside = {"cohort_pk": cohort.pk}
    run, seen = Example(inside, SeenBy.COHORT_RUNNERS), Example(inside, SeenBy.COHORT)
    message = cohort.outbox.get(practitioner=leads)
    mail = Example({**inside, "pk": message.pk}, SeenBy.COHORT_RUNNERS)
    one = {**inside, "pk": held.pk}
    crew = Example({**one, "assignment_pk": asked.pk}, SeenBy.COHORT_RUNNERS)
    return {
        "sessions:releases": seen,
        "sessions:release": run,
        "sessions:release_detail": Example({**inside, "number": release.number}, SeenBy.COHORT),
        "sessions:outbox": run,
        "sessions:outbox_send_all": run,
        "sessions:outbox_send": mail,
        "sessions:outbox_hold": mail,
        "sessions:outbox_wait": mail,
        "sessions:assign": Example(one, SeenBy.COHORT_RUNNERS),
        "sessions:assignment_remove": crew,
        "sessions:assignment_ask": crew,
    }


def own_examples(world: World) -> dict[str, Example]:
    """What belongs to one person: the coordinator leads a session herself, and has a feed."""
    own = PractitionerFactory(organisation=world.ours, user=world[Role.COORDINATOR])
    held = session_on(world.cohorts.other, in_days(9))
    asked = assigned(held, own, token_hash=digest("example"))
    feed = CalendarFeed.objects.create(user=world[Role.COORDINATOR], token_hash=digest("example"))
    return {
        "sessions:answers": Example({"token": "example"}),
        "sessions:my_answer": Example({"pk": asked.pk}, SeenBy.OWNER),
        "sessions:feed": Example({"token": "example"}),
        "sessions:feed_close": Example({"pk": feed.pk}, SeenBy.OWNER),
        "mail_detail": Example({"name": written_mail(world)}, SeenBy.ORGANISATION),
    }


def written_mail(world: World) -> str:
    """A mail to somebody of ours, as an installation without a mail server writes it."""
    name = "20260101-120000-1.log"
    text = f"Subject: Your dates\nTo: {world[Role.PARTNER].email}\n\nHello\n{'-' * 79}\n"
    Path(settings.EMAIL_FILE_PATH, name).write_text(text)
    return name


def schedule_examples(world: World) -> dict[str, Example]:
    """A session of the cohort of ours that everybody was told of, and closed days."""
    cohort = world.cohorts.ours
    row = session_on(cohort, in_days(3), "08:00", "10:00")
    picture = follow(EMPTY, drafts([cohort])[cohort.pk])
    ScheduleRelease.objects.create(
        cohort=cohort, number=99, released_by=world[Role.COORDINATOR], snapshot=picture
    )
    closed = ClosedDate.objects.create(
        organisation=world.ours, starts_on=in_days(9), ends_on=in_days(9), reason="Painted"
    )
    inside = {"cohort_pk": cohort.pk}
    run = Example(inside, SeenBy.COHORT_RUNNERS)
    one = {**inside, "pk": row.pk}
    change = Example(one, SeenBy.COHORT_RUNNERS)
    return {
        "sessions:schedule": Example(inside, SeenBy.COHORT),
        "sessions:series": run,
        "sessions:undo": run,
        "sessions:closed": run,
        "sessions:closed_remove": Example({**inside, "pk": closed.pk}, SeenBy.COHORT_RUNNERS),
        "sessions:session_new": run,
        "sessions:session": Example(one, SeenBy.COHORT),
        "sessions:agenda": change,
        "sessions:session_change": change,
        "sessions:session_cancel": change,
    }
