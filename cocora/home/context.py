"""What every page shows around its content: the navigation that this person's roles open."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cocora.accounts.actions.demo import ORGANISATIONS, PASSWORD
from cocora.accounts.models import User
from cocora.accounts.roles import Permission, Role


@dataclass(frozen=True)
class Place:
    """A part of the platform that stands in the navigation for those who may go there."""

    name: str
    label: str | Promise
    icon: str
    permission: Permission | None = None
    # Other places that belong to this one, by their names.
    around: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    label: str | Promise
    url: str
    icon: str
    current: bool


PLACES = (
    Place("home", _("Home"), "house"),
    Place(
        "participants:cohorts",
        _("Cohorts"),
        "users-round",
        Permission.SEE_COHORTS,
        around=(
            "participants:communities",
            "participants:practitioners",
            "participants:venues",
            "participants:organisations",
        ),
    ),
    Place(
        "participants:participants",
        _("Participants"),
        "contact-round",
        Permission.RUN_COHORTS,
        around=("participants:consent_terms",),
    ),
    Place(
        "sessions:calendar",
        _("Calendar"),
        "calendar-days",
        Permission.SEE_COHORTS,
        around=("sessions:my_sessions", "sessions:feeds"),
    ),
    Place("programmes:list", _("Programmes"), "book-open", Permission.READ_CURRICULA),
    Place("programmes:search", _("Find"), "search", Permission.READ_CURRICULA),
    Place("programmes:lists", _("My lists"), "list-checks", Permission.READ_CURRICULA),
    Place("handbooks:list", _("Handbooks"), "printer", Permission.ORDER_HANDBOOKS),
    Place("accounts:people", _("People"), "users", Permission.INVITE_PEOPLE),
    Place("audit:list", _("Audit"), "scroll-text", Permission.READ_AUDIT),
    # Without a mail server the mails lie here.
    *(() if settings.SERVED else (Place("mail", _("Mail"), "mail", Permission.READ_AUDIT),)),
)


# Who may be a practitioner and is reminded of her own times in the menu of her account.
KEEP_TIMES = frozenset({Role.FACILITATOR, Role.AUTHORITY})


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template context: the places this person may go to, in a fixed order."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "demo": demo_sign_in}
    open_to_her = [place for place in PLACES if not place.permission or user.may(place.permission)]
    # For those who make pages, and no place where people work: it stands in the account's menu.
    may_see_style = user.may(Permission.SEE_STYLE)
    addresses = {place: reverse(place.name) for place in open_to_her}
    belongs = {url: url for url in addresses.values()}
    belongs |= {reverse(name): addresses[place] for place in open_to_her for name in place.around}
    here = belongs.get(where(request.path, list(belongs)))
    return {
        "navigation": [
            Item(place.label, url, place.icon, url == here) for place, url in addresses.items()
        ],
        "may_see_style": may_see_style,
        "keeps_times": not KEEP_TIMES.isdisjoint(user.roles),
    }


def demo_sign_in() -> dict[str, Any]:
    """For the sign-in page of a demo: its accounts and the password that everybody knows. Asked
    only where a page shows it, and empty where the demo was never made."""
    if not settings.DEMO:
        return {}
    addresses = [email for told in ORGANISATIONS for email, _name in told.people.values()]
    here = set(User.objects.filter(email__in=addresses).values_list("email", flat=True))
    groups = [
        (told.name, [(role.label, email) for role, (email, _n) in told.people.items()])
        for told in ORGANISATIONS
        if any(email in here for email, _name in told.people.values())
    ]
    return {"password": PASSWORD, "groups": groups} if groups else {}


def where(path: str, urls: list[str]) -> str:
    """The place a page belongs to: the longest address that the page's own begins with."""
    home = reverse("home")
    inside = [url for url in urls if path == url or (url != home and path.startswith(url))]
    return max(inside, key=len, default="")
