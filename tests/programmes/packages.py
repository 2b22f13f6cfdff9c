"""Small valid packages to load, break and compare."""

from typing import Any

import yaml

from cocora.accounts.models import Organisation
from programmes.actions import load_package, publish_curriculum
from programmes.models import Curriculum
from programmes.package.check import check

CURRICULUM = """\
format: 1
kind: programme
programme: {programme}
name: {name}
title: A small programme
summary: Something small that tests can load.
version: "{version}"
base_language: en
languages: [{languages}]
licence: CC-BY-4.0
publisher: Test press
"""

MODULE = """\
---
code: {code}
title: Module {code}
summary: What this module is about.
---

## Purpose

Because.

## Outcomes

- People know more.

## Community role

They open the door.

## Evaluation

Ask the group.
"""

BODY = """\

## Objectives

- Learn something.

## Preparation

Set the chairs.

## Steps

### 1. Begin ({first} min)

Say hello. {words}

### 2. End ({second} min)

Ask the debrief questions.

## Debrief

### Feel

- How was it?
- What was hard?

### Notice

- What did you see?
- What changed?

### Connect

- Where else?
- Who else?

### Act

- What now?
- What next?

## Closing

Thank everybody.

## Tips

- Breathe.

## What can go wrong

Rain.

## Safeguarding

See the country card.

## Opt-out

Keep the time.

## Online

In a call.

## Shorter

Leave out one.

## Longer

Do it twice.

## Adaptation

Use pictures.

## Follow-up

Come back to it.

## Handout: Cards {{cards-{slug} cards}}

### One

The first card.

### Two

The second card.
"""

FACTS: dict[str, Any] = {
    "type": "discussion",
    "method": "Talk",
    "complexity": 1,
    "intensity": 1,
    "minutes": {"minimum": 10, "typical": 30},
    "group": {"minimum": 4, "maximum": 20},
    "ages": {"minimum": 14},
    "setting": "indoors",
    "space": "A room.",
    "online": True,
    "topics": ["identity"],
    "competences": ["A2"],
}


def curriculum_yaml(
    programme: str = "small", version: str = "1.0.0", languages: str = "en", name: str = "Small"
) -> str:
    return CURRICULUM.format(programme=programme, version=version, languages=languages, name=name)


def exercise_md(code: str, title: str = "", words: str = "", **facts: Any) -> str:
    """The file of a valid exercise; ``facts`` replace front matter."""
    slug = code.lower().replace(".", "-")
    front = {
        "code": code,
        "title": title or f"Exercise {code}",
        "summary": "What happens in this exercise.",
        **FACTS,
        "materials": [{"item": "Cards", "quantity": "1 set", "handout": f"cards-{slug}"}],
        **facts,
    }
    typical = front["minutes"]["typical"]
    body = BODY.format(first=typical - 10, second=10, words=words, slug=slug)
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---\n{body}"


def translation_md(base: str, code: str, title: str, digest: str) -> str:
    """A translation of ``exercise_md``: words of its own, numbers of the base text."""
    front = {
        "code": code,
        "title": title,
        "summary": "Det der sker i øvelsen.",
        "method": "Samtale",
        "space": "Et rum.",
        "materials": [{"item": "Kort", "quantity": "1 sæt"}],
        "translated_from": digest,
    }
    body = base.split("---\n", 2)[2]
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---\n{body}"


def package(exercises: int = 2, **curriculum: str) -> dict[str, bytes]:
    """A valid package with one module and so many exercises."""
    files = {
        "curriculum.yaml": curriculum_yaml(**curriculum),
        "p1-one/module.en.md": MODULE.format(code="P1"),
    }
    for number in range(1, exercises + 1):
        files[f"p1-one/p1-{number}-exercise.en.md"] = exercise_md(f"P1.{number}")
    return {path: text.encode() for path, text in files.items()}


def published(
    files: dict[str, bytes] | None = None, organisation: Organisation | None = None
) -> Curriculum:
    curriculum, _new = load_package(files=files or package(), by=None, organisation=organisation)
    publish_curriculum(curriculum=curriculum, by=None)
    return curriculum


def danish(files: dict[str, bytes]) -> dict[str, bytes]:
    base = files["p1-one/p1-1-exercise.en.md"].decode()
    digest = check(files).exercises["P1.1"]["en"].digest
    text = translation_md(base, "P1.1", "Øvelse 1", digest)
    return {**files, "p1-one/p1-1-exercise.da.md": text.encode()}
