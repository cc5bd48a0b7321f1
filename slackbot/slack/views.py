"""What the renderer is given: everything a message or form shows, gathered beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slackbot.core.events import Event
from slackbot.core.model import Escalation, Source, Workspace
from slackbot.core.outages import Cause
from slackbot.core.policy import Rules
from slackbot.core.summary import Behind
from slackbot.core.summary_request import Scope
from slackbot.core.weekly import Schedule


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of history: `event` is None where a newer Rung wrote a code that this one does not know."""

    at: datetime
    actor: str | None
    event: Event | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as it is to be shown at `now`.

    `links` maps a visit's ordinal to its card's permalink, as far as it was posted. `fields` is the customer's text,
    unescaped, by field name (`summary`, `customer`, `ticket`, `why`, `tried`, `asked`, `deadline` (ISO 8601), `quote`,
    `source_link`, and the notes `reason.N`, `resolution.N`, `prevention.N` of visit N).
    """

    escalation: Escalation
    rules: Rules
    fields: Mapping[str, str]
    now: datetime
    workspace: Workspace
    links: Mapping[int, str] = field(default_factory=dict)
    history: Sequence[Happened] = ()


@dataclass(frozen=True, slots=True)
class OutageView:
    """A time in which Rung did not run, as the admins are told of it; `affected` counts open cases it touched."""

    since: datetime
    until: datetime
    cause: Cause
    affected: int


@dataclass(frozen=True, slots=True)
class FormView:
    """The intake form as it is to be opened or updated; `note` is one sentence on top about what could not be read.

    `values` are by field name; `source` is the message it came from, if any.
    """

    rules: Rules
    values: Mapping[str, str]
    draft_id: str
    note: str | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class ListView:
    """A page of escalations, sorted by what is due next. `heading` is `mine` or `open`; `next_cursor` asks for more."""

    heading: str
    cases: Sequence[CaseView]
    total: int
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class BehindView:
    """The cases behind a figure, each with what it is listed for; `more` says that there are others."""

    figure: Behind
    cases: Sequence[tuple[CaseView, int]]
    more: bool


@dataclass(frozen=True, slots=True)
class WeeklyView:
    """The form that has a summary come every week: of which cases, asked for where, and what comes already.

    `zone` (IANA) is offered first.
    """

    scope: Scope
    channel: str
    zone: str
    schedules: Sequence[Schedule] = ()


@dataclass(frozen=True, slots=True)
class Payload:
    """What a message call is given: top-level text for screen readers and notifications, and blocks."""

    text: str
    blocks: list[dict[str, Any]]
