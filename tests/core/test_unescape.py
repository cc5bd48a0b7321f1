"""Text as Slack sends it, seen as its writer sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.core.intake import unescape


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("Tom &amp; Ann &lt;3 &gt; 2", "Tom & Ann <3 > 2"),
        ("I wrote &amp;lt; here", "I wrote &lt; here"),
        ("&nbsp; &copy; &amp;amp;", "&nbsp; &copy; &amp;"),
        ("ask <@U012AB3CD|ann>", "ask @ann"),
        ("ask <@U012AB3CD>", "ask @U012AB3CD"),
        ("in <#C012AB3CD|tier-2>", "in #tier-2"),
        ("in <#C012AB3CD|>", "in #C012AB3CD"),
        ("in <#C012AB3CD>", "in #C012AB3CD"),
        ("<!here> <!channel|@channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S012|@leads> <!subteam^S012>", "@leads @S012"),
        ("due <!date^1392734382^{date}|18 February>", "due 18 February"),
        ("<https://example.com/?a=1&amp;b=2|the page>", "https://example.com/?a=1&b=2"),
        ("<http://example.com|example.com>", "http://example.com"),
        ("<https://example.com>", "https://example.com"),
        ("<mailto:ann@example.com|ann@example.com>", "ann@example.com"),
        ("<tel:+34600123456|600 123 456>", "+34600123456"),
        ("customer:<mailto:ann@example.com|ann@example.com> x", "customer:ann@example.com x"),
        ("nothing to do", "nothing to do"),
        ("", ""),
        ("3 < 4 <> &", "3 < 4 <> &"),
    ],
)
def test_text_reads_as_its_writer_sees_it(sent: str, seen: str) -> None:
    """Entities become signs, once; mentions names; links addresses; anything else stays."""
    assert unescape(sent) == seen


@given(st.text())
def test_what_slack_escapes_comes_back(typed: str) -> None:
    """The three signs that Slack escapes come back whatever stands around them."""
    sent = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert unescape(sent) == typed


@given(
    st.lists(st.sampled_from(["<", ">", "&", "@", "#", "!", "|", "^", "amp;", "lt;", "mailto:", "U1", " "])).map(
        "".join
    )
)
def test_any_text_can_be_unescaped(sent: str) -> None:
    """No text makes it fail, and none grows."""
    assert len(unescape(sent)) <= len(sent)
