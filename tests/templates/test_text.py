"""Cleaning and cutting of what people type, and making it harmless in mrkdwn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.text import clean, excerpt, one_line, pieces, share, units
from slackbot.simulator.text import mentions, show
from slackbot.slack.formatting import Mrkdwn, escaped_units, inline, inline_bytes, inline_units, limited
from tests.templates.hostile import TEXTS

ZERO_WIDTH = "\u200b"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a\tb  ", "a b"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("a\n \n \n \n \nb", "a\n\n\nb"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("\u202egnp.exe\u202c \u2066x\u2069\u200e\u200f\u061c", "gnp.exe x"),
        ("a\ud83db", "ab"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\x00 \n", ""),
    ],
)
def test_cleaning(typed: str, kept: str) -> None:
    """What can't be seen and deceives is gone; everything else stays as it was typed."""
    assert clean(typed, 100) == kept


@settings(max_examples=200)
@given(text=TEXTS, limit=st.integers(0, 400))
def test_cleaning_again_changes_nothing(text: str, limit: int) -> None:
    """A cleaned text is clean, and never over its limit."""
    once = clean(text, limit)
    assert units(once) <= limit
    assert clean(once, limit) == once
    once.encode()


@settings(max_examples=200)
@given(text=TEXTS, limit=st.integers(0, 200), lines=st.none() | st.integers(1, 4))
def test_an_excerpt_keeps_its_limit(text: str, limit: int, lines: int | None) -> None:
    """An excerpt is the text itself, or a beginning of it with an ellipsis, within the limit."""
    tidy = clean(text, 10_000)
    for measure in (units, escaped_units, inline_bytes, inline_units):
        short = excerpt(tidy, limit, measure=measure, lines=lines)
        assert measure(short) <= limit
        assert short in {tidy, ""} or (short[-1] == "…" and tidy.startswith(short[:-1]))
        assert lines is None or short.count("\n") < lines


def test_an_excerpt_ends_with_a_word() -> None:
    """Words stay whole, except one that is longer than the room."""
    assert excerpt("one two three", 9) == "one two…"
    assert excerpt("x" * 100, 10) == "x" * 9 + "…"
    assert excerpt("one two", 7) == "one two"


@settings(max_examples=100)
@given(text=TEXTS, limit=st.integers(6, 300))
def test_pieces_lose_nothing(text: str, limit: int) -> None:
    """Cut into pieces, a text is still all there but for the blanks at the cuts."""
    tidy = clean(text, 10_000)
    cut = pieces(tidy, limit, escaped_units)
    assert all(0 < escaped_units(piece) <= limit for piece in cut)
    assert "".join("".join(cut).split()) == "".join(tidy.split())


@given(weights=st.lists(st.integers(0, 3000), max_size=6), room=st.integers(-100, 9000))
def test_room_is_shared(weights: list[int], room: int) -> None:
    """Nobody gets more than needed, all together no more than there is, and nobody less who would fit an even part."""
    given = share(weights, room)
    assert all(0 <= part <= weight for part, weight in zip(given, weights, strict=True))
    assert sum(given) <= max(0, room)
    for part, weight in zip(given, weights, strict=True):
        assert part == weight or part >= room // len(weights)


@settings(max_examples=200)
@given(text=TEXTS)
def test_inline_text_has_no_effect(text: str) -> None:
    """In mrkdwn, even not verbatim, people's text calls nobody, formats nothing and reads as it was typed."""
    tidy = clean(text, 10_000)
    safe = inline(tidy)
    assert not mentions(safe, verbatim=False)
    assert "\n" not in safe
    shown = show(safe, tz="UTC", names=lambda _: None)
    assert shown.replace(ZERO_WIDTH, "") == one_line(tidy).replace(ZERO_WIDTH, "")
    assert len(safe.encode()) <= inline_bytes(one_line(tidy))


def test_formatting_is_broken_and_identifiers_are_not() -> None:
    """Emphasis gets a break; underscores inside a word do not, so that what is copied still works."""
    assert inline("*bold* _it_ error_code_5 `x`") == "*\u200bbold*\u200b _\u200bit_\u200b error_code_5 `\u200bx`\u200b"


@pytest.mark.parametrize("most", range(1, 60))
def test_mrkdwn_is_cut_between_its_parts(most: int) -> None:
    """However short, no mention, date or entity is cut in two."""
    text = Mrkdwn("Hi <@U1> &amp; <!date^1^{time}|x y> end")
    cut = limited(text, most)
    assert units(cut) <= most
    assert cut.count("<") == cut.count(">")
    assert cut.count("&") == cut.count("&amp;")
