"""What the fields of modules and exercises are called on a page."""

from django.utils.translation import gettext as _

from programmes.editing.compare import label_of


def field_labels() -> dict[str, str]:
    """The sections of an exercise and of a module by the heading of their source."""
    return {
        "Objectives": _("What people learn"),
        "Preparation": _("Preparation"),
        "Closing": _("Closing"),
        "Safeguarding": _("Safeguarding"),
        "Opt-out": _("Opting out"),
        "Tips": _("Tips"),
        "What can go wrong": _("What can go wrong"),
        "Shorter": _("Shorter"),
        "Longer": _("Longer"),
        "Online": _("Online"),
        "Adaptation": _("Adapting it"),
        "Follow-up": _("Follow-up"),
        "Outcomes": _("Outcomes"),
        "Purpose": _("Purpose"),
        "Community role": _("The community"),
        "Evaluation": _("Evaluation"),
    }


def label_for(name: str) -> str:
    """The label of any field, also of those in the box of facts."""
    return field_labels().get(name) or str(label_of(name))
