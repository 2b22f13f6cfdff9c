"""The closed word lists of the field: topics, competences, types of exercise, books.

Topics: the nine that the CoCoRa partners agreed for the Prevention Programme
(https://cocoraproject.eu/nine-key-topics/). Competences: the 20 of the Council of Europe's
Reference Framework of Competences for Democratic Culture (RFCDC), labels shortened.
"""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Topic(TextChoices):
    EQUALITY = "equality", _("Equal treatment and human rights")
    CITIZENSHIP = "citizenship", _("Active citizenship")
    DEMOCRACY = "democracy", _("Democracy and institutions")
    WORK = "work", _("Education and work")
    IDENTITY = "identity", _("Empowerment, identity and belonging")
    CAPITAL = "capital", _("Social and cultural capital")
    NARRATIVES = "narratives", _("Radicalisation and violent extremism")
    SPORT = "sport", _("Sport and volunteering")
    OPPORTUNITIES = "opportunities", _("Opportunities from local to European level")


class Competence(TextChoices):
    V1 = "V1", _("Valuing human dignity and human rights")
    V2 = "V2", _("Valuing cultural diversity")
    V3 = "V3", _("Valuing democracy, justice and equality")
    A1 = "A1", _("Openness to other cultures, beliefs and world views")
    A2 = "A2", _("Respect")
    A3 = "A3", _("Civic-mindedness")
    A4 = "A4", _("Responsibility")
    A5 = "A5", _("Self-efficacy")
    A6 = "A6", _("Tolerance of ambiguity")
    S1 = "S1", _("Autonomous learning")
    S2 = "S2", _("Analytical and critical thinking")
    S3 = "S3", _("Listening and observing")
    S4 = "S4", _("Empathy")
    S5 = "S5", _("Flexibility and adaptability")
    S6 = "S6", _("Communication and several languages")
    S7 = "S7", _("Co-operation")
    S8 = "S8", _("Conflict resolution")
    K1 = "K1", _("Understanding oneself")
    K2 = "K2", _("Understanding language and communication")
    K3 = "K3", _("Understanding the world")


class ExerciseType(TextChoices):
    CONVERSATION = "conversation", _("Conversation in pairs or circle")
    DISCUSSION = "discussion", _("Discussion and debate")
    CARD_SORT = "card-sort", _("Card sort")
    MAPPING = "mapping", _("Mapping")
    DILEMMA = "dilemma", _("Dilemmas and cases")
    ROLE_PLAY = "role-play", _("Role-play")
    SIMULATION = "simulation", _("Simulation")
    THEATRE = "theatre", _("Theatre")
    WORKSHOP = "workshop", _("Workshop")
    PRIORITISING = "prioritising", _("Choosing together")
    PLANNING = "planning", _("Planning")
    STORYTELLING = "storytelling", _("Storytelling")
    MEDIA = "media", _("Media: reading and making")
    MOVEMENT = "movement", _("Movement and sport")
    PRACTICE = "practice", _("Speaking and listening practice")
    VISIT = "visit", _("Visit and encounter")
    ACTION = "action", _("Action in public")
    REFLECTION = "reflection", _("Reflection")


class Level(IntegerChoices):
    """Complexity and emotional intensity, as the Council of Europe's activity keys count them."""

    LOW = 1, _("low")
    MEDIUM = 2, _("medium")
    HIGH = 3, _("high")
    VERY_HIGH = 4, _("very high")


class Setting(TextChoices):
    INDOORS = "indoors", _("Indoors")
    OUTDOORS = "outdoors", _("Outdoors")
    EITHER = "either", _("Indoors or outdoors")
    ON_SITE = "on-site", _("Out in the town")


class HandoutLayout(TextChoices):
    CARDS = "cards", _("Cards to cut out")
    SHEET = "sheet", _("Sheet")


class Part(TextChoices):
    """Where a chapter stands in a book."""

    ONE = "one", _("Part One: Foundations")
    TWO = "two", _("Part Two: Strategy and method")
    ANNEX = "annex", _("Annexes")


class Book(TextChoices):
    """The books that a chapter can be printed in."""

    COLLECTION = "collection", _("Complete collection")
    HANDBOOK = "handbook", _("Programme handbook")
    GUIDE = "guide", _("Facilitator guide")
    WORKBOOK = "workbook", _("Participant workbook")
    BRIEF = "brief", _("Community partner's brief")
