"""Changes of a schedule as sentences: 'Session 4 moves from 3 March to 10 March.'"""

from collections.abc import Mapping
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.models import Practitioner
from sessions.scheduling.queries.snapshots import Change

Names = Mapping[int, str]


def names_in(changes: list[Change]) -> Names:
    """Names of the practitioners in these changes, with one query."""
    people = {pk for told in changes for pk in told["people"]}
    return dict(Practitioner.objects.filter(pk__in=people).values_list("pk", "name"))


def day(text: str) -> str:
    """'3 March', with the year when it is another than now."""
    told = date.fromisoformat(text)
    return date_format(told, "j F" if told.year == timezone.localdate().year else "j F Y")


def sentence(told: Change, names: Names) -> str:
    """What has changed, for somebody who knows the session by its number."""
    new, old = told["to"], told["from"]
    facts = {
        "number": told["number"],
        "day": day(new["date"]),
        "start": new["start"],
        "end": new["end"],
        "venue": new["venue"],
        "because": new["because"].rstrip(". "),
        "title": new["title"],
        "old_venue": old["venue"] if old else "",
        "old_start": old["start"] if old else "",
        "old_end": old["end"] if old else "",
    }
    match told["kind"]:
        case "new" if new["venue"]:
            return _("Session %(number)s is new: %(day)s, %(start)s–%(end)s, %(venue)s.") % facts
        case "new":
            return _("Session %(number)s is new: %(day)s, %(start)s–%(end)s.") % facts
        case "cancelled" if new["because"]:
            return _("Session %(number)s on %(day)s is cancelled: %(because)s.") % facts
        case "cancelled":
            return _("Session %(number)s on %(day)s is cancelled.") % facts
        case "restored":
            return (
                _("Session %(number)s takes place after all: %(day)s, %(start)s–%(end)s.") % facts
            )
        case "moved":
            return moved(told) % {**facts, "old_day": day(told["from"]["date"])}
        case "venue":
            return venue_changed(told) % facts
        case "facilitators":
            return (_("Session %(number)s on %(day)s:") % facts) + " " + crew(told, names)
        case "title":
            return title_changed(told) % facts
        case _:
            return _("Session %(number)s on %(day)s has a new agenda.") % facts


def moved(told: Change) -> str:
    new, old = told["to"], told["from"]
    if new["date"] == old["date"] and new["start"] != old["start"]:
        return _(
            "Session %(number)s on %(day)s is from %(start)s to %(end)s,"
            " not from %(old_start)s to %(old_end)s."
        )
    if new["date"] == old["date"]:
        return _("Session %(number)s on %(day)s ends at %(end)s instead of %(old_end)s.")
    if (new["start"], new["end"]) == (old["start"], old["end"]):
        return _("Session %(number)s moves from %(old_day)s to %(day)s.")
    return _(
        "Session %(number)s moves from %(old_day)s, %(old_start)s–%(old_end)s"
        " to %(day)s, %(start)s–%(end)s."
    )


def venue_changed(told: Change) -> str:
    if not told["to"]["venue"]:
        return _("Session %(number)s on %(day)s has no place at the moment.")
    if not told["from"]["venue"]:
        return _("Session %(number)s on %(day)s has a place: %(venue)s.")
    if told["from"]["venue"] == told["to"]["venue"]:
        return _("The address of session %(number)s on %(day)s has changed: %(venue)s.")
    return _("Session %(number)s on %(day)s is at %(venue)s, not at %(old_venue)s.")


def title_changed(told: Change) -> str:
    if not told["to"]["title"]:
        return _("Session %(number)s on %(day)s has no title any more.")
    return _("Session %(number)s on %(day)s is called “%(title)s”.")


def crew(told: Change, names: Names) -> str:
    """Who joins and who leaves a session."""
    before, after = set(told["from"]["people"]), set(told["to"]["people"])
    parts = []
    for pk in sorted(after - before):
        parts.append(_("%(name)s joins") % {"name": names.get(pk, _("somebody"))})
    for pk in sorted(before - after):
        parts.append(_("%(name)s no longer leads it") % {"name": names.get(pk, _("somebody"))})
    return ", ".join(parts) + "."
