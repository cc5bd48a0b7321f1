"""The catalogue: a word for everything, and no word for nothing."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from slackbot.core.authorise import Denial
from slackbot.core.commands import Action
from slackbot.core.comparison import Measure, Trend
from slackbot.core.deadlines import Step
from slackbot.core.decision import RefusalCode
from slackbot.core.events import EVENTS, Closed, Event, PingSuppressed, Unreachable
from slackbot.core.messages import News
from slackbot.core.model import Arrival, State, Why
from slackbot.core.outages import OF_THE_HOUSE, Cause
from slackbot.core.periods import PeriodProblem
from slackbot.core.policy import REQUIRABLE, Severity
from slackbot.core.problems import ProblemCode
from slackbot.core.summary import Behind, Dimension, Rule
from slackbot.core.summary_request import ScopeKind
from slackbot.slack import __file__ as slack_package
from slackbot.slack.formatting import DATE_TOKENS, Mrkdwn
from slackbot.slack.render import Renderer
from slackbot.slack.rendering.kit import build_kit
from slackbot.slack.views import Happened
from slackbot.slack.words import Words, read_words
from tests.templates.cases import LEAD, NOW, SITUATIONS, story
from tests.templates.everything import messages, sentences, views


@pytest.fixture(scope="session")
def words() -> Words:
    """The English catalogue."""
    return read_words("en")


class Listening(Words):
    """Words that remember which of them were said."""

    def __init__(self, words: Words) -> None:
        super().__init__(words._said)
        self.heard: set[str] = set()

    def plain(self, key: str, **values: object) -> str:
        """Say it and remember it."""
        self.heard.add(key)
        return super().plain(key, **values)

    def mrkdwn(self, key: str, **values: object) -> Mrkdwn:
        """Say it and remember it."""
        self.heard.add(key)
        return super().mrkdwn(key, **values)


def _keys(prefix: str, members: object) -> list[str]:
    return [f"{prefix}.{member}" for member in members]  # type: ignore[attr-defined]  # any enum or tuple of names


PLAIN_TRENDS = (Trend.BETTER, Trend.WORSE, Trend.SAME, Trend.TOO_FEW)
ELABORATED = {"entered", "unreachable", "house_down", "ping_suppressed"}
"""Events of which more is told than by one sentence with the event's name."""
EXPECTED = [
    *_keys("severity", Severity),
    *_keys("state", State),
    *_keys("why", Why),
    *_keys("status", State),
    *_keys("next", Step),
    *_keys("arrival", [arrival for arrival in Arrival if arrival is not Arrival.RAISED]),
    *_keys("left", [arrival for arrival in Arrival if arrival is not Arrival.RAISED]),
    *_keys("history", [f"entered_{arrival}" for arrival in Arrival]),
    *_keys("history", [f"house_{cause}" for cause in OF_THE_HOUSE]),
    *_keys("outage", [*OF_THE_HOUSE, *(f"{cause}_after" for cause in OF_THE_HOUSE)]),
    *_keys("refusal", RefusalCode),
    *_keys("denial", Denial),
    *_keys("problem", ProblemCode),
    *_keys("person", Denial),
    *_keys("news", News),
    *_keys("source", ["raised", *(news for news in News if news is not News.REFUSED)]),
    *_keys("done", [action for action in Action if action not in {Action.RAISE, Action.LOOK}]),
    *_keys("field", REQUIRABLE),
    *_keys("shown", REQUIRABLE),
    *_keys("suppressed", [state for state in State if state is not State.PENDING]),
    *_keys("behind", Behind),
    *_keys("cause", Cause),
    *_keys("dimension", Dimension),
    *_keys("look", Rule),
    *_keys("measure", Measure),
    *_keys("trend", Trend),
    *_keys("summary", PeriodProblem),
    *_keys("summary", [f"of_{kind}" for kind in ScopeKind if kind is not ScopeKind.ALL]),
    *_keys("summary", [*PLAIN_TRENDS, *(f"{trend}_by" for trend in (Trend.BETTER, Trend.WORSE))]),
    *_keys("summary", [f"columns_{name}" for name in ("figure", "value", "usual", "change")]),
    *_keys("day", range(1, 8)),
    *_keys("weekday", range(1, 8)),
    *_keys("month", range(1, 13)),
    *_keys("history", [code for code in EVENTS if code not in ELABORATED]),
    *_keys("history", ["unreachable_members"]),
    *_keys("notice", ["unreachable_members"]),
    *_keys("summary", [f"weekly_{state}" for state in ("unknown", "elsewhere", "dead")]),
    "left.by_hand_unnamed",
    "notice.message_dead_unnamed",
]
CODED = {"news", "source", "done", "refusal", "denial", "problem", "person", "state", "severity", "why", "arrival"}
CODED |= {"behind", "cause", "dimension", "look", "measure", "trend", "day", "weekday", "month"}
"""Tables of which every name is a code."""


@pytest.mark.parametrize("key", EXPECTED)
def test_everything_has_a_word(words: Words, key: str) -> None:
    """Whatever the core can say by a code, people can read."""
    assert key in words


@pytest.mark.parametrize("code", sorted(EVENTS))
def test_every_event_can_be_told(renderer: Renderer, code: str) -> None:
    """No event of the history is without a sentence, whatever its parameters are."""
    kind = EVENTS[code]
    samples: dict[str, object] = {"int": 1, "str": "waiting", "bool": True, "datetime": NOW, "Arrival": Arrival.RAISED}
    samples |= {"str | None": None, "Cause": Cause.DOWN}
    event = kind(**{field.name: samples[str(field.type)] for field in fields(kind)})
    told = _told(renderer, event)
    assert told.startswith("<!date^")
    assert "{" not in told.replace(DATE_TOKENS, "")


@pytest.mark.parametrize(
    ("event", "part"),
    [
        (None, "a newer version of Rung"),
        (PingSuppressed(1, 2, "acknowledged"), "left call 3 out: somebody had it by then"),
        (PingSuppressed(1, 2, "<!channel>"), "left call 3 out: &lt;!channel&gt;"),
        (Unreachable(1, 0, "is_archived", "C0BACKUP"), "the call went elsewhere: <#C0BACKUP>"),
        (Closed(confirmed=False), "closed by itself"),
    ],
)
def test_history_is_told_in_words(renderer: Renderer, event: Event | None, part: str) -> None:
    """Codes become sentences; a code without one is shown as it is, made harmless."""
    assert part in _told(renderer, event)


def _told(renderer: Renderer, event: Event | None) -> str:
    view = story("waiting").view()
    alone = type(view)(view.escalation, view.rules, {}, view.now, view.workspace, history=(Happened(NOW, LEAD, event),))
    return renderer.why(alone).text.splitlines()[1]


def test_no_word_is_for_nothing(words: Words) -> None:
    """Every sentence is said in some situation, stands for a code, or is asked for by its name."""
    listening = Listening(words)
    renderer = Renderer(build_kit(listening))
    for situation in SITUATIONS:
        view = story(situation).view()
        drawn = [messages(renderer, view), views(renderer, view), sentences(renderer, view)]
        assert all(list(each) for each in drawn)
    code = "".join(path.read_text(encoding="utf-8") for path in _sources())
    silent = {key for key in listening.keys() - listening.heard if key not in code} - set(EXPECTED)
    assert {key for key in silent if _is_unasked(key, code)} == set()


@pytest.mark.parametrize("key", ["news.closed", "source.closed", "summary.posted_never", "card.spare"])
def test_a_dead_word_is_found(key: str) -> None:
    """A name that is a code elsewhere does not save a word, nor does a table that others ask by codes."""
    assert key not in EXPECTED
    assert _is_unasked(key, "".join(path.read_text(encoding="utf-8") for path in _sources()))


def _sources() -> list[Path]:
    house = Path(slack_package).parents[2]
    return [path for folder in ("slackbot", "handlers", "storage") for path in (house / folder).rglob("*.py")]


def _is_unasked(key: str, code: str) -> bool:
    """Say that nothing in the code asks for a word: neither its table by a variable, nor its name in quotes."""
    table, _, name = key.rpartition(".")
    return table in CODED or f"{table}.{{" not in code or f'"{name}"' not in code


def test_values_are_made_harmless(words: Words) -> None:
    """A value that was not made for mrkdwn has no effect there, and braces in it are just braces."""
    said = words.mrkdwn("next.ping", at="<!channel> *{x}* @here")
    assert said == "Next: they are called again &lt;!channel&gt; *\u200b{x}*\u200b @\u200bhere."
    assert words.mrkdwn("next.ping", at=Mrkdwn("<@U1>")) == "Next: they are called again <@U1>."


def test_a_missing_value_is_an_error(words: Words) -> None:
    """A sentence is never said with a hole in it."""
    with pytest.raises(KeyError):
        words.plain("next.ping")
    with pytest.raises(KeyError):
        words.plain("no.such.sentence")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(minutes=30), "30 min"),
        (timedelta(hours=1, minutes=30), "1 h 30 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=21), "21 days"),
        (timedelta(seconds=5), "5 s"),
    ],
)
def test_spans_are_said(words: Words, span: timedelta, said: str) -> None:
    """Durations read as people say them."""
    assert words.span(span) == said
