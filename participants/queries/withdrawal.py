"""What will change when somebody takes a consent back."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participants.models import Enrolment, Participant
from participants.queries.enrolment import CURRENT
from participants.queries.merged import family_of, roots_of
from participants.vocabulary import Purpose

# What the platform itself does, and what people have to do by hand.
BY_ITSELF: dict[Purpose, str | Promise] = {
    Purpose.TAKE_PART: _("Nothing more is planned with this person. The code stays in old lists."),
    Purpose.CONTACT: _("No message about sessions leaves for this person from now on."),
    Purpose.PHOTO: _("This person is shown as: no photos, no film."),
    Purpose.PUBLICITY: _("This person can't be planned as a speaker from now on."),
    Purpose.EVALUATION: _("Answers of this person are no longer used from now on."),
}
BY_HAND: dict[Purpose, str | Promise] = {
    Purpose.TAKE_PART: _("Tell the team that this person does not come any more."),
    Purpose.CONTACT: _("Agree on another way to hear about changed dates."),
    Purpose.PHOTO: _("Take down pictures that were shown, also on pages of others."),
    Purpose.PUBLICITY: _("Cancel what is planned, and tell the hosts without a reason."),
    Purpose.EVALUATION: _("Take answers on paper out of the file."),
}


@dataclass(frozen=True)
class Change:
    """What ends by itself, and what is left to do by hand."""

    by_itself: str | Promise
    by_hand: str | Promise
    enrolments: list[Enrolment] = field(default_factory=list)


def change_of(participant: Participant, purpose: Purpose) -> Change:
    ending: list[Enrolment] = []
    if purpose == Purpose.TAKE_PART:
        family = family_of([participant], roots_of([participant]))
        mine = Enrolment.objects.filter(participant__in=family, status__in=CURRENT)
        ending = list(mine.select_related("cohort").order_by("cohort__starts_on", "pk"))
    return Change(BY_ITSELF[purpose], BY_HAND[purpose], ending)
