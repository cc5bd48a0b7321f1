"""Ticket patterns that may and may not stand in a policy."""

from __future__ import annotations

import pytest

from slackbot.policy_file.patterns import pattern_problem

GOOD = [
    r"#?\d{4,8}",
    r"[A-Z]{2,5}-\d{1,8}",
    r"[A-Z]{2,5}-\d+",
    r"(?i)case[ -]?\d{3,}",
    r"(?:CASE|INC|REQ)-\d{4,9}",
    r"(?<!\w)T\d+(?!\w)",
    r"(?P<kind>[a-z]{3})\d{2,}+",
    r"[]+*(|)]{1,3}x",
    r"\(\d{1,4}\)\*\|",
    r"(?:\d{3}-){2}\d{3}",
    r"(?:AB|CD)?\d{4}",
    r"(?#a(+ in a remark)x{,5}y",
    r"(?i:k)(-)\1",
]
RISKY = [
    (r"(a+)+$", "repeats a group"),
    (r"(\d*)*x", "repeats a group"),
    (r"(?:a|aa)+$", "repeats a group"),
    (r"(?:a?){30}b", "repeats a group"),
    (r"(?:x(?:a{1,9}))*y", "repeats a group"),
    (r"(?:(?:a|b)(?:c))+", "repeats a group"),
    (r"(?=(a+))+b", "repeats a group"),
    (r"\d+\d+x", "too many ways"),
    (r"[A-Z]+-\d+", "too many ways"),
    (r"a{2,}b*c", "too many ways"),
    (r"a{0,999}b{0,999}c", "too many ways"),
    (r"(?:a|a)" * 20, "too many ways"),
    (r"a?" * 20 + "b", "too many ways"),
    (r"(?x) a # (", "can't judge"),
    (r"(a)(?(1)b|c)", "can't judge"),
]
BROKEN = [
    ("(", "is no regular expression"),
    ("[a", "is no regular expression"),
    ("*a", "is no regular expression"),
    ("a{99999999999999999999}", "is no regular expression"),
    ("[[a]", "is no regular expression"),
    (r"\d*", "matches an empty text"),
    ("", "matches an empty text"),
    ("a" * 201, "longer than 200"),
]


@pytest.mark.parametrize("pattern", GOOD)
def test_usual_patterns_pass(pattern: str) -> None:
    """What ticket systems call their tickets can be written."""
    assert pattern_problem("tickets[0]", pattern) is None


@pytest.mark.parametrize(("pattern", "why"), RISKY)
def test_patterns_that_could_hang_are_refused(pattern: str, why: str) -> None:
    """A pattern whose ways to match multiply without a bound is refused, and the message says why."""
    problem = pattern_problem("tickets[0]", pattern)
    assert problem is not None
    assert why in problem.message
    assert problem.cure


@pytest.mark.parametrize(("pattern", "why"), BROKEN)
def test_patterns_that_mean_nothing_are_refused(pattern: str, why: str) -> None:
    """A pattern that does not compile, matches nothing at all, or is too long is refused."""
    problem = pattern_problem("tickets[2]", pattern)
    assert problem is not None
    assert problem.path == "tickets[2]"
    assert why in problem.message
