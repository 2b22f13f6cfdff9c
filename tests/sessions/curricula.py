"""A cohort with something to teach."""

from programmes.models import CurriculumStatus, Exercise, ExerciseType, Level, Module, Setting
from tests.factories import CurriculumFactory


def taught_curriculum(*minutes: int):
    """A draft with one module and an exercise of each length."""
    curriculum = CurriculumFactory(status=CurriculumStatus.DRAFT, published_at=None)
    module = Module.objects.create(curriculum=curriculum, code="P1", position=1)
    for position, length in enumerate(minutes, start=1):
        exercise = Exercise.objects.create(
            module=module,
            code=f"P1.{position}",
            position=position,
            type=ExerciseType.values[0],
            complexity=Level.values[0],
            intensity=Level.values[0],
            minutes_minimum=1,
            minutes=length,
            group_minimum=4,
            group_maximum=20,
            age_minimum=12,
            setting=Setting.values[0],
            online=False,
        )
        exercise.texts.create(
            language="en", title=f"Exercise {position}", path="x", source="x", digest="x",
            summary="", method="", space="", materials=[], sections={}, steps=[], debrief=[],
            words="", title_words="",
        )  # fmt: skip
    return curriculum
