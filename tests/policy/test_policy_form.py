"""What a policy file may look like: keys, values, and what is said about wrong ones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slackbot.core.policy import Severity
from slackbot.errors import PolicyError
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.problems import PolicyFileError, Problem
from tests.policy.workspace import SMALL


def problems(text: str) -> list[Problem]:
    """Read a file that must be refused."""
    with pytest.raises(PolicyFileError) as caught:
        read_policy_file(text)
    return list(caught.value.problems)


def only_problem(text: str) -> Problem:
    """Read a file that must be refused for one reason."""
    (problem,) = problems(text)
    return problem


def test_the_least_file_has_the_documented_defaults() -> None:
    """What is left out is filled in as docs/policy.md says."""
    file = read_policy_file(SMALL)
    assert (file.timezone, file.close_after, file.tickets, file.admins) == ("UTC", timedelta(days=7), [], [])
    assert (file.promise.default, file.promise.remind) == (timedelta(hours=1), timedelta(days=1))
    assert file.promise.choices == ["15m", "1h", "4h", "today"]
    assert file.categories[0].require == ["summary"]
    assert file.policies[0].last_tier.growth == 2.0


def test_a_severity_inherits_what_it_does_not_say() -> None:
    """A severity's table changes only the keys it has."""
    text = SMALL.replace('name = "Team leads"', 'name = "Team leads"\nurgent = { ping_every = "3m" }')
    timers = read_policy_file(text).policies[0].tiers[0].timers()
    assert timers[Severity.URGENT].ping_every == timedelta(minutes=3)
    assert timers[Severity.URGENT].respond_within == timedelta(minutes=30)
    assert timers[Severity.LOW].ping_every == timedelta(minutes=10)


def test_a_problem_names_place_value_and_cure() -> None:
    """A wrong duration is told as one line with everything needed to mend it."""
    text = SMALL.replace('ping_every = "10m"', 'ping_every = "10 minutes"')
    problem = only_problem(text)
    assert problem.path == "policies[0].tiers[0].ping_every"
    assert problem.value == "10 minutes"
    assert problem.message == "is no duration"
    assert problem.cure.startswith("write 90s, 10m, 2h or 3d")
    assert str(problem).count("\n") == 0


HEAD = [
    ('timezone = "Europe/Madird"', "timezone", "is no time zone", 'a name such as "Europe/Madrid"'),
    ('timezone = "Europe"', "timezone", "is no time zone", "write a name"),
    ('timezone = "../etc/passwd"', "timezone", "is no time zone", "write a name"),
    ("timezone = 1", "timezone", "is no text", "quotes"),
    ("close_after = 7", "close_after", "is no duration", "in quotes"),
    ('close_after = "400d"', "close_after", "is no duration", "at most 366d"),
    ('close_after = "0s"', "close_after", "is no duration", "write 90s"),
    ('admins = "head@example.com"', "admins", "is no list", "brackets"),
    ('admins = ["@leads"]', "admins[0]", "is no person", "groups can't stand here"),
    ('admins = ["Ada Lopez"]', "admins[0]", "is no person", "e-mail"),
    ('tickets = ["("]', "tickets[0]", "is no regular expression", "'#?"),
    ('tickets = ["(a+)+"]', "tickets[0]", "repeats a group", "without the outer"),
    ('promise = { choices = ["1h", "soon"] }', "promise.choices[1]", "is no promise", "or today"),
    ("promise = { choices = [] }", "promise.choices", "is empty", "take the key out"),
    ("promise = 5", "promise", "is no table", "heading"),
    ('promise = { remind = "daily" }', "promise.remind", "is no duration", "write 90s"),
    ('promis = { remind = "1d" }', "promis", "is no key", 'did you mean "promise"?'),
    ("tikets = []", "tikets", "is no key", 'did you mean "tickets"?'),
    ('"a b".c = 1', '"a b"', "is no key", "write one of"),
    ("[calendars.office]", "calendars", "comes with working time", "take it out for now"),
]


@pytest.mark.parametrize(("line", "path", "message", "cure"), HEAD)
def test_wrong_heads_are_told(line: str, path: str, message: str, cure: str) -> None:
    """Each wrong key or value at the top of a file is the one problem named."""
    at_top = f"{line}\n{SMALL}" if not line.startswith("[") else f"{SMALL}\n{line}"
    problem = only_problem(at_top)
    assert problem.path == path
    assert message in problem.message
    assert cure in problem.cure


BODY = [
    (
        'name = "Other"',
        'name = "Other"\n[[customer_tiers]]\nname = "G"',
        "customer_tiers[0].customers",
        "is missing",
        "Nordic",
    ),
    (
        'name = "Other"',
        'name = "Other"\n[[customer_tiers]]\nname = "G"\ncustomers = [" "]',
        "customer_tiers[0].customers[0]",
        "names no customer",
        "Nordic",
    ),
    ('name = "Other"', "", "categories[1].name", "is missing", 'name = "Billing"'),
    ('name = "Other"', 'name = ""', "categories[1].name", "is empty", "give it a name"),
    ('name = "Other"', 'name = " Other"', "categories[1].name", "blanks", 'write "Other"'),
    ('name = "Other"', f'name = "{"x" * 76}"', "categories[1].name", "longer than the 75", "shorten"),
    ('name = "Other"', 'name = "a\\nb"', "categories[1].name", "is not on one line", "leave out"),
    (
        'name = "Other"',
        'name = "Other"\nrequire = ["custmer"]',
        "categories[1].require[0]",
        "is no field",
        'did you mean "customer"?',
    ),
    ('name = "Team leads"', f'name = "{"x" * 76}"', "policies[0].tiers[0].name", "longer than the 75", "shorten"),
    ('channel = "#tier-2"', 'channel = "tier-2"', "policies[0].tiers[0].channel", "is no channel", 'write "#tier-2"'),
    ('channel = "#tier-2"', "channel = 2", "policies[0].tiers[0].channel", "is no text", "quotes"),
    ('notify = ["head@example.com"]', "notify = []", "policies[0].tiers[1].notify", "is empty", "notify = ["),
    ('notify = ["head@example.com"]', "", "policies[0].tiers[1].notify", "is missing", "notify = ["),
    (
        'notify = ["head@example.com"]',
        'notify = ["#tier-2"]',
        "policies[0].tiers[1].notify[0]",
        "is no person and no group",
        "@support-leads",
    ),
    ('ping_every = "10m"', 'calendar = "x"', "policies[0].tiers[0].calendar", "comes with working time", "take it out"),
    ('ping_every = "10m"', 'closed = "hold"', "policies[0].tiers[0].closed", "comes with working time", "take it out"),
    ('ping_every = "10m"', 'ping_evry = "10m"', "policies[0].tiers[0].ping_evry", "is no key", '"ping_every"?'),
    ('ping_every = "10m"', "urgnt = {}", "policies[0].tiers[0].urgnt", "is no key", '"urgent"?'),
    (
        'ping_every = "10m"',
        'high = { ping_evry = "1m" }',
        "policies[0].tiers[0].high.ping_evry",
        "is no key",
        'did you mean "ping_every"?',
    ),
    (
        'severity = "urgent"',
        'severity = ["urgnt"]',
        "routes[0].when.severity[0]",
        "is no severity",
        'did you mean "urgent"?',
    ),
    ('severity = "urgent"', 'severity = "urgnt"', "routes[0].when.severity[0]", "is no severity", '"urgent"?'),
    ('severity = "urgent"', "severity = []", "routes[0].when.severity", "is empty", "take the key out"),
    ('catcher = ["#support-managers"]', "", "catcher", "is missing", 'catcher = ["#support-managers"]'),
    ('catcher = ["#support-managers"]', 'catcher = ["@leads"]', "catcher[0]", "is no channel and no person", "groups"),
]


@pytest.mark.parametrize(("good", "bad", "path", "message", "cure"), BODY)
def test_wrong_bodies_are_told(good: str, bad: str, path: str, message: str, cure: str) -> None:
    """Each wrong key or value inside the tables is the one problem named."""
    assert good in SMALL
    problem = only_problem(SMALL.replace(good, bad, 1))
    assert problem.path == path
    assert message in problem.message
    assert cure in problem.cure


@pytest.mark.parametrize("growth", ["0.5", "nan", "inf", "-1.0", "11", '"2"', "true"])
def test_growth_is_a_number_that_grows(growth: str) -> None:
    """Distances that would shrink, jump or mean nothing are refused."""
    text = SMALL.replace('name = "support"', f'name = "support"\nlast_tier = {{ growth = {growth} }}', 1)
    assert only_problem(text).path == "policies[0].last_tier.growth"


def test_a_value_is_shown_as_the_file_has_it() -> None:
    """A single text where a list may stand is told as it was written; a long value is cut to one line."""
    assert only_problem(SMALL.replace('severity = "urgent"', 'severity = "urgnt"')).value == "urgnt"
    long = "no\\n" * 99
    text = SMALL.replace('channel = "#tier-2"', f'channel = "{long}"')
    line = str(only_problem(text))
    assert len(line) < 250
    assert "\n" not in line


def test_whole_numbers_are_growth_too() -> None:
    """`growth = 2` is read as 2.0."""
    text = SMALL.replace('name = "support"', 'name = "support"\nlast_tier = { growth = 2 }', 1)
    assert read_policy_file(text).policies[0].last_tier.growth == 2.0


def test_more_categories_than_a_select_shows_are_refused() -> None:
    """A Slack select takes 100 options, so 101 categories are one problem and 100 are none."""
    more = "".join(f'[[categories]]\nname = "c{number}"\n' for number in range(98))
    read_policy_file(SMALL + more)
    problem = only_problem(SMALL + more + '[[categories]]\nname = "one more"\n')
    assert (problem.path, problem.message, problem.cure) == ("categories", "has 101 entries", "keep at most 100")


def test_all_problems_come_at_once() -> None:
    """Problems of form and of sense are named together, a line each, by an error that callers know."""
    text = (
        SMALL.replace('ping_every = "10m"', 'ping_every = "soon"')
        .replace('category = "Billing"', 'category = "Biling"')
        .replace('name = "Managers"', 'name = "team leads"')
    )
    found = problems(text)
    assert [problem.path for problem in found] == [
        "policies[0].tiers[0].ping_every",
        "policies[0].tiers[1].name",
        "routes[0].when.category",
    ]
    error = PolicyFileError(found)
    assert isinstance(error, PolicyError)
    assert str(error).splitlines() == ["The policy file has 3 problems:", *map(str, found)]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('a = 1\nb = "open\n', "line 2, column 10"),
        ("a = 1\na = 2\nb = 3\n", "line 2, column 6"),
        ("[x", "end of document"),
    ],
)
def test_toml_mistakes_say_where(text: str, where: str) -> None:
    """A file that is no TOML is told with line and column."""
    problem = only_problem(text)
    assert problem.path == where
    assert problem.message.startswith("is no TOML (")
    assert "(at " not in str(problem)


def test_windows_files_are_read() -> None:
    """A byte order mark and CRLF line ends, as Notepad writes them, do no harm."""
    assert read_policy_file("\ufeff" + SMALL.replace("\n", "\r\n")) == read_policy_file(SMALL)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SMALL)), st.integers(0, 40), st.text(st.sampled_from('="[]{}.,#@x1\n'), max_size=6))
@example(0, len(SMALL), "")
def test_spoiled_files_are_refused_and_never_crash(start: int, length: int, put: str) -> None:
    """Any damage to a file gives a file or a list of problems with path, message and cure, nothing else."""
    found: tuple[Problem, ...] = ()
    try:
        read_policy_file(SMALL[:start] + put + SMALL[start + length :])
    except PolicyFileError as error:
        found = error.problems
        assert found, "an error without a problem"
    assert all(problem.path and problem.message and problem.cure for problem in found)
    assert not any("\n" in str(problem) for problem in found)
