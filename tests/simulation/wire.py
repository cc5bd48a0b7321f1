"""The way out to Slack: the simulator's Web API in the same process, behind a line that loses, delays and repeats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any

from slackbot.app import SingleToken
from slackbot.services.composing import keys_in
from slackbot.simulator.facts import load_facts
from slackbot.simulator.web_api.api import Reply, WebApi
from slackbot.simulator.workspace import Workspace as SlackWorkspace
from slackbot.slack.failures import Ambiguous, NotApplied, RateLimited, SlackFailure, UnknownCode, failure_of
from slackbot.slack.gateway import Gateway, bare_client
from slackbot.slack.token_state import TOKEN_REFUSED
from tests.simulation.database import NOWHERE
from tests.simulation.timeline import Timeline
from tests.simulation.weather import Fault, Weather

Args = Mapping[str, Any]

LATEST_ARRIVAL = 25.0
"""Seconds after which an abandoned request arrives at the latest; an assumption, as Slack says nothing of it."""

_POST, _UPDATE = "chat.postMessage", "chat.update"
_LOOKS = frozenset({"conversations.history", "conversations.replies"})
_PLAN = ("message_limit_exceeded", "plan_upgrade_required")
_RETRY_AFTER = (1, 1, 30, 300)


class Fate(StrEnum):
    """What becomes of a call that the workspace itself would take."""

    FINE = "fine"
    LATE = "late"
    LOST_AFTER = "lost_after"
    LOST_BEFORE = "lost_before"
    ERROR_AFTER = "error_after"
    ERROR_BEFORE = "error_before"
    RATE_LIMIT = "rate_limit"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    LOCKED = "locked"
    SLOW = "slow"


@dataclass(slots=True)
class Line:
    """The state of the line and of Slack, the same for every replica; mischief changes it."""

    slack: SlackWorkspace
    timeline: Timeline
    weather: Weather
    calm: bool = False
    down: bool = False
    storming: bool = False
    looks_refused: str | None = None
    read_only: set[str] = field(default_factory=set)
    late_keys: set[str] = field(default_factory=set)
    delayed_keys: set[str] = field(default_factory=set)
    troubled_at: datetime | None = None
    told_to_wait: Callable[[str, Args, float], None] = lambda *_: None
    posted: Callable[[str, Args, Mapping[str, Any]], None] = lambda *_: None
    token_refused: Callable[[], None] = lambda: None
    api: WebApi = field(init=False)
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        """Set the Web API behind it."""
        self.api = WebApi(self.slack, load_facts())
        self.chance = self.timeline.chance("line")

    def fate(self, method: str, args: Args) -> Fate:
        """Draw what becomes of a call."""
        dice, weather = self.chance.random(), self.weather
        if self.calm:
            return Fate.FINE
        odds = (
            (Fate.LATE, weather.rate(Fault.LATE, 0.02) if method == _POST else 0.0),
            (Fate.LOST_AFTER, weather.rate(Fault.LOST, 0.012)),
            (Fate.LOST_BEFORE, weather.rate(Fault.LOST, 0.012)),
            (Fate.ERROR_AFTER, weather.rate(Fault.LOST, 0.006)),
            (Fate.ERROR_BEFORE, weather.rate(Fault.LOST, 0.006)),
            (Fate.RATE_LIMIT, weather.rate(Fault.RATE_LIMIT, 0.02)),
            (Fate.UNKNOWN, weather.rate(Fault.UNKNOWN, 0.004)),
            (Fate.REFUSED, weather.rate(Fault.REFUSED, 0.004) if method == _POST else 0.0),
            (Fate.LOCKED, weather.rate(Fault.LOCKED, 0.02) if args.get("thread_ts") else 0.0),
            (Fate.SLOW, 0.05),
        )
        for fate, share in odds:
            if dice < share:
                return fate
            dice -= share
        return Fate.FINE

    def reaches_slack(self, method: str, args: Args) -> Reply:
        """Let Slack carry out a call."""
        reply = self.api.call(method, token=self.slack.app.bot_token, args=args)
        self.timeline.note("slack", method, args.get("channel"), args.get("ts"), reply.body.get("error", "ok"))
        if reply.status == 200 and reply.body["ok"]:
            self.posted(method, args, reply.body)
        elif reply.body.get("error") in TOKEN_REFUSED:
            self.token_refused()
        return reply


@dataclass(frozen=True, slots=True)
class Passage:
    """What a process does around a call: it may be killed before and after, or sleep while it is out."""

    before: Callable[[str, Args], None]
    out: Callable[[float, Args], None]
    after: Callable[[str, Args], None]


class Wire(Gateway):
    """One process's gateway."""

    def __init__(self, line: Line, passage: Passage) -> None:
        super().__init__(SingleToken(line.slack.app.bot_token), lambda token: bare_client(token, NOWHERE))
        self._line = line
        self._passage = passage

    def call(self, workspace_id: int, method: str, **args: Any) -> dict[str, Any]:
        """Answer as the real gateway does."""
        del workspace_id
        given = {name: value for name, value in args.items() if value is not None}
        self._passage.before(method, given)
        try:
            answer = self._carried(method, given)
        except SlackFailure as failure:
            self.heard(failure)
            if isinstance(failure, RateLimited):
                self._line.told_to_wait(method, given, failure.retry_after)
            raise
        else:
            self.heard(None)
            return answer
        finally:
            self._passage.after(method, given)

    def _carried(self, method: str, given: Args) -> dict[str, Any]:
        line = self._line
        if line.down:
            self._refuse_all(method)
        if line.storming:
            _rate_limited(line, method)
        if method in _LOOKS and line.looks_refused:
            raise failure_of(method, line.looks_refused)
        if method == _POST and str(given.get("channel")) in line.read_only:
            raise failure_of(method, "restricted_action_read_only_channel")
        fate = line.fate(method, given)
        self._out(fate, given)
        if fate not in _HARMLESS:
            line.timeline.note("fate", fate)
            line.troubled_at = line.timeline.now()
        _NOT_TAKEN.get(fate, _taken)(line, method)
        if fate is Fate.LATE:
            self._travel(method, given)
        reply = line.reaches_slack(method, given)
        if fate in _HEARD_WRONG:
            raise _HEARD_WRONG[fate](method)
        return _heard(method, reply)

    def _out(self, fate: Fate, given: Args) -> None:
        chance = self._line.chance
        if fate is Fate.SLOW:
            self._passage.out(chance.uniform(0.2, 9.0), given)
        elif chance.random() < 0.2:
            self._passage.out(chance.uniform(0.02, 0.4), given)

    def _travel(self, method: str, given: Args) -> None:
        """Leave the request on its way: it arrives when nobody waits for it any more."""
        line = self._line
        line.late_keys.update(keys_in(given.get("metadata")))
        line.timeline.after(line.chance.uniform(1.0, LATEST_ARRIVAL), lambda: line.reaches_slack(method, given))
        raise Ambiguous(method, "no_answer", "TimeoutError")

    def _refuse_all(self, method: str) -> None:
        if self._line.chance.random() < 0.5:
            raise NotApplied(method, "no_connection", "ConnectionRefusedError")
        raise Ambiguous(method, "http_503")


_HARMLESS = frozenset({Fate.FINE, Fate.SLOW})


def _taken(_line: Line, _method: str) -> None:
    return None


def _rate_limited(line: Line, method: str) -> None:
    raise RateLimited(method, "ratelimited", float(line.chance.choice(_RETRY_AFTER)))


def _lost(_line: Line, method: str) -> None:
    raise Ambiguous(method, "no_answer", "ConnectionResetError")


def _failed(_line: Line, method: str) -> None:
    raise failure_of(method, "internal_error")


def _unknown(_line: Line, method: str) -> None:
    raise UnknownCode(method, "a_code_of_tomorrow")


def _refused(line: Line, method: str) -> None:
    raise failure_of(method, line.chance.choice(("invalid_blocks", "invalid_metadata_format", *_PLAN)))


def _locked(_line: Line, method: str) -> None:
    raise failure_of(method, "restricted_action_thread_locked")


_NOT_TAKEN: Mapping[Fate, Callable[[Line, str], None]] = {
    Fate.LOST_BEFORE: _lost,
    Fate.ERROR_BEFORE: _failed,
    Fate.RATE_LIMIT: _rate_limited,
    Fate.UNKNOWN: _unknown,
    Fate.REFUSED: _refused,
    Fate.LOCKED: _locked,
}
_HEARD_WRONG: Mapping[Fate, Callable[[str], Ambiguous]] = {
    Fate.LOST_AFTER: lambda method: Ambiguous(method, "no_answer", "RemoteDisconnected"),
    Fate.ERROR_AFTER: lambda method: Ambiguous(method, "http_502"),
}


def _heard(method: str, reply: Reply) -> dict[str, Any]:
    if reply.status == 429:
        raise RateLimited(method, "ratelimited", float(reply.headers["Retry-After"]))
    if not reply.body["ok"]:
        raise failure_of(method, str(reply.body["error"]))
    return reply.body
