"""The data dictionary is complete: every column of every table, and nothing that is gone."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from cocora.accounts.actions.mail import MOST_ATTEMPTS, RETRY_AFTER
from cocora.accounts.models import INVITATION_LASTS
from tests.architecture.pages import CODE, DOCS, our_models, rows, section

RECORDED = DOCS / "what-we-record.md"

# Words that no column may carry, for what is never recorded; a column that is meant otherwise
# would need another name.
NEVER = re.compile(
    r"risk|score|suspic|suspect|vulnerab|radical|extrem|ideolog|religio|ethnic|politic|migrant"
    r"|health|diagnos|sexual|gender|offence|crime|police|referral|handle|remark|note"
)


def columns_of(model: type[Model]) -> set[str]:
    return {field.name for field in [*model._meta.fields, *model._meta.many_to_many]}


def catalogued() -> dict[str, str]:
    headings = re.findall(r"^### `([a-z_]+\.\w+)`$", RECORDED.read_text(), re.MULTILINE)
    return {label: section(RECORDED, f"### `{label}`") for label in headings}


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_every_column_is_catalogued(model: type[Model]) -> None:
    told = catalogued()[model._meta.label]
    assert {CODE.findall(row[0])[0] for row in rows(told)} == columns_of(model)
    assert all(row[1] for row in rows(told))
    for word in ("Basis: ", "Kept: "):
        assert re.search(rf"^{word}\w", told, re.MULTILINE), word


def test_no_table_is_catalogued_that_is_gone() -> None:
    assert set(catalogued()) == {model._meta.label for model in apps.get_models()}


def test_no_column_is_made_for_what_is_never_recorded() -> None:
    named_badly = [
        f"{model._meta.label}.{name}"
        for model in our_models()
        for name in columns_of(model)
        if NEVER.search(name)
    ]
    assert named_badly == []


def test_times_in_the_catalogue_are_those_of_the_code() -> None:
    told = RECORDED.read_text()
    assert f"after {settings.SESSION_COOKIE_AGE // 3600} hours" in told
    assert f"It works for {INVITATION_LASTS.days} days, once" in told
    assert RETRY_AFTER.total_seconds() == 120
    assert f"after {MOST_ATTEMPTS} attempts, which are at least two minutes apart" in told
    limit = settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"]
    assert f"more than {limit:,} rows" in told
