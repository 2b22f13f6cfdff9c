"""What authors write can't run, load or send anything: 29 known attacks, and more."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocora.common.markdown import TAGS, render

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=data:text/html,x></object>",
    "<embed src=//evil.example>",
    "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<style>@import url(//evil.example)</style>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><input name=p></form>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='x' onclick='alert(1)'>x</a>",
    "<div style='background:url(//evil.example)'>x</div>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<div hx-get=/people/ hx-trigger=load>x</div>",
    "<!--><img src=x onerror=alert(1)>-->",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example/p)",
    "![x](//evil.example/p.png)",
    "![x](https://evil.example/p.png)",
    "![x](file:///etc/passwd)",
    "![x](images/../../secret.png)",
    "![x](images/x.svg)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '![x](images/x.png"onerror="alert(1))',
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<https://evil.example/\"onmouseover=alert(1)>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "> <script>alert(1)</script>",
    "| <img src=x onerror=alert(1)> |\n|---|\n| [x](javascript:1) |",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<script>alert(1)</script>",
]  # fmt: skip
ALLOWED = {"a": {"href", "rel"}, "img": {"src", "alt"}, "ol": {"start"}}


class Auditor(HTMLParser):
    """Reads the result as a browser would and notes what must not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.bad.append(f"<{tag}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name not in ALLOWED.get(tag, set()):
                self.bad.append(f"{tag} {name}")
            if name == "src" and not address.startswith("images/"):
                self.bad.append(f"src {address}")
            if name == "href" and not address.startswith(("http://", "https://", "mailto:", "#")):
                self.bad.append(f"href {address}")


def audit(html: str) -> list[str]:
    auditor = Auditor()
    auditor.feed(html)
    auditor.close()
    return auditor.bad


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_becomes_plain_text(attack: str) -> None:
    assert audit(render(attack)) == []


@given(st.lists(st.sampled_from(ATTACKS) | st.text(max_size=20), max_size=6))
def test_attacks_in_company_stay_harmless(parts: list[str]) -> None:
    assert audit(render("\n".join(parts))) == []
    assert audit(render("".join(parts))) == []


def test_the_auditor_itself_finds_what_is_bad() -> None:
    assert audit("<p onclick=x><script></script><img src='//e'><a href='javascript:1'>") == [
        "p onclick",
        "<script>",
        "src //e",
        "href javascript:1",
    ]


def test_what_authors_need_is_there() -> None:
    html = render(
        "**b** *i* [x](https://example.org)\n\n- one\n\n| a |\n|---|\n| 1 |\n\n> say\n\n___"
    )
    for piece in ("<strong>b</strong>", "<em>i</em>", 'href="https://example.org"', "<li>one</li>",
                  "<th>a</th>", "<blockquote>", "<hr>"):  # fmt: skip
        assert piece in html


def test_images_are_served_below_their_base() -> None:
    assert 'src="/programmes/1/images/x.png"' in render("![a](images/x.png)", "/programmes/1/")


def test_ten_megabytes_of_nesting_end_quickly() -> None:
    assert render("[" * 20_000)
    assert render("> " * 2_000 + "x")
    assert render("*a " * 20_000)
