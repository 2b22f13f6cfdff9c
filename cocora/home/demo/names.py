"""Invented people from all over Europe. Any likeness is chance; contacts lead nowhere."""

import random
from dataclasses import dataclass
from itertools import cycle

from cocora.common.folding import fold
from participants.vocabulary import AgeBand, Need, ParticipantKind


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = words(
    """
Aino Amina Andrej Anouk Astrid Bartosz Beatriz Besnik Bilal Bram Catarina Chloé Ciara Danilo
Dimitris Dorota Eero Elif Emil Esther Fatima Felix Fjóla Freja Georgi Giulia Goran Hana Henrik
Hugo Ines Isak Iulia Ivana Jaak Jelena Jonas Katarzyna Kjartan Lena Leyla Luca Mateo Mila
Nikola Nora Omar Oskar Pavel Petra Quentin Rosa Rūta Samir Sofia Tereza Tomás Ulla Vasilis
Viktor Wanda Xenia Yasmin Yusuf Zoë Zuzana
"""
)
LAST = words(
    """
Aaltonen Almeida Andersen Bakker Bauer Becker Berisha Bianchi Björnsdóttir Costa Demir
Dimitriou Dubois Egger Fernandes Ferrari Fischer Fournier Georgiev Haddad Hansen Horvat Hoxha
Ionescu Jansen Jensen Jovanović Kaya Kazlauskas Keller Kelly Khan Kovács Kowalska Lindqvist
Lund Maes Mahmoud Martin Moreau Murphy Nagy Novák Nowak O’Brien Öztürk Papadakis Pereira Petrov
Popescu Rahimi Romano Rossi Saar Schmid Silva Sørensen Tamm Vella Virtanen Vogel Weber Yılmaz
Zeman
"""
)
LANGUAGES = ("en", "da", "de", "en", "ar", "tr", "pl", "en", "fr", "uk")
YOUNG_BANDS = (
    AgeBand.AGE_15, AgeBand.AGE_16, AgeBand.AGE_16, AgeBand.AGE_18, AgeBand.AGE_18, AgeBand.AGE_21,
)  # fmt: skip
SOME_NEEDS = (Need.STEP_FREE, Need.VEGETARIAN, Need.PLAIN_LANGUAGE, Need.TRAVEL, Need.NO_NUTS)


@dataclass(frozen=True)
class Person:
    """What is known of somebody who takes part, before the first consent."""

    display_name: str
    contact: str
    kind: ParticipantKind
    age_band: AgeBand
    language: str
    guardian_name: str = ""
    guardian_contact: str = ""
    needs: tuple[Need, ...] = ()

    @property
    def is_minor(self) -> bool:
        return self.age_band.youngest < 18


def people(chance: random.Random, young: int, resource: int, home: str) -> list[Person]:
    """So many people, young ones first; the same for the same chance."""
    firsts, lasts = list(FIRST), list(LAST)
    chance.shuffle(firsts)
    chance.shuffle(lasts)
    kinds = [ParticipantKind.YOUNG] * young + [ParticipantKind.RESOURCE] * resource
    names = zip(kinds, cycle(firsts), cycle(lasts), strict=False)
    return [person(chance, kind, first, last, home) for kind, first, last in names]


def person(
    chance: random.Random, kind: ParticipantKind, first: str, last: str, home: str
) -> Person:
    is_young = kind == ParticipantKind.YOUNG
    band = chance.choice(YOUNG_BANDS) if is_young else AgeBand.ADULT
    guarded = band.youngest < 18
    guardian = chance.choice(FIRST) if guarded else ""
    return Person(
        display_name=f"{first} {last}",
        contact=contact(chance, first, last, home),
        kind=kind,
        age_band=band,
        language=chance.choice(LANGUAGES),
        guardian_name=f"{guardian} {last}" if guarded else "",
        guardian_contact=address(guardian, last) if guarded else "",
        needs=(chance.choice(SOME_NEEDS),) if chance.random() < 0.15 else (),
    )


def contact(chance: random.Random, first: str, last: str, home: str) -> str:
    """Mostly an address, sometimes a number, sometimes nothing: as it is."""
    draw = chance.random()
    if draw < 0.12:
        return ""
    if draw < 0.35:
        return f"{home} 00 {chance.randrange(10, 99)} {chance.randrange(1000, 9999)}"
    return address(first, last)


def address(first: str, last: str) -> str:
    return f"{fold(first)}.{fold(last).replace(' ', '')}@example.org"
