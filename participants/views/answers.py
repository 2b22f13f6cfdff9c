"""How a page answers: a refusal stands at its field or on top, what was done is said once."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from cocora.accounts.access import AccountRequest
from cocora.accounts.models import Organisation
from cocora.accounts.roles import Permission
from cocora.common.refusal import FieldRefusal, Refusal


def carried_out(form: forms.Form, action: Callable[[], object]) -> bool:
    """Whether the action was done; if not, the form says why and keeps what was typed."""
    try:
        action()
    except FieldRefusal as refusal:
        named = refusal.field if refusal.field in form.fields else None
        form.add_error(named, str(refusal))
        return False
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def attempt(request: HttpRequest, action: Callable[[], object], done: str) -> None:
    """Do what one button asks for, and say so or say why not."""
    try:
        action()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


def run_organisations(request: AccountRequest) -> list[Organisation]:
    """Where she runs cohorts."""
    return list(Organisation.objects.allowing(request.user, Permission.RUN_COHORTS))
