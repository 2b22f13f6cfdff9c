"""Practitioners: write them down, give them an account, and their times."""

from datetime import date, time

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cocora.accounts.actions.invitations import invite, send_invitation_again
from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.roles import Role
from cocora.audit.actions import record
from cocora.common.refusal import FieldRefusal, Refusal
from participants.models import Availability, BlockOut, Practitioner
from participants.vocabulary import AccountState

# A partner's account opens what partners see; a practitioner needs one that opens her work.
LINKABLE = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.FACILITATOR, Role.STAFF, Role.AUTHORITY)


@transaction.atomic
def create_practitioner(
    *,
    organisation: Organisation,
    name: str,
    email: str,
    languages: list[str],
    facilitates: list[str],
    authority: str = "",
    by: User,
) -> Practitioner:
    practitioner = Practitioner(
        organisation=organisation,
        name=name,
        email=email,
        languages=languages,
        facilitates=facilitates,
        authority=authority,
    )
    save(practitioner)
    note(by, "practitioner.created", practitioner)
    return practitioner


@transaction.atomic
def change_practitioner(
    *,
    practitioner: Practitioner,
    name: str,
    email: str,
    languages: list[str],
    facilitates: list[str],
    authority: str,
    by: User,
) -> None:
    """An invitation went to one mailbox, so the address stays while one is unanswered."""
    held = current(practitioner)
    if held.email.lower() != email.lower() and held.account_state in WAITING:
        told = _("The invitation went to this address. Revoke it on the page of people first.")
        raise FieldRefusal("email", told)
    held.name, held.email, held.authority = name, email, authority
    held.languages, held.facilitates = languages, facilitates
    save(held)
    note(by, "practitioner.changed", held)


WAITING = {AccountState.INVITED, AccountState.EXPIRED, AccountState.FAILED}


@transaction.atomic
def link_practitioner(*, practitioner: Practitioner, user: User, by: User) -> None:
    """Say which member of the organisation she is."""
    held = current(practitioner)
    if held.account_state == AccountState.JOINED:
        raise Refusal(_("She or he has an account already."))
    if held.account_state in WAITING:
        raise Refusal(_("There is an open invitation. Revoke it on the page of people first."))
    members = Membership.objects.active().filter(role__in=LINKABLE, user=user)
    if not members.filter(organisation=held.organisation).exists():
        raise FieldRefusal("user", _("This is no member of your organisation who works here."))
    try:
        with transaction.atomic():
            Practitioner.objects.filter(pk=held.pk).update(user=user)
    except IntegrityError as fault:
        raise FieldRefusal("user", _("This account belongs to another practitioner.")) from fault
    note(by, "practitioner.linked", held, person=user.pk)


@transaction.atomic
def invite_practitioner(*, practitioner: Practitioner, by: User) -> None:
    """An account as a facilitator, or as somebody of an authority when one is named."""
    held = current(practitioner)
    state = held.account_state
    if state in {AccountState.INVITED, AccountState.JOINED}:
        raise Refusal(_("She or he is invited already."))
    if held.invitation and state in WAITING:
        send_invitation_again(invitation=held.invitation, by=by)
        return
    role = Role.AUTHORITY if held.authority else Role.FACILITATOR
    invitation = invite(organisation=held.organisation, email=held.email, role=role, by=by)
    Practitioner.objects.filter(pk=held.pk).update(invitation=invitation)
    note(by, "practitioner.invited", held)


@transaction.atomic
def add_weekly_time(
    *, practitioner: Practitioner, weekdays: list[int], starts: time, ends: time, by: User
) -> None:
    """A time in which she can usually come, on one or several days of the week."""
    if ends <= starts:
        raise FieldRefusal("ends", _("The end can't be before the beginning."))
    overlapping = practitioner.availabilities.filter(
        weekday__in=weekdays, starts__lt=ends, ends__gt=starts
    ).first()
    if overlapping:
        told = _("%(time)s is there already. Remove it first, or choose other times.")
        raise FieldRefusal("weekdays", told % {"time": overlapping})
    Availability.objects.bulk_create(
        Availability(practitioner=practitioner, weekday=day, starts=starts, ends=ends)
        for day in weekdays
    )
    note(by, "practitioner.times_changed", practitioner)


@transaction.atomic
def remove_weekly_time(*, availability: Availability, by: User) -> None:
    practitioner = availability.practitioner
    availability.delete()
    note(by, "practitioner.times_changed", practitioner)


@transaction.atomic
def block_out(*, practitioner: Practitioner, starts_on: date, ends_on: date, by: User) -> None:
    """Days on which she can't come, the last one included. Nobody is asked why."""
    if ends_on < starts_on:
        raise FieldRefusal("ends_on", _("The last day can't be before the first day."))
    BlockOut.objects.create(practitioner=practitioner, starts_on=starts_on, ends_on=ends_on)
    note(by, "practitioner.times_changed", practitioner)


@transaction.atomic
def remove_block_out(*, blocked: BlockOut, by: User) -> None:
    practitioner = blocked.practitioner
    blocked.delete()
    note(by, "practitioner.times_changed", practitioner)


def current(practitioner: Practitioner) -> Practitioner:
    rows = Practitioner.objects.select_related("organisation", "invitation__organisation")
    return rows.get(pk=practitioner.pk)


def save(practitioner: Practitioner) -> None:
    try:
        with transaction.atomic():
            practitioner.save()
    except IntegrityError as fault:
        told = _("There is a practitioner with this address already.")
        raise FieldRefusal("email", told) from fault


def note(by: User, verb: str, practitioner: Practitioner, **detail: int) -> None:
    record(
        by=by,
        verb=verb,
        target=practitioner,
        organisation=practitioner.organisation,
        detail=detail,
    )
