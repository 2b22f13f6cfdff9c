"""What can be held in the hand: documents that are finished, and who asked for them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Organisation, User
from cocora.jobs.models import Job
from programmes.models import Curriculum, ExerciseList


class DocumentKind(models.TextChoices):
    COLLECTION = "collection", _("Complete collection")
    HANDBOOK = "handbook", _("Programme handbook")
    GUIDE = "guide", _("Facilitator guide")
    WORKBOOK = "workbook", _("Participant workbook")
    BRIEF = "brief", _("Community partner's brief")
    SHEETS = "sheets", _("Worksheets to fill in")
    LIST = "list", _("Own list of exercises")


# Books of one curriculum; the others take from several.
SINGLE_KINDS = (
    DocumentKind.HANDBOOK,
    DocumentKind.GUIDE,
    DocumentKind.WORKBOOK,
    DocumentKind.BRIEF,
    DocumentKind.SHEETS,
)


class BookPart(models.TextChoices):
    """What one can leave out of a book."""

    ONE = "one", _("Foundations")
    TWO = "two", _("Strategy and method")
    EXERCISES = "exercises", _("Modules and exercises")
    HANDOUTS = "handouts", _("Handouts")
    ANNEX = "annex", _("Annexes")
    INDEX = "index", _("Indexes of exercises")
    NOTES = "notes", _("Space for notes")


class Paper(models.TextChoices):
    A4 = "A4", _("A4")
    A5 = "A5", _("A5")
    LETTER = "letter", _("Letter")


class Format(models.TextChoices):
    PDF = "pdf", _("PDF")
    EPUB = "epub", _("EPUB")


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> "DocumentQuerySet":
        """Books of curricula that one may read; a printed list only by those who ordered it.

        What was printed from an organisation's own texts, drafts above all, stays with its people,
        whatever becomes of the curriculum: the file does not change with it.
        """
        own = Organisation.objects.visible_to(user)
        readable = Curriculum.objects.visible_to(user)
        ordered = Order.objects.filter(ordered_by=user).exclude(document=None)
        return self.filter(Q(organisation=None) | Q(organisation__in=own)).filter(
            Q(kind=DocumentKind.COLLECTION)
            | Q(kind__in=SINGLE_KINDS, curriculum__in=readable)
            | Q(kind=DocumentKind.LIST, pk__in=ordered.values("document"))
        )

    def like(self, order: Any) -> "DocumentQuerySet":
        """Books as ``order`` (a BookOrder) asks for them, of this or another version."""
        programmes = Curriculum.objects.filter(pk__in=order.curricula[:1]).values("programme")
        whose = {"curriculum__programme__in": programmes} if order.kind in SINGLE_KINDS else {}
        return self.filter(
            kind=order.kind,
            language=order.language,
            format=order.format,
            paper=order.paper if order.format == Format.PDF else "",
            large=order.large,
            without=list(order.without),
            **whose,
        )


class Document(models.Model):
    """A finished book, stored under the digest of everything that went into it."""

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=DocumentKind)
    curriculum = models.ForeignKey(Curriculum, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=160)
    version = models.CharField(max_length=20)
    # Whose own texts stand in it, when it was not printed from published core curricula only.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    language = models.CharField(max_length=7)
    format = models.CharField(max_length=4, choices=Format, default=Format.PDF)
    # An EPUB flows: it has neither paper nor pages.
    paper = models.CharField(max_length=8, choices=Paper, blank=True)
    large = models.BooleanField(default=False)
    # Names of BookPart, in their order, and the version whose changes are told ('' for none).
    without: Any = models.JSONField(default=list, blank=True)
    since = models.CharField(max_length=20, blank=True)
    marks = models.BooleanField(default=False)
    pages = models.PositiveIntegerField(null=True)
    size = models.PositiveBigIntegerField(help_text=_("Bytes."))
    made_at = models.DateTimeField(default=timezone.now)
    seconds = models.PositiveIntegerField(null=True, help_text=_("How long it took to make."))

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(format=Format.PDF, pages__gte=1, paper__gt="")
                | Q(format=Format.EPUB, pages=None, paper=""),
                name="document_format",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SINGLE_KINDS, curriculum__isnull=False)
                | Q(kind__in=[DocumentKind.COLLECTION, DocumentKind.LIST], curriculum=None),
                name="document_kind_curriculum",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("handbooks:download", args=[self.pk])

    @property
    def variant(self) -> list[str]:
        """How it differs from the usual book, in words."""
        left_out = [str(part.label) for part in BookPart if part.value in self.without]
        words = [
            self.get_paper_display(),
            _("large print") if self.large else "",
            _("without {parts}").format(parts=", ".join(left_out)) if left_out else "",
            _("changes since version {version}").format(version=self.since) if self.since else "",
        ]
        return [str(word) for word in words if word]

    @property
    def path(self) -> str:
        """Where the file lies in the store."""
        return f"handbooks/{self.digest[:2]}/{self.digest}.{self.format}"

    @property
    def file_name(self) -> str:
        """What the file is called on the reader's machine; it says nothing about people."""
        programme = self.curriculum.programme.code if self.curriculum else ""
        large = "large" if self.large else ""
        parts = ["cocora", programme, self.kind, self.version, self.language, self.paper, large]
        return "-".join(part for part in parts if part).lower() + f".{self.format}"


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> "OrderQuerySet":
        return self.filter(ordered_by=user)

    def waiting(self) -> "OrderQuerySet":
        """Those whose people want a book that is not there yet."""
        return self.filter(document=None, cancelled_at=None)


class Order(models.Model):
    """One person's request for a document; many orders share one job and one document."""

    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    digest = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=12, choices=DocumentKind)
    title = models.CharField(max_length=160)
    exercise_list = models.ForeignKey(ExerciseList, models.SET_NULL, null=True)
    arguments: Any = models.JSONField()
    job = models.ForeignKey(Job, models.PROTECT, null=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="orders")
    ordered_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-ordered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(job__isnull=False) | Q(document__isnull=False),
                name="order_job_or_document",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("handbooks:order", args=[self.pk])

    @property
    def state(self) -> str:
        """ "ready", "cancelled", or the state of its job."""
        if self.document_id:
            return "ready"
        return "cancelled" if self.cancelled_at else self.job.state if self.job else "failed"

    @property
    def is_open(self) -> bool:
        """Whether somebody still works at it for this person."""
        job = self.job
        return not self.document_id and not self.cancelled_at and job is not None and job.is_open


class PreviewQuerySet(models.QuerySet["Preview"]):
    def visible_to(self, user: User) -> "PreviewQuerySet":
        """For those who asked for it, as long as they may read what it shows."""
        own = Organisation.objects.visible_to(user)
        return self.filter(asked_by=user).filter(Q(organisation=None) | Q(organisation__in=own))


class Preview(models.Model):
    """Pictures of the first pages of a book that may never be ordered, under the book's digest."""

    digest = models.CharField(max_length=64, unique=True)
    arguments: Any = models.JSONField()
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    job = models.ForeignKey(Job, models.PROTECT, null=True)
    asked_by: Any = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    objects = PreviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview of a book")
        verbose_name_plural = _("previews of books")

    def __str__(self) -> str:
        return self.digest[:16]
