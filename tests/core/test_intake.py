"""One line read: pairs, tickets, what is missing, and the digest that knows it again."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.intake import KEYS, Reading, line_digest, missing, read_line
from slackbot.core.policy import REQUIRABLE, Category, Severity
from slackbot.slack.words import read_words
from tests.core.builders import AGENT, ANA, rules_with

RULES = rules_with()
ONE_CATEGORY = replace(RULES, categories=(Category("Product question", ("summary",)),))
NO_TICKETS = replace(RULES, tickets=())
WORDS = read_words("en")


def said(reading: Reading) -> list[str]:
    """Say what could not be taken."""
    return [WORDS.plain(f"problem.{each.code}", **each.values) for each in reading.problems]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("", {}),
        ("   ", {}),
        ("Refund is stuck", {"summary": "Refund is stuck"}),
        ("Refund is stuck severity:high", {"summary": "Refund is stuck", "severity": "high"}),
        ("severity:high Refund is stuck", {"summary": "Refund is stuck", "severity": "high"}),
        ("Refund severity:high is stuck", {"summary": "Refund is stuck", "severity": "high"}),
        ("severity:high why:complex", {"severity": "high", "why": "complex"}),
        ("SEVERITY:High Category:bILLING stuck", {"summary": "stuck", "severity": "high", "category": "Billing"}),
        ('stuck customer:"Acme & Sons, Ltd"', {"summary": "stuck", "customer": "Acme & Sons, Ltd"}),
        ("stuck customer:“Acme Ltd”", {"summary": "stuck", "customer": "Acme Ltd"}),
        ("stuck customer:Acme Ltd", {"summary": "stuck Ltd", "customer": "Acme"}),
        ('stuck customer:"Acme Ltd', {"summary": "stuck Ltd", "customer": '"Acme'}),
        ('tried:"a\nb" stuck', {"summary": "stuck", "tried": "a\nb"}),
        ("first line\nsecond severity:low line", {"summary": "first line\nsecond line", "severity": "low"}),
        ('why:"time critical" x', {"summary": "x", "why": "time_critical"}),
        ("why:time-critical x", {"summary": "x", "why": "time_critical"}),
        ("ticket:ABC-1 asked:refund x", {"summary": "x", "ticket": "ABC-1", "asked": "refund"}),
        ("customer:a:b x", {"summary": "x", "customer": "a:b"}),
    ],
)
def test_what_a_line_says(line: str, values: dict[str, str]) -> None:
    """The text is the summary; pairs of known keys are read out of it, up to the next blank or the closing quote."""
    assert read_line(line, RULES).values == values
    assert read_line(line, RULES).problems == ()


@pytest.mark.parametrize(
    "line",
    [
        "see https://example.com/a:b",
        "note:abc stays",
        "mycustomer:Acme",
        "(severity:high)",
        "customer : Acme",
        "customer: Acme",
        "summary:this",
        "\u017feverity:high",
        "ratio 3:1",
        "the customer says: no",
    ],
)
def test_what_is_no_pair_stays_in_the_text(line: str) -> None:
    """Addresses, unknown keys and anything not quite `key:value` is the person's text."""
    assert read_line(line, NO_TICKETS).values == {"summary": line}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("x severity:hgih", "“severity:hgih” is unknown: did you mean “high”?"),
        ("x category:biling", "“category:biling” is unknown: did you mean “Billing”?"),
        ("x category:zzz", "“category:zzz” is unknown: write for example Billing, Other."),
        ("x why:compleks", "“why:compleks” is unknown: did you mean “complex”?"),
        ("x severity:", "“severity:” needs its value right behind the colon."),
        ("x severity: high", "“severity:” needs its value right behind the colon."),
        ('x customer:"" ', "“customer:” is given without a value."),
        ("x deadline:soon", "“deadline:soon” is no time: write it as 2026-03-31T17:00."),
        ("x deadline:2026-03-31", "“deadline:2026-03-31” has no hour: write it as 2026-03-31T17:00."),
        (
            "x deadline:0001-01-01T00:00+14:00",
            "“deadline:0001-01-01T00:00+14:00” is no time: write it as 2026-03-31T17:00.",
        ),
        (
            f"x why:{'z' * 99}",
            f"“why:{'z' * 46}…” is unknown: write for example complex, dissatisfied, exception, time_critical, other.",
        ),
    ],
)
def test_what_can_t_be_taken_is_told(line: str, problem: str) -> None:
    """A value nobody knows is left out and named with the nearest one, never replaced by it."""
    reading = read_line(line, NO_TICKETS)
    assert said(reading) == [problem]
    assert set(reading.values) == {"summary"}


def test_the_first_of_two_counts() -> None:
    """A key that stands twice is read once, and the other is told."""
    reading = read_line("customer:Acme x customer:Bolt", RULES)
    assert reading.values == {"customer": "Acme", "summary": "x"}
    assert said(reading) == ["“customer:” is given twice: only “Acme” was read."]


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-03-31T17:00", "2026-03-31T15:00:00+00:00"),
        ('"2026-03-31 17:00"', "2026-03-31T15:00:00+00:00"),
        ("2026-01-31T17:00", "2026-01-31T16:00:00+00:00"),
        ("2026-03-31T17:00Z", "2026-03-31T17:00:00+00:00"),
        ("2026-03-31T17:00-05:00", "2026-03-31T22:00:00+00:00"),
    ],
)
def test_a_deadline_is_an_instant(value: str, instant: str) -> None:
    """A deadline without an offset is meant in the policy's zone; it is kept in UTC."""
    assert read_line(f"x deadline:{value}", RULES).values["deadline"] == instant


@pytest.mark.parametrize(
    ("line", "ticket"),
    [
        ("Refund for #12345 is stuck", "#12345"),
        ("Refund for 12345 is stuck", "12345"),
        ("12345", "12345"),
        ("ZD#12345 stuck", "#12345"),
        ("https://desk.example.com/tickets/12345", "12345"),
        ("first 1111 then 2222", "1111"),
        ("AB-7 before 12345", "AB-7"),
        ("12345 before AB-7", "12345"),
        ("call +34600123456789", None),
        ("v123456b", None),
        ("room 123", None),
        ("1234 ticket:ABC", "ABC"),
        ("customer:12345 stuck", None),
    ],
)
def test_ticket_numbers_are_found_by_the_policy_s_patterns(line: str, ticket: str | None) -> None:
    """The first match is the ticket, a part of a longer word is none, a ticket that is told counts more."""
    rules = replace(RULES, tickets=(r"#?\d{4,8}", r"(?i)ab-\d+"))
    reading = read_line(line, rules)
    assert reading.values.get("ticket") == ticket
    if ticket and "ticket:" not in line:
        assert reading.values["summary"] == line


def test_the_only_category_is_the_category() -> None:
    """Where there is nothing to choose nobody has to; a wrong one is told all the same."""
    assert read_line("x", ONE_CATEGORY).values["category"] == "Product question"
    wrong = read_line("x category:Billing", ONE_CATEGORY)
    assert wrong.values["category"] == "Product question"
    assert wrong.problems


@pytest.mark.parametrize(
    ("values", "lacking"),
    [
        ({}, ("category",)),
        ({"category": "Nothing", "summary": "x"}, ("category",)),
        ({"category": "Billing"}, ("summary", "customer")),
        ({"category": "billing", "summary": "x", "customer": " "}, ("customer",)),
        ({"category": "Billing", "summary": "x", "customer": "Acme"}, ()),
        ({"category": "Other", "summary": "x"}, ()),
    ],
)
def test_what_is_missing(values: dict[str, str], lacking: tuple[str, ...]) -> None:
    """The category comes first, then what it requires; a blank is nothing; a severity is never missing."""
    assert missing(RULES, values) == lacking


def test_a_line_can_give_whatever_a_category_requires() -> None:
    """Nothing a policy may require is out of reach of a line."""
    assert set(REQUIRABLE) == {*KEYS, "summary"} - {"category", "severity"}


_PIECES = st.sampled_from([*(f"{key}:" for key in KEYS), '"', "“", "”", " ", "\n", "high", "12345", "2026-03-31T17:00"])


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=5), max_size=15).map("".join))
def test_any_line_can_be_read(line: str) -> None:
    """No text makes the reader fail, and every value is one that the case can take."""
    values = read_line(line, RULES).values
    assert set(values) <= {*KEYS, "summary"}
    assert all(value.strip() == value and value for value in values.values())
    assert values.get("severity", "low") in set(Severity)
    assert values.get("category", "Other") in {"Billing", "Other"}


@settings(deadline=None)
@given(st.text())
def test_a_text_without_colons_is_the_summary(text: str) -> None:
    """What has no pair in it stays as it was written."""
    line = text.replace(":", "").strip()
    assert read_line(line, NO_TICKETS).values == ({"summary": line} if line else {})


def test_the_same_line_has_the_same_digest() -> None:
    """Case, blanks and the way accents are written don't make it another line; a person or a word does."""
    digest = line_digest(AGENT, "Café is\n closed")
    assert digest == line_digest(AGENT, "  cafe\u0301 IS closed ")
    assert digest != line_digest(ANA, "Café is closed")
    assert digest != line_digest(AGENT, "Café is open")
    assert line_digest("U1", "2 x") != line_digest("U12", " x")


def test_a_digest_never_changes() -> None:
    """It is compared with those of yesterday's release."""
    assert line_digest("U1", "Hello") == sha256(b"U1\0hello").hexdigest()


def test_half_a_character_can_be_digested() -> None:
    """A lone surrogate, which JSON can carry, is no reason to fail."""
    assert line_digest("U1", "\ud800") != line_digest("U1", "\ud801")
