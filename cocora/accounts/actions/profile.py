"""What people change about their own account."""

from django.db import transaction
from django.db.models import F

from cocora.accounts.models import User
from cocora.audit.actions import record


@transaction.atomic
def change_name(*, display_name: str, by: User) -> None:
    User.objects.filter(pk=by.pk).update(display_name=display_name)
    record(by=by, verb="account.name_changed", target=by)


@transaction.atomic
def end_all_sessions(*, by: User) -> None:
    """Sign this person out on every device; ``by`` carries the new fingerprint afterwards."""
    User.objects.filter(pk=by.pk).update(session_generation=F("session_generation") + 1)
    by.refresh_from_db(fields=["session_generation"])
    record(by=by, verb="account.signed_out_everywhere", target=by)
