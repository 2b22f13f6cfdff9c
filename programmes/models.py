"""What is taught. A text's Markdown source is its truth; the other columns are read from it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.roles import Permission
from programmes.vocabulary import (
    Book,
    Competence,
    ExerciseType,
    HandoutLayout,
    Level,
    Part,
    Setting,
    Topic,
)


class ProgrammeKind(models.TextChoices):
    PROGRAMME = "programme", _("Programme")
    FOUNDATIONS = "foundations", _("Foundations")


class CurriculumStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


MOVES = {
    CurriculumStatus.DRAFT: {CurriculumStatus.PUBLISHED},
    CurriculumStatus.PUBLISHED: {CurriculumStatus.RETIRED},
    CurriculumStatus.RETIRED: set(),
}
FROZEN = (CurriculumStatus.PUBLISHED, CurriculumStatus.RETIRED)


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: User) -> "ProgrammeQuerySet":
        own = Organisation.objects.visible_to(user)
        return self.filter(Q(organisation=None) | Q(organisation__in=own))


class Programme(models.Model):
    """CCP, CPP, CAP, what they share (foundations), or a programme that an organisation adds."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="programmes"
    )
    code = models.SlugField(max_length=20)
    kind = models.CharField(max_length=12, choices=ProgrammeKind)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=100)
    # Codes of programmes, not keys: packages are loaded in any order, and the way is a loop.
    leads_to: Any = models.JSONField(default=list)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(organisation=None), name="programme_core_code"
            ),
            models.UniqueConstraint(
                fields=["organisation", "code"], name="programme_organisation_code"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ProgrammeKind.values), name="programme_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programmes:programme", args=[self.code])


def workplaces(user: User) -> models.QuerySet[Membership, Any]:
    """The ids of the organisations that she is a member of: for platform staff not all of them."""
    return Membership.objects.active().filter(user_id=user.pk).values("organisation_id")


class CurriculumQuerySet(models.QuerySet["Curriculum"]):
    def visible_to(self, user: User) -> "CurriculumQuerySet":
        """Core curricula that are or were published, and all of one's own organisations."""
        own = Organisation.objects.visible_to(user)
        core = Q(organisation=None, status__in=FROZEN)
        return self.filter(core | Q(organisation__in=own))

    def in_use_by(self, user: User) -> "CurriculumQuerySet":
        """What somebody teaches from: of each programme the published versions of the
        organisations that she works in, else the core one."""
        published = Curriculum.objects.filter(status=CurriculumStatus.PUBLISHED)
        own = published.filter(organisation__in=workplaces(user))
        core = published.filter(organisation=None).exclude(programme__in=own.values("programme"))
        return self.filter(Q(pk__in=own) | Q(pk__in=core))

    def own_first(self, user: User) -> "CurriculumQuerySet":
        """Those of the organisations that she works in, then the core ones, then all others."""
        whose = Case(
            When(organisation__in=workplaces(user), then=Value(0)),
            When(organisation=None, then=Value(1)),
            default=Value(2),
        )
        return self.order_by(whose, "organisation__name", "-published_at", "-pk")

    def allowing(self, user: User, permission: Permission) -> "CurriculumQuerySet":
        """Those of organisations in which somebody holds the permission, in every state."""
        return self.filter(organisation__in=Organisation.objects.allowing(user, permission))

    def drafts(self) -> "CurriculumQuerySet":
        return self.filter(status=CurriculumStatus.DRAFT)

    def current(self) -> "CurriculumQuerySet":
        """The published core version of each programme: what the platform itself carries."""
        return self.filter(status=CurriculumStatus.PUBLISHED, organisation=None)


class Curriculum(models.Model):
    """A versioned text of one programme. Published is frozen: triggers refuse every change."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="curricula")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="curricula"
    )
    forked_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    version = models.CharField(max_length=20)
    status = models.CharField(
        max_length=10, choices=CurriculumStatus, default=CurriculumStatus.DRAFT
    )
    title = models.CharField(max_length=120)
    summary = models.TextField()
    base_language = models.CharField(max_length=7)
    licence = models.CharField(max_length=60)
    publisher = models.CharField(max_length=120)
    source = models.TextField()
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    objects = CurriculumQuerySet.as_manager()

    class Meta:
        verbose_name = _("curriculum")
        verbose_name_plural = _("curricula")
        ordering = ["programme", "-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "version"],
                condition=Q(organisation=None),
                name="curriculum_core_version",
            ),
            models.UniqueConstraint(
                fields=["programme", "organisation", "version"], name="curriculum_version"
            ),
            # Two constraints, because NULL differs from NULL in the second.
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(organisation=None, status=CurriculumStatus.PUBLISHED),
                name="curriculum_core_published_once",
            ),
            models.UniqueConstraint(
                fields=["programme", "organisation"],
                condition=Q(status=CurriculumStatus.PUBLISHED),
                name="curriculum_published_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=CurriculumStatus.values), name="curriculum_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=CurriculumStatus.DRAFT, published_at=None)
                | (~Q(status=CurriculumStatus.DRAFT) & Q(published_at__isnull=False)),
                name="curriculum_published_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("programmes:curriculum", args=[self.pk])

    def successor(self) -> "Curriculum | None":
        """The published version of the same programme by the same publisher, if it is another."""
        return (
            Curriculum.objects.filter(
                programme=self.programme_id,
                organisation=self.organisation_id,
                status=CurriculumStatus.PUBLISHED,
            )
            .exclude(pk=self.pk)
            .first()
        )

    @property
    def image_base(self) -> str:
        """The address below which ``images/x.png`` of its texts is served."""
        return self.get_absolute_url()


class Module(models.Model):
    curriculum = models.ForeignKey(Curriculum, models.CASCADE, related_name="modules")
    code = models.CharField(max_length=5)
    position = models.PositiveSmallIntegerField()
    topic = models.CharField(max_length=20, choices=Topic, blank=True)
    prerequisites: Any = models.JSONField(default=list)

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["curriculum", "code"], name="module_code"),
            models.UniqueConstraint(fields=["curriculum", "position"], name="module_position"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("programmes:module", args=[self.curriculum_id, self.code])


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    def visible_to(self, user: User) -> "ExerciseQuerySet":
        return self.filter(module__curriculum__in=Curriculum.objects.visible_to(user))

    def in_use_by(self, user: User) -> "ExerciseQuerySet":
        return self.filter(module__curriculum__in=Curriculum.objects.in_use_by(user))

    def current(self) -> "ExerciseQuerySet":
        return self.filter(module__curriculum__in=Curriculum.objects.current())


class Exercise(models.Model):
    """One activity. The numbers stand here once; the words stand in its texts."""

    module = models.ForeignKey(Module, models.CASCADE, related_name="exercises")
    code = models.CharField(max_length=8)
    position = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=20, choices=ExerciseType)
    complexity = models.PositiveSmallIntegerField(choices=Level)
    intensity = models.PositiveSmallIntegerField(choices=Level)
    minutes_minimum = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    group_minimum = models.PositiveSmallIntegerField()
    group_maximum = models.PositiveSmallIntegerField()
    age_minimum = models.PositiveSmallIntegerField()
    age_maximum = models.PositiveSmallIntegerField(null=True)
    setting = models.CharField(max_length=10, choices=Setting)
    online = models.BooleanField()

    objects = ExerciseQuerySet.as_manager()

    class Meta:
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        # The curriculum in between: own programmes share a position, and must not mix.
        ordering = [
            "module__curriculum__programme__position",
            "module__curriculum_id",
            "module__position",
            "position",
        ]
        constraints = [
            models.UniqueConstraint(fields=["module", "code"], name="exercise_code"),
            models.UniqueConstraint(fields=["module", "position"], name="exercise_position"),
            models.CheckConstraint(
                condition=Q(minutes_minimum__gte=1, minutes_minimum__lte=F("minutes")),
                name="exercise_minutes",
            ),
            models.CheckConstraint(
                condition=Q(group_minimum__gte=1, group_minimum__lte=F("group_maximum")),
                name="exercise_group",
            ),
            models.CheckConstraint(
                condition=Q(complexity__in=Level.values, intensity__in=Level.values),
                name="exercise_levels",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("programmes:exercise", args=[self.module.curriculum_id, self.code])


class ExerciseTopic(models.Model):
    exercise = models.ForeignKey(Exercise, models.CASCADE, related_name="topic_rows")
    topic = models.CharField(max_length=20, choices=Topic)

    class Meta:
        verbose_name = _("topic of an exercise")
        verbose_name_plural = _("topics of exercises")
        constraints = [
            models.UniqueConstraint(fields=["exercise", "topic"], name="exercise_topic_once")
        ]


class ExerciseCompetence(models.Model):
    exercise = models.ForeignKey(Exercise, models.CASCADE, related_name="competence_rows")
    competence = models.CharField(max_length=2, choices=Competence)

    class Meta:
        verbose_name = _("competence of an exercise")
        verbose_name_plural = _("competences of exercises")
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "competence"], name="exercise_competence_once"
            )
        ]


class Chapter(models.Model):
    """A text of a handbook that is not an exercise."""

    curriculum = models.ForeignKey(Curriculum, models.CASCADE, related_name="chapters")
    code = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=10, choices=Part)
    books: Any = models.JSONField(default=list)

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["curriculum", "code"], name="chapter_code")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("programmes:chapter", args=[self.curriculum_id, self.code])

    def printed_in(self, book: Book) -> bool:
        return book.value in self.books


class LanguageText(models.Model):
    """A Markdown file in one language, as it was read; ``translated_from`` is the digest of the
    base text that a translation was made from ('' for a base text)."""

    language = models.CharField(max_length=7)
    path = models.CharField(max_length=200)
    source = models.TextField()
    digest = models.CharField(max_length=64)
    translated_from = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=120)
    summary = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class ModuleText(LanguageText):
    module = models.ForeignKey(Module, models.CASCADE, related_name="texts")
    sections: Any = models.JSONField()

    class Meta:
        verbose_name = _("text of a module")
        verbose_name_plural = _("texts of modules")
        constraints = [
            models.UniqueConstraint(fields=["module", "language"], name="module_text_language")
        ]


class ExerciseText(LanguageText):
    """The words of an exercise. ``sections`` maps a field's heading to Markdown; ``steps`` and
    ``debrief`` are the same text taken apart, ``words`` the folded text for searching."""

    exercise = models.ForeignKey(Exercise, models.CASCADE, related_name="texts")
    method = models.CharField(max_length=60)
    space = models.CharField(max_length=240)
    materials: Any = models.JSONField()
    sources: Any = models.JSONField(default=list)
    sections: Any = models.JSONField()
    steps: Any = models.JSONField()
    debrief: Any = models.JSONField()
    words = models.TextField()
    # A space before every word, so that ' rule' finds the beginning of a word in the title.
    title_words = models.TextField()

    class Meta:
        verbose_name = _("text of an exercise")
        verbose_name_plural = _("texts of exercises")
        constraints = [
            models.UniqueConstraint(fields=["exercise", "language"], name="exercise_text_language")
        ]


class Handout(models.Model):
    """A sheet, or a set of cards: ``cards`` is a list of {title, text}."""

    text = models.ForeignKey(ExerciseText, models.CASCADE, related_name="handouts")
    code = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    layout = models.CharField(max_length=10, choices=HandoutLayout)
    body = models.TextField(blank=True)
    cards: Any = models.JSONField(default=list)

    class Meta:
        verbose_name = _("handout")
        verbose_name_plural = _("handouts")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["text", "code"], name="handout_code")]

    def __str__(self) -> str:
        return self.title


class ChapterText(LanguageText):
    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="texts")
    body = models.TextField()

    class Meta:
        verbose_name = _("text of a chapter")
        verbose_name_plural = _("texts of chapters")
        constraints = [
            models.UniqueConstraint(fields=["chapter", "language"], name="chapter_text_language")
        ]


class CurriculumImage(models.Model):
    curriculum = models.ForeignKey(Curriculum, models.CASCADE, related_name="images")
    path = models.CharField(max_length=200)
    data = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("image of a curriculum")
        verbose_name_plural = _("images of curricula")
        constraints = [
            models.UniqueConstraint(fields=["curriculum", "path"], name="curriculum_image_path")
        ]


class TextKind(models.TextChoices):
    CURRICULUM = "curriculum", _("About the curriculum")
    MODULE = "module", _("Module")
    EXERCISE = "exercise", _("Exercise")
    CHAPTER = "chapter", _("Chapter")


class DraftText(models.Model):
    """A file of a draft as its editors left it, faults and all: the truth while it is edited.

    The rows that readers see are laid from it as soon as the text has no faults. ``faults`` is
    what the checker last said: a list of [line, field, sentence].
    """

    curriculum = models.ForeignKey(Curriculum, models.CASCADE, related_name="draft_texts")
    kind = models.CharField(max_length=12, choices=TextKind)
    language = models.CharField(max_length=7)
    path = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    # As they stand in the source, to be listed without reading it.
    code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=120, blank=True)
    source = models.TextField()
    digest = models.CharField(max_length=64)
    faults: Any = models.JSONField(default=list)
    removed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("text of a draft")
        verbose_name_plural = _("texts of drafts")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["curriculum", "path"],
                condition=Q(removed_at=None),
                name="draft_text_path",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TextKind.values), name="draft_text_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.path

    def get_absolute_url(self) -> str:
        return reverse("programmes:draft_text", args=[self.curriculum_id, self.pk])

    @property
    def folder(self) -> str:
        """What a module and its exercises have in common."""
        return self.path.partition("/")[0]


class Saving(models.TextChoices):
    BEGUN = "begun", _("Begun")
    SAVED = "saved", _("Saved")
    MERGED = "merged", _("Saved after somebody else")
    RESTORED = "restored", _("Restored")
    RENUMBERED = "renumbered", _("Renumbered")
    REMOVED = "removed", _("Deleted")
    RETURNED = "returned", _("Brought back")


class TextVersion(models.Model):
    """A text as it was after somebody saved it: its history."""

    text = models.ForeignKey(DraftText, models.CASCADE, related_name="versions")
    saving = models.CharField(max_length=12, choices=Saving)
    source = models.TextField()
    digest = models.CharField(max_length=64)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a text")
        verbose_name_plural = _("versions of texts")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(saving__in=Saving.values), name="text_version_saving_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.pk}"


class PublishingNote(models.Model):
    """What the editors say about a published version: what is new, and for whom."""

    curriculum = models.OneToOneField(
        Curriculum, models.CASCADE, related_name="publishing_note", primary_key=True
    )
    words = models.TextField(max_length=1000)

    class Meta:
        verbose_name = _("publishing note")
        verbose_name_plural = _("publishing notes")

    def __str__(self) -> str:
        return self.words


class ExerciseListQuerySet(models.QuerySet["ExerciseList"]):
    def visible_to(self, user: User) -> "ExerciseListQuerySet":
        return self.filter(owner=user)

    def with_totals(self, user: User) -> "ExerciseListQuerySet":
        """With the number of exercises that ``user`` may read and the sum of their minutes."""
        seen = Q(rows__exercise__in=Exercise.objects.visible_to(user))
        return self.annotate(
            exercise_count=Count("rows", filter=seen),
            minutes=Coalesce(Sum("rows__exercise__minutes", filter=seen), 0),
        )


class ExerciseList(models.Model):
    """Exercises that a person has collected, to look at again or to print."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="lists")
    title = models.CharField(_("Title"), max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ExerciseListQuerySet.as_manager()

    class Meta:
        verbose_name = _("exercise list")
        verbose_name_plural = _("exercise lists")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "title"], name="exercise_list_title")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:list_detail", args=[self.pk])

    def rows_visible_to(self, user: User) -> models.QuerySet["ListedExercise"]:
        """The rows that may be shown and printed: an exercise can go out of somebody's sight."""
        return self.rows.filter(exercise__in=Exercise.objects.visible_to(user))


class ListedExercise(models.Model):
    exercise_list = models.ForeignKey(ExerciseList, models.CASCADE, related_name="rows")
    exercise = models.ForeignKey(Exercise, models.PROTECT)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("exercise on a list")
        verbose_name_plural = _("exercises on lists")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exercise_list", "exercise"], name="listed_once")
        ]
