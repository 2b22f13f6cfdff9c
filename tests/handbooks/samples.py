"""A small book in German and one in Danish: long compounds, umlauts, quotes, wide tables, cards."""

from programmes.models import Curriculum
from tests.programmes.packages import package, published

WORDS = {
    "de": {
        "programme": "cap",
        "title": "Nachbarschaftsversammlung",
        "summary": "Jugendliche und Fachkräfte verabreden Grundsätze für den Stadtteil.",
        "quote": 'Sie sagt: "Das ist unser Platz." Er fragt: "Wer hat \'nein\' gesagt?"',
        "text": (
            "Die Jugendbeteiligungsbeauftragte lädt zur Nachbarschaftsversammlung ein, weil "
            "Gleichberechtigung, Rücksichtnahme und Straßenbeleuchtung zusammengehören. "
            "Verantwortungsbewusste Mitarbeiterinnen der Stadtverwaltung erklären die "
            "Größenverhältnisse der Mehrzweckhalle und die Öffnungszeiten des Jugendzentrums. "
            "Außerschulische Bildungseinrichtungen übernehmen Veranstaltungsräume, "
            "Kinderbetreuung und Übersetzungsleistungen. "
        ),
        "cell": "Veranstaltungsraumübersicht",
    },
    "da": {
        "programme": "cpp",
        "title": "Ungdomsmedborgerskabsaften",
        "summary": "Unge og fagfolk aftaler principper for kvarteret på lige fod.",
        "quote": 'Hun siger: "Det er vores plads." Han spørger: "Hvem har sagt \'nej\'?"',
        "text": (
            "Lokalsamfundets ungdomsmedarbejdere inviterer til beboerforsamling, fordi "
            "ligeberettigelse, hensynsfuldhed og gadebelysning hører sammen. Ansvarsbevidste "
            "kommunalmedarbejdere forklarer størrelsesforholdene i flerbrugshallen og "
            "åbningstiderne i ungdomscenteret. Frivillighedsorganisationer overtager "
            "mødelokaler, børnepasning, tværfaglige oversættelser og fællesspisning. "
        ),
        "cell": "Børnebeskyttelsesmyndigheden",
    },
}

CHAPTER = """\
---
code: about
title: {title}
summary: {summary}
part: two
position: 10
books: [collection, handbook, guide]
---

## {title}

{quote}

{text}

{text}

### {cell}

{text}

| {cell} | {title} | Nr. | Æ Ø Å | Ä Ö Ü ß |
|---|---|---|---|---|
{rows}
{text}

- {text}
- {text}

> {quote} {text}

{text}
"""
ROW = "| {cell} | {summary} | {number} | æ ø å | ä ö ü ß |"


def sample(language: str) -> Curriculum:
    """A published programme in ``language`` with one chapter, one module and one exercise."""
    words = WORDS[language]
    files = package(exercises=1, programme=words["programme"], name=words["title"])
    meta = files.pop("curriculum.yaml").decode()
    meta = meta.replace("base_language: en", f"base_language: {language}")
    meta = meta.replace("languages: [en]", f"languages: [{language}]")
    made = {"curriculum.yaml": meta.encode()}
    for path, data in files.items():
        text = data.decode()
        for old, new in (
            ("title: Exercise P1.1", f"title: {words['title']}"),
            ("title: Module P1", f"title: {words['title']}"),
            ("What happens in this exercise.", words["summary"]),
            ("method: Talk", f"method: {words['cell']}"),
            ("Say hello. ", f"{words['text']}\n\n> {words['quote']}"),
            ("Because.", words["text"] * 2),
            ("Rain.", words["text"]),
            ("See the country card.", words["text"]),
            ("- How was it?", f"- {words['text'].split('. ')[0]}?"),
            ("The first card.", words["summary"]),
        ):
            text = text.replace(old, new)
        made[path.replace(".en.md", f".{language}.md")] = text.encode()
    rows = "\n".join(ROW.format(number=number, **words) for number in range(1, 10))
    made[f"chapters/about.{language}.md"] = CHAPTER.format(rows=rows + "\n", **words).encode()
    return published(made)
