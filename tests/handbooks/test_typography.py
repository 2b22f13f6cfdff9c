import pytest

from handbooks.typography import typeset


@pytest.mark.parametrize(
    ("plain", "language", "set_"),
    [
        ('<p>"Stop," she said.</p>', "en", "<p>“Stop,” she said.</p>"),
        ("<p>It's Ana's.</p>", "en", "<p>It’s Ana’s.</p>"),
        ("<p>&quot;It&#x27;s&quot;</p>", "en", "<p>“It’s”</p>"),
        ("<p>'A', ('B')</p>", "en", "<p>‘A’, (‘B’)</p>"),
        ("<p>\"'Yes', he said\"</p>", "en", "<p>“‘Yes’, he said”</p>"),
        ('<p><em>"Why?"</em></p>', "en", "<p><em>“Why?”</em></p>"),
        ('<p>"<em>Why</em>"</p>', "en", "<p>“<em>Why</em>”</p>"),
        ('<p>"Halt"</p>', "de", "<p>„Halt“</p>"),
        ('<p>"Stop"</p>', "da", "<p>»Stop«</p>"),
        ("<p>\"Wer sagt 'nein'?\"</p>", "de", "<p>„Wer sagt ‚nein‘?“</p>"),
        ("<p>\"Hvem 'er' Ida's?\"</p>", "da", "<p>»Hvem ›er‹ Ida’s?«</p>"),
        ('<p>"Stop"</p>', "de-AT", "<p>„Stop“</p>"),
        ('<p>"Stop"</p>', "tr", "<p>“Stop”</p>"),
        ('<a href="#x">"x"</a>', "en", '<a href="#x">“x”</a>'),
        ('<p>a</p><p>"b"</p>', "en", "<p>a</p><p>“b”</p>"),
        (
            '<pre><code>x = "y"</code></pre><p>"z"</p>',
            "en",
            '<pre><code>x = "y"</code></pre><p>“z”</p>',
        ),
    ],
)
def test_quotes(plain, language, set_):
    assert typeset(plain, language) == set_


def test_heads_of_tables_say_what_they_head():
    assert typeset("<th>What</th>", "en") == '<th scope="col">What</th>'


def test_a_list_goes_on_counting_after_a_line_to_write_on():
    assert 'style="counter-reset: list-item 2"' in typeset('<ol start="3"><li>x</li></ol>', "en")


def test_markup_of_an_author_stays_text():
    assert typeset('<p>&lt;b&gt; "x"</p>', "en") == "<p>&lt;b&gt; “x”</p>"
