"""Template filters for the texts of curricula."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cocora.common.markdown import render
from programmes.models import LanguageText
from programmes.queries import base_of, shown, with_clock

register = template.Library()


@register.filter
def words(thing: Any, language: str) -> LanguageText:
    """The text of a module, exercise or chapter in ``language``, else its base text."""
    texts = list(thing.texts.all())
    return shown(texts, language, base_of(texts).language).text


@register.filter
def rendered(text: str, image_base: str) -> SafeString:
    """Markdown as safe HTML whose images are served below ``image_base``."""
    return render(text, image_base)


@register.filter
def scrolling(html: str) -> SafeString:
    """Rendered Markdown for the screen: a table wider than a phone scrolls within the page."""
    box = format_html(
        '<div class="table-box" role="group" tabindex="0" aria-label="{}">', _("Table")
    )
    boxed = html.replace("<table>", f"{box}<table>").replace("</table>", "</table></div>")
    # Only what ``rendered`` has made safe comes here, and the label is escaped above.
    return mark_safe(boxed)  # noqa: S308


@register.filter
def timed(steps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return with_clock(steps)


@register.filter
def section(text: Any, name: str) -> str:
    """One field of a text by its heading, '' when it has none."""
    return str(text.sections.get(name, ""))


@register.filter
def hours(minutes: int) -> str:
    """95 as '1 h 35 min'."""
    whole, rest = divmod(int(minutes or 0), 60)
    if not whole:
        return _("%(minutes)s min") % {"minutes": rest}
    text = _("%(hours)s h %(minutes)s min") if rest else _("%(hours)s h")
    return text % {"hours": whole, "minutes": rest}


@register.filter
def language_name(code: str) -> str:
    """What a language calls itself: to choose it."""
    return language_info(code, "name_local")


@register.filter
def language_in_words(code: str) -> str:
    """What the language of the screen calls it: to read about it in a sentence."""
    return language_info(code, "name_translated")


@register.filter
def languages_in_words(codes: Iterable[str]) -> str:
    return ", ".join(map(language_in_words, codes))


def language_info(code: str, name: str) -> str:
    try:
        return str(get_language_info(code)[name])
    except KeyError:
        return code
