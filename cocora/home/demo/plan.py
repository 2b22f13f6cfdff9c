"""Two organisations, their places and people around, and a cohort of each programme in each state.

Weeks are counted from the one in which the demo is made, so that there is always a past and a
future to look at.
"""

from dataclasses import dataclass, field
from datetime import time

from cocora.accounts.actions.demo import HARBOUR_STREET, WERKHAUS, DemoOrganisation
from cocora.accounts.roles import Role
from participants.vocabulary import CohortRole, CohortStatus, Entry, Weekday


@dataclass(frozen=True)
class Helper:
    """A practitioner. ``account`` is the role whose demo account is this person."""

    name: str
    facilitates: tuple[str, ...]
    languages: tuple[str, ...] = ("en",)
    authority: str = ""
    account: Role | None = None


@dataclass(frozen=True)
class Partner:
    name: str
    place: str
    languages: tuple[str, ...]
    contacts: tuple[str, ...]
    # The first contact is the demo account of a partner.
    has_account: bool = False


@dataclass(frozen=True)
class Place:
    name: str
    address: str
    capacity: int
    getting_in: str


@dataclass(frozen=True)
class Run:
    """One cohort. ``young`` and ``resource`` cut its people out of the list of the organisation."""

    programme: str
    state: CohortStatus
    name: str
    week: int
    sessions: int
    weekday: Weekday
    starts: time
    ends: time
    venue: int
    crew: tuple[int, ...]
    partners: tuple[int, ...]
    capacity: int = 18
    entry: Entry = Entry.OPEN
    every: int = 1
    people: slice = field(default_factory=lambda: slice(0, 0))
    reason: str = ""


@dataclass(frozen=True)
class House:
    told: DemoOrganisation
    data_protection_contact: str
    town: str
    dialling: str
    helpers: tuple[Helper, ...]
    partners: tuple[Partner, ...]
    places: tuple[Place, ...]
    runs: tuple[Run, ...]


YOUNG, RESOURCE = 46, 14
LED = (CohortRole.LEAD, CohortRole.FACILITATOR, CohortRole.SUPPORT)
S, W = CohortStatus, Weekday

HARBOUR = House(
    told=HARBOUR_STREET,
    data_protection_contact="Ada Administrator, admin@example.org",
    town="Havnsund",
    dialling="+45",
    helpers=(
        Helper("Femi Facilitator", ("cpp", "cap"), ("en", "da"), account=Role.FACILITATOR),
        Helper("Marta Kowalczyk", ("ccp", "cpp"), ("da", "pl", "en")),
        Helper("Anders Holm", ("cpp", "cap"), ("da", "en")),
        Helper("Leila Mansour", ("cap", "ccp"), ("da", "ar", "fr")),
        Helper("Ragnar Ólafsson", ("ccp",), ("is", "da", "en")),
        Helper(
            "Otto Authority", (), ("en",), "Municipality of Havnsund, youth office",
            account=Role.AUTHORITY,
        ),
    ),
    partners=(
        Partner(
            "Rowing Club Havnsund", "Havnsund", ("da",), ("Pia Partner", "Lars Thygesen"), True,
        ),
        Partner("Neighbourhood House North", "Havnsund", ("da", "ar", "en"), ("Samira Aziz",)),
        Partner("Friends of the Library", "Havnsund", ("da", "en"), ("Birgit Dahl",)),
    ),
    places=(
        Place("Boat house", "Kajen 4, Havnsund", 30, "Ramp at the water side. Key from the kiosk."),
        Place("Library, upper hall", "Torvet 1, Havnsund", 60, "Lift to the left of the entrance."),
        Place("Neighbourhood House, kitchen", "Nordvej 22, Havnsund", 20, "Two steps, a bell."),
    ),
    runs=(
        Run(
            "ccp", S.COMPLETED, "Harbour table", -40, 6, W.TUESDAY, time(17), time(20), 2,
            (1, 4, 5), (0, 1), 12, every=2, people=slice(46, 55),
        ),
        Run(
            "cpp", S.COMPLETED, "Harbour group, spring", -30, 12, W.WEDNESDAY, time(16, 30),
            time(19), 1, (0, 1), (0, 1), 16, people=slice(0, 14),
        ),
        Run(
            "cap", S.RUNNING, "Harbour voices", -4, 12, W.THURSDAY, time(17), time(19, 30), 1,
            (0, 3), (1, 2), 12, Entry.GRADUATES, people=slice(0, 10),
        ),
        Run(
            "cpp", S.RUNNING, "Harbour group, autumn", -5, 14, W.MONDAY, time(16), time(18, 30), 0,
            (0, 2), (0, 1), 18, people=slice(14, 34),
        ),
        Run(
            "ccp", S.OPEN, "Library table", 2, 5, W.SATURDAY, time(10), time(14), 1, (4, 3, 5),
            (2,), 14, every=2, people=slice(50, 58),
        ),
        Run(
            "ccp", S.DRAFT, "North table", 9, 5, W.SATURDAY, time(10), time(13), 2, (1,), (1,), 12,
        ),
        Run(
            "cpp", S.DRAFT, "Harbour group, next spring", 14, 12, W.TUESDAY, time(16), time(18, 30),
            0, (2, 1), (0,), 18,
        ),
        Run(
            "cap", S.CANCELLED, "Voices at the town hall", -9, 4, W.FRIDAY, time(15), time(18), 1,
            (3,), (2,), 10, Entry.INVITED, people=slice(10, 13),
            reason="The town hall is closed for repairs",
        ),
    ),
)  # fmt: skip

WORKSHOP = House(
    told=WERKHAUS,
    data_protection_contact="Anton Administrator, admin@example.net",
    town="Altensee",
    dialling="+49",
    helpers=(
        Helper("Fanni Facilitator", ("ccp", "cpp"), ("en", "de", "hu"), account=Role.FACILITATOR),
        Helper("Jonas Reuter", ("cpp", "cap"), ("de", "en")),
        Helper("Esra Aydın", ("cap", "cpp"), ("de", "tr", "en")),
        Helper("Pieter Claes", ("ccp", "cap"), ("nl", "de", "en")),
        Helper("Olena Shevchuk", ("cpp",), ("uk", "de")),
        Helper(
            "Odette Authority", (), ("en",), "Town of Altensee, department of youth",
            account=Role.AUTHORITY,
        ),
    ),
    partners=(
        Partner(
            "Meeting Place South Bank", "Altensee", ("de", "tr"),
            ("Pawel Partner", "Gül Arslan"), True,
        ),
        Partner("Music School Parents", "Altensee", ("de", "uk", "en"), ("Ioana Marin",)),
        Partner("FC South Bank, youth section", "Altensee", ("de",), ("Kevin Brandt",)),
    ),
    places=(
        Place("Workshop hall", "Werkstraße 9, Altensee", 40, "Level entrance from the yard."),
        Place("Club house", "Am Südufer 3, Altensee", 25, "Bus 12 to Südufer, then the path."),
        Place("Town hall, small room", "Markt 1, Altensee", 18, "Porter, say the word Werkhaus."),
    ),
    runs=(
        Run(
            "cap", S.COMPLETED, "Lake voices, first year", -34, 8, W.THURSDAY, time(17), time(20),
            2, (1, 2), (0,), 12, Entry.INVITED, people=slice(0, 9),
        ),
        Run(
            "ccp", S.RUNNING, "South bank table", -3, 6, W.WEDNESDAY, time(18), time(21), 0,
            (0, 3, 5), (0, 1), 14, every=2, people=slice(46, 57),
        ),
        Run(
            "cpp", S.OPEN, "Lake group, winter", 1, 12, W.TUESDAY, time(16, 30), time(19), 0,
            (0, 4), (1, 2), 8, people=slice(9, 25),
        ),
        Run(
            "cap", S.OPEN, "Lake voices, second year", 3, 8, W.THURSDAY, time(17), time(20), 1,
            (2, 1), (0, 2), 10, Entry.INVITED, people=slice(25, 32),
        ),
        Run(
            "cpp", S.CANCELLED, "Lake group, holidays", -12, 5, W.SATURDAY, time(10), time(15), 1,
            (4,), (2,), 12, people=slice(32, 37), reason="Too few people could come",
        ),
        Run(
            "ccp", S.CANCELLED, "Market table", -20, 4, W.MONDAY, time(17), time(20), 2, (3,), (1,),
            10, people=slice(57, 60), reason="The partner had to withdraw",
        ),
        Run(
            "cap", S.DRAFT, "Voices for the youth council", 12, 8, W.FRIDAY, time(16), time(19), 2,
            (2, 3), (2,), 12, Entry.GRADUATES,
        ),
    ),
)  # fmt: skip

HOUSES = (HARBOUR, WORKSHOP)
