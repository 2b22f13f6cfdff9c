"""The words of consent: the platform's own, and those that an organisation writes."""

from pathlib import Path

import yaml
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import ConsentTerms
from participants.vocabulary import Purpose

CORE = Path(__file__).resolve().parent.parent / "terms"


class ChangedTerms(Exception):
    """The shipped words of a version differ from those that people have agreed to."""


@transaction.atomic
def load_terms(folder: Path = CORE) -> int:
    """Add the platform's words that are not there yet; how many were new. Safe to repeat.

    Raises ``ChangedTerms`` for other words under a version that is there already.
    """
    return sum(load_one(told) for told in shipped(folder))


def shipped(folder: Path) -> list[ConsentTerms]:
    """The words in the files, one file for each language; ``country`` may be left out."""
    files = [yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yaml"))]
    return [
        ConsentTerms(
            purpose=Purpose(terms["purpose"]),
            language=file["language"],
            country=terms.get("country", ""),
            version=terms["version"],
            title=terms["title"],
            text=terms["text"].strip(),
        )
        for file in files
        for terms in file["terms"]
    ]


def load_one(terms: ConsentTerms) -> bool:
    known = ConsentTerms.objects.filter(
        organisation=None,
        purpose=terms.purpose,
        language=terms.language,
        country=terms.country,
        version=terms.version,
    ).first()
    if known is None:
        terms.save(force_insert=True)
        record(by=None, verb="consent_terms.loaded", target=terms, detail=facts(terms))
        return True
    if (known.title, known.text) != (terms.title, terms.text):
        raise ChangedTerms(f"{terms.purpose} {terms.language} {terms.version}: give a new version.")
    return False


@transaction.atomic
def write_terms(
    *,
    organisation: Organisation,
    purpose: Purpose,
    language: str,
    country: str,
    title: str,
    text: str,
    by: User,
) -> ConsentTerms:
    """An organisation's own words, as its next version. Earlier answers keep the words they saw."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    mine = ConsentTerms.objects.filter(
        organisation=organisation, purpose=purpose, language=language, country=country
    )
    newest = mine.order_by("-version").first()
    if newest and (newest.title, newest.text) == (title, text):
        raise Refusal(_("These are the words that are in use already."))
    terms = ConsentTerms.objects.create(
        organisation=organisation,
        purpose=purpose,
        language=language,
        country=country,
        version=(mine.aggregate(last=Max("version"))["last"] or 0) + 1,
        title=title,
        text=text,
    )
    record(
        by=by,
        verb="consent_terms.written",
        target=terms,
        organisation=organisation,
        detail=facts(terms),
    )
    return terms


def facts(terms: ConsentTerms) -> dict[str, str | int]:
    return {
        "purpose": terms.purpose,
        "language": terms.language,
        "country": terms.country,
        "version": terms.version,
    }
