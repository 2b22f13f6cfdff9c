"""The way between cohorts and everything that belongs around them; names of languages."""

from dataclasses import dataclass

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import User
from cocora.accounts.roles import Permission
from participants.forms.choices import language_choices

register = template.Library()


@dataclass(frozen=True)
class Page:
    name: str
    label: str | Promise
    permission: Permission


PAGES = (
    Page("participants:cohorts", _("Cohorts"), Permission.SEE_COHORTS),
    Page("participants:participants", _("Participants"), Permission.RUN_COHORTS),
    Page("participants:communities", _("Communities"), Permission.RUN_COHORTS),
    Page("participants:practitioners", _("Practitioners"), Permission.RUN_COHORTS),
    Page("participants:venues", _("Venues"), Permission.RUN_COHORTS),
    Page("participants:organisations", _("Organisation"), Permission.RUN_COHORTS),
)


@register.inclusion_tag("participants/places_tabs.html")
def people_and_places(user: User, here: str) -> dict[str, object]:
    """The tabs of these pages that this person may open; ``here`` is the name of the page."""
    tabs = [
        (page.label, address(page.name), page.name == f"participants:{here}")
        for page in PAGES
        if user.may(page.permission)
    ]
    return {"tabs": [tab for tab in tabs if tab[1]]}


def address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.filter
def spoken(codes: str | list[str]) -> str:
    """The name of one language, or of several in their order."""
    names, codes = dict(language_choices()), [codes] if isinstance(codes, str) else codes
    return ", ".join(str(names.get(code, code)).partition(" · ")[0] for code in codes)
