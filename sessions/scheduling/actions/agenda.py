"""Change what a session is filled with. Two who do so at once notice each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort
from programmes.models import Exercise
from sessions.scheduling.actions.changes import Stale, keep_change, locked, picture_of
from sessions.scheduling.models import AgendaItem, ItemKind, ProgrammeSession, SessionStatus

LONGEST = 720


class Step(StrEnum):
    """What is done besides saving the minutes that were typed."""

    NONE = "save"
    UP = "up"
    DOWN = "down"
    PLACE = "place"
    TO = "to"
    OFF = "off"
    ADD_EXERCISE = "add-exercise"
    ADD_BLOCK = "add-block"


@dataclass(frozen=True)
class AgendaEdit:
    """``minutes`` by the number of the item, as they were typed; one step with what it needs."""

    minutes: Mapping[int, int] = field(default_factory=dict)
    step: Step = Step.NONE
    item: int | None = None
    # Of ``to``: the other session. Of ``place``: the position, from 0.
    target: int | None = None
    exercise: Exercise | None = None
    kind: ItemKind = ItemKind.OWN
    title: str = ""
    length: int = 10


@transaction.atomic
def edit_agenda(
    *, cohort: Cohort, programme_session: ProgrammeSession, version: int, edit: AgendaEdit, by: User
) -> int | None:
    """Save the minutes and take one step; the number of the item that was touched.

    Raises Stale when somebody else was faster: nothing is done then, and nothing of theirs lost.
    """
    touched = [programme_session.pk]
    if edit.step == Step.TO and edit.target:
        touched.append(edit.target)
    rows = {row.pk: row for row in locked(cohort, touched)}
    mine = rows.get(programme_session.pk)
    if mine is None or mine.version != version:
        raise Stale(_("Somebody changed this agenda just now. What you typed is still here."))
    if any(row.status != SessionStatus.PLANNED for row in rows.values()):
        raise Refusal(_("A session that was held or cancelled keeps its agenda."))
    before = picture_of(rows.values())
    items = list(AgendaItem.objects.filter(programme_session=mine))
    set_minutes(items, edit.minutes)
    found = take_step(edit, mine, rows, items)
    number(items)
    ProgrammeSession.objects.filter(pk__in=rows).update(version=F("version") + 1)
    told = _("Agenda of %(day)s") % {"day": date_format(mine.local_date, "j F")}
    after = picture_of(rows.values())
    keep_change(cohort=cohort, summary=told, before=before, after=after, by=by)
    record(
        by=by,
        verb="agenda.changed",
        target=mine,
        organisation=cohort.organisation,
        detail={"step": edit.step.value},
    )
    return found


def set_minutes(items: list[AgendaItem], minutes: Mapping[int, int]) -> None:
    for item in items:
        wanted = minutes.get(item.pk, item.minutes)
        if not 1 <= wanted <= LONGEST:
            raise Refusal(
                _("A block takes between 1 and %(longest)s minutes.") % {"longest": LONGEST}
            )
        item.minutes = wanted


def take_step(
    edit: AgendaEdit,
    mine: ProgrammeSession,
    rows: Mapping[int, ProgrammeSession],
    items: list[AgendaItem],
) -> int | None:
    """Changes ``items`` in place; rows that leave this session are saved here."""
    match edit.step:
        case Step.NONE:
            return None
        case Step.ADD_EXERCISE | Step.ADD_BLOCK:
            return add(edit, mine, items)
    item = next((one for one in items if one.pk == edit.item), None)
    if item is None:
        raise Refusal(_("This block is no longer there."))
    at = items.index(item)
    match edit.step:
        case Step.UP:
            shift(items, at, at - 1)
        case Step.DOWN:
            shift(items, at, at + 1)
        case Step.PLACE:
            shift(items, at, edit.target or 0)
        case Step.OFF:
            items.remove(item)
            item.delete()
            return items[min(at, len(items) - 1)].pk if items else None
        case Step.TO:
            send(item, items, rows.get(edit.target or 0))
            return None
    return item.pk


def shift(items: list[AgendaItem], here: int, there: int) -> None:
    items.insert(max(0, min(there, len(items) - 1)), items.pop(here))


def send(item: AgendaItem, items: list[AgendaItem], target: ProgrammeSession | None) -> None:
    """To the other session: before its reflection, which stays the end."""
    if target is None or target.pk == item.programme_session_id:
        raise Refusal(_("Choose the session that it moves to."))
    items.remove(item)
    there = list(AgendaItem.objects.filter(programme_session=target))
    ends = bool(there) and there[-1].kind == ItemKind.REFLECTION
    there.insert(len(there) - ends, item)
    item.programme_session = target
    number(there)


def add(edit: AgendaEdit, mine: ProgrammeSession, items: list[AgendaItem]) -> int:
    if not 1 <= edit.length <= LONGEST:
        raise Refusal(_("A block takes between 1 and %(longest)s minutes.") % {"longest": LONGEST})
    made = AgendaItem(
        programme_session=mine,
        position=0,
        kind=ItemKind.EXERCISE if edit.exercise else edit.kind,
        exercise=edit.exercise,
        title="" if edit.exercise else edit.title,
        minutes=edit.length,
    )
    made.save()
    ends = bool(items) and items[-1].kind == ItemKind.REFLECTION
    items.insert(len(items) - ends, made)
    return made.pk


def number(items: list[AgendaItem]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position
    AgendaItem.objects.bulk_update(items, ["position", "minutes", "programme_session"])
