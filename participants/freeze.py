"""What the database keeps about consent: words do not change, answers are only added."""

from cocora.common.triggers import Refuse

TERMS = "Consent terms are frozen: write a new version"
ANSWER = "A consent is appended only, and withdrawn once"
ANSWER_COLUMNS = (
    "participant_id", "terms_id", "purpose", "giver", "agreed", "means", "given_at",
    "recorded_by_id", "scan",
)  # fmt: skip


def kept_consent() -> list[Refuse]:
    """The triggers of terms and answers."""
    same = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in ANSWER_COLUMNS)
    return [
        Refuse("frozen_terms", "participants_consentterms", "UPDATE", "TRUE", TERMS),
        Refuse(
            "frozen_consent",
            "participants_consent",
            "UPDATE",
            f"NOT (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL AND {same})",
            ANSWER,
        ),
    ]
