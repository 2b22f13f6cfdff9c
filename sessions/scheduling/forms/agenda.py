"""What the page of an agenda sends: minutes of every block, and the button that was pressed."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from cocora.common.refusal import Refusal
from programmes.models import Exercise
from sessions.scheduling.actions.agenda import LONGEST, AgendaEdit, Step
from sessions.scheduling.models import ItemKind

MINUTES = "minutes-"


def typed_minutes(data: QueryDict) -> dict[int, str]:
    """What was changed in the fields, right or wrong; ``was-12`` is what stood there before."""
    return {
        int(name.removeprefix(MINUTES)): str(value)
        for name, value in data.items()
        if name.startswith(MINUTES)
        and name.removeprefix(MINUTES).isdecimal()
        and value != data.get(f"was-{name.removeprefix(MINUTES)}")
    }


def number_in(text: str, what: str) -> int:
    if not text.strip().isdecimal() or not 1 <= int(text) <= LONGEST:
        told = {"text": text[:20], "longest": LONGEST, "what": what}
        raise Refusal(
            _("“%(text)s” is not a length: %(what)s takes between 1 and %(longest)s minutes.")
            % told
        )
    return int(text)


def edit_of(data: QueryDict, exercises: Mapping[int, Exercise]) -> AgendaEdit:
    """Refuses numbers that are none. ``do`` reads like ``up-12``, ``place-12-3`` or ``save``."""
    block = _("a block")
    minutes = {pk: number_in(text, block) for pk, text in typed_minutes(data).items()}
    step, rest = split(data.get("do", ""))
    extra: dict[str, Any] = {}
    numbers = [int(part) for part in rest.split("-") if part.isdecimal()]
    if step in {Step.UP, Step.DOWN, Step.OFF, Step.TO, Step.PLACE} and numbers:
        extra["item"] = numbers[0]
    if step == Step.PLACE and len(numbers) > 1:
        extra["target"] = numbers[1]
    if step == Step.TO and numbers:
        chosen = data.get(f"to-{numbers[0]}", "")
        extra["target"] = int(chosen) if chosen.isdecimal() else None
    if step == Step.ADD_EXERCISE:
        extra |= chosen_exercise(data, exercises)
    if step == Step.ADD_BLOCK:
        extra |= own_block(data)
    return AgendaEdit(minutes=minutes, step=step, **extra)


def split(do: str) -> tuple[Step, str]:
    """The step, and the numbers behind it."""
    for step in sorted(Step, key=lambda one: -len(one.value)):
        if do == step.value or do.startswith(f"{step.value}-"):
            return step, do.removeprefix(step.value).removeprefix("-")
    return Step.NONE, ""


def chosen_exercise(data: QueryDict, exercises: Mapping[int, Exercise]) -> dict[str, Any]:
    chosen = data.get("exercise", "")
    exercise = exercises.get(int(chosen)) if chosen.isdecimal() else None
    if exercise is None:
        raise Refusal(_("Choose the exercise that you want to add."))
    return {"exercise": exercise, "length": exercise.minutes}


def own_block(data: QueryDict) -> dict[str, Any]:
    kind = data.get("kind", "")
    title = " ".join(data.get("title", "").split())[:120]
    if kind not in {ItemKind.ARRIVAL, ItemKind.BREAK, ItemKind.REFLECTION, ItemKind.OWN}:
        raise Refusal(_("Choose what kind of block it is."))
    if kind == ItemKind.OWN and not title:
        raise Refusal(_("Give your own block a title."))
    length = number_in(data.get("length", ""), _("a block"))
    return {"kind": ItemKind(kind), "title": title, "length": length}
