"""The table of ages in the documentation is the one that the gate asks."""

from participants.queries.consent import CONSENT_AGE, DEFAULT_CONSENT_AGE
from tests.architecture.pages import DOCS, rows, section


def test_ages_of_consent_are_those_of_the_code() -> None:
    page = DOCS / "consent-ages.md"
    table = rows(section(page, "## Consent to data, by country"))
    told = {row[0]: int(row[1]) for row in table}
    assert told == {**CONSENT_AGE, "any other": DEFAULT_CONSENT_AGE}
    assert all("http" in row[2] for row in table if row[0] != "any other")
