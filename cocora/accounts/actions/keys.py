"""What is done with sealed secrets when there is a new key, and when the key is lost for good."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from cocora.accounts.models import WaitingMail
from cocora.accounts.queries import SEALED, SECOND_FACTOR, unreadable_factors, unreadable_mail
from cocora.audit.actions import record
from cocora.common.cipher import key_id, keys, named_key, seal, unseal


@transaction.atomic
def forget_unreadable() -> tuple[int, int]:
    """Delete the second factors and waiting mails that no key opens; how many of each.

    Whose second factor is gone sets up a new one after the next sign-in, with the password alone.
    """
    factors, mails = unreadable_factors(), unreadable_mail()
    for row in factors:
        record(by=None, verb="account.second_factor_lost", target=row.user)
        row.delete()
    for mail in mails:
        record(by=None, verb="mail.lost", target=mail, detail={"kind": mail.kind})
        mail.delete()
    return len(factors), len(mails)


@transaction.atomic
def reseal_secrets() -> int:
    """Seal second factors and waiting mail with the newest key; how many were not yet.

    Raises ``Unreadable`` where no key opens one, and then has changed nothing.
    """
    newest = key_id(keys()[0])
    factors = Authenticator.objects.filter(type__in=SEALED).select_for_update()
    old = [row for row in factors if named_key(row.data[SEALED[row.type]]) != newest]
    for row in old:
        place = SEALED[row.type]
        text = unseal(row.data[place], about=SECOND_FACTOR)
        row.data = {**row.data, place: seal(text, about=SECOND_FACTOR)}
        row.save(update_fields=["data"])
    waiting = WaitingMail.objects.select_for_update()
    mails = [mail for mail in waiting if named_key(mail.sealed) != newest]
    for mail in mails:
        mail.sealed = seal(unseal(mail.sealed, about=mail.place), about=mail.place)
        mail.save(update_fields=["sealed"])
    return len(old) + len(mails)
