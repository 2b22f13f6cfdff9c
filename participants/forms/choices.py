"""What can be chosen anywhere: languages, time zones by place, countries, and days."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Choice = tuple[str, str | Promise]
Groups = list[tuple[str | Promise, list[Choice]]]

# Beside those that Django has a name for: what people in the programmes speak.
MORE_LANGUAGES = {
    "am": "Amharic · አማርኛ",
    "prs": "Dari · دری",
    "ku": "Kurdish (Kurmanji) · Kurdî",
    "mt": "Maltese · Malti",
    "ps": "Pashto · پښتو",
    "rom": "Romani · Romani ćhib",
    "so": "Somali · Soomaali",
    "ti": "Tigrinya · ትግርኛ",
    "tl": "Tagalog · Tagalog",
}
AREAS = ("Europe", "Africa", "America", "Asia", "Atlantic", "Australia", "Indian", "Pacific")


@cache
def language_choices() -> list[Choice]:
    """Every language by its English name and the name it calls itself."""
    known = {
        code: f"{facts['name']} · {facts['name_local']}"
        for code, facts in LANG_INFO.items()
        if "name" in facts and "-" not in code
    }
    known.update({code: name for code, name in MORE_LANGUAGES.items() if name})
    return sorted(known.items(), key=lambda pair: pair[1])


def languages_first(used: Iterable[str]) -> Groups:
    """The same, with those that are used here on top."""
    names = dict(language_choices())
    near: list[Choice] = [(code, names[code]) for code in dict.fromkeys(used) if code in names]
    return [(_("Used here"), near), (_("All languages"), list(language_choices()))]


@cache
def table(name: str) -> list[list[str]]:
    """One of the tables that come with the time zones, as rows of cells."""
    text = files("tzdata.zoneinfo").joinpath(name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]


@cache
def country_choices() -> list[Choice]:
    return sorted(((row[0], row[1]) for row in table("iso3166.tab")), key=lambda pair: pair[1])


@cache
def zones_of(country: str) -> list[str]:
    return sorted(row[2] for row in table("zone.tab") if row[0] == country)


def zone_label(name: str) -> str:
    """The place without its continent: "Europe/Isle_of_Man" is "Isle of Man"."""
    return name.partition("/")[2].replace("_", " ").replace("/", ", ") or name


@cache
def zone_groups() -> Groups:
    names = sorted(row[2] for row in table("zone.tab") if row[2] in available_timezones())
    groups: Groups = [
        (area, [(name, zone_label(name)) for name in names if name.startswith(f"{area}/")])
        for area in AREAS
    ]
    return [*groups, (_("Without a place"), [("UTC", "UTC")])]


def time_zone_choices(country: str, *used: str) -> Groups:
    """Every time zone by its town; those of the country and those used already come first."""
    near = [name for name in (*used, *zones_of(country)) if name in available_timezones()]
    first: list[Choice] = [(name, zone_label(name)) for name in dict.fromkeys(near)]
    return [(_("Used here"), first), *zone_groups()]


class DayField(forms.DateField):
    """A day of the calendar, chosen or typed."""

    default_error_messages = {
        "invalid": _("This day is not in the calendar. Write it like 2026-03-31.")
    }
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ClockField(forms.TimeField):
    """A time of the day, chosen or typed."""

    default_error_messages = {"invalid": _("This is no time of the day. Write it like 17:30.")}
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
