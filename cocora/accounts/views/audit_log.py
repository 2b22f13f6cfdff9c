"""The page of the audit log. It lives here because access is decided in this room."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.forms import AuditFilterForm
from cocora.accounts.models import User
from cocora.accounts.queries import auditable_people, names_of, person_in
from cocora.accounts.roles import Permission
from cocora.audit.actions import record_read
from cocora.audit.models import AuditEntry, AuditEntryQuerySet

PER_PAGE = 50


@account_view(Permission.READ_AUDIT)
def audit_list(request: AccountRequest) -> HttpResponse:
    """Who did and who read what. Opening this page is a read like any other."""
    form = AuditFilterForm(request.GET, people=auditable_people(request.user))
    entries = AuditEntry.objects.visible_to(request.user)
    if form.is_valid():
        entries = chosen(entries, **form.cleaned_data)
    note_read(request.user)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": named(list(page))}
    return render(request, "audit/audit_list.html", context)


def chosen(entries: AuditEntryQuerySet, kind: str, person: int | None) -> AuditEntryQuerySet:
    if kind:
        entries = entries.filter(kind=kind)
    return entries.filter(actor_id=person) if person else entries


def named(entries: list[AuditEntry]) -> list[tuple[AuditEntry, str, str]]:
    """Each entry with who did it and what it is about: people by name, all else by number."""
    names = names_of(entries)
    return [
        (
            entry,
            names.get(entry.actor_id or 0, ""),
            names.get(person_in(entry) or 0, "") or entry.about,
        )
        for entry in entries
    ]


def note_read(user: User) -> None:
    """One entry for each organisation whose log was opened; platform staff opened all at once."""
    opened = [None] if user.is_staff else user.overseen_organisations()
    for organisation in opened:
        record_read(by=user, verb="audit.read", organisation=organisation)
