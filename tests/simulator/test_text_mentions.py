"""Control sequences in text: whom they call, how they are stored, how they read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.simulator.text import (
    Mentions,
    escape,
    mentions,
    sanitise,
    show,
    unescape,
    utf8_length,
    utf16_length,
)

NAMES = {"U1": "Ana", "C1": "tier-2", "S1": "leads"}
PIECES = (
    *("<@U1>", "<!here>", "<!subteam^S1|@x>", "<#C1|c>", "<https://e.co?a=1&b=2|x>"),
    *("@here", "<", ">", "&", "&amp;", "|", "!", "^", " ", "a", "\n"),
)
TANGLED = st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join)


def read(text: str) -> str:
    """Read a text as somebody in Madrid."""
    return show(text, tz="Europe/Madrid", names=NAMES.get)


@settings(max_examples=200)
@given(TANGLED)
def test_an_escaped_text_calls_nobody(text: str) -> None:
    """Whatever people write, escaped and verbatim it mentions no one, is stored unchanged and reads as written."""
    safe = escape(text)
    assert not mentions(safe, verbatim=True)
    assert sanitise(safe) == safe
    assert read(safe) == text
    assert unescape(safe) == text


@settings(max_examples=200)
@given(TANGLED)
def test_storing_keeps_meaning_and_settles_at_once(text: str) -> None:
    """Sanitising calls whom the text called, and doing it again changes nothing."""
    stored = sanitise(text)
    assert mentions(stored, verbatim=True) == mentions(text, verbatim=True)
    assert sanitise(stored) == stored
    assert read(stored) == read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U1> <@W2|bob>", Mentions(users=frozenset({"U1", "W2"}))),
        ("<!subteam^S1> <!subteam^S2|@x>", Mentions(groups=frozenset({"S1", "S2"}))),
        (
            "<!here> <!channel|channel> <!everyone>",
            Mentions(broadcasts=frozenset({"here", "channel", "everyone"})),
        ),
        ("<https://e.co|<!here>>", Mentions(broadcasts=frozenset({"here"}))),
        ("<#C1> <!date^1^{date}|x> <https://e.co|@here> @here <@u1> <here> < @U1>", Mentions()),
        ("&lt;!here&gt; &lt;@U1&gt;", Mentions()),
    ],
)
def test_control_sequences_call(text: str, expected: Mentions) -> None:
    """Users, groups and broadcasts call in Slack's spelling only."""
    assert mentions(text, verbatim=True) == expected


@pytest.mark.parametrize("text", ["@here", "(@Channel)", "hey @everyone!", "&lt;@here"])
def test_a_plain_broadcast_calls_where_text_is_not_verbatim(text: str) -> None:
    """`@here` and the like call in mrkdwn that is not verbatim."""
    assert mentions(text, verbatim=False).broadcasts
    assert not mentions(text, verbatim=True)


@pytest.mark.parametrize("text", ["bob@here.com", "@hereafter", "@ here", "@\u200bhere"])
def test_what_only_looks_like_a_broadcast_does_not_call(text: str) -> None:
    """Addresses, longer words and broken-up words are no broadcast."""
    assert not mentions(text, verbatim=False)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("R&amp;D &lt;3 &copy;", "R&amp;D &lt;3 &amp;copy;"),
        ("<@U1> <b>", "<@U1> &lt;b&gt;"),
        ("<https://e.co?a=1&b=2>", "<https://e.co?a=1&amp;b=2>"),
        ("<!date^soon^{date}|x>", "&lt;!date^soon^{date}|x&gt;"),
    ],
)
def test_text_is_stored_with_entities(text: str, stored: str) -> None:
    """Only what belongs to no control sequence becomes an entity."""
    assert sanitise(text) == stored


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U1> in <#C1>, <!subteam^S1>, <!here>", "@Ana in #tier-2, @leads, @here"),
        ("<@U9> <@U9|eve> <#C9|other> <!subteam^S9|@ops>", "@U9 @eve #other @ops"),
        ("<https://e.co?a=1&amp;b=2> <https://e.co|the &amp; site>", "https://e.co?a=1&b=2 the & site"),
        ("<mailto:a@e.co> <mailto:a@e.co|Ana>", "a@e.co Ana"),
        ("a &lt; b &amp;lt; c", "a < b &lt; c"),
        ("*bold* stays", "*bold* stays"),
    ],
)
def test_text_reads_as_people_see_it(text: str, shown: str) -> None:
    """Names, labels and characters stand where ids, links and entities were."""
    assert read(text) == shown


def test_lengths_are_bytes_and_units() -> None:
    """A euro sign is three bytes and one unit, a face four bytes and two units."""
    assert utf8_length("a\N{EURO SIGN}") == 4
    assert utf16_length("a\N{EURO SIGN}") == 2
    assert utf8_length("\N{GRINNING FACE}") == 4
    assert utf16_length("\N{GRINNING FACE}") == 2
