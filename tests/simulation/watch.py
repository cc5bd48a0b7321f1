"""What must hold at every moment, judged from what was committed, what left and what can be seen."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from slackbot.core.events import NOBODY_THERE
from slackbot.core.messages import LEVEL_TRIGGERED, Guard, Kind, Wanted
from slackbot.core.model import State
from slackbot.services.composing import keys_in
from slackbot.services.tried import Tried
from storage.columns import EPOCH
from storage.outbox_rows import AFTER_CURES, UNFINISHED, OutboxState
from tests.simulation.database import Change
from tests.simulation.sightings import Sight, Sightings
from tests.simulation.timeline import Timeline
from tests.simulation.wire import Args


class Check(StrEnum):
    """The checks, each by what must be true."""

    FENCE = "a lease is settled by its holder alone"
    MOVES = "a row of the outbox makes legal moves only"
    VERSION = "a case changes over the version that was read"
    LEGAL = "a case makes legal moves only, one visit and one tier at a time"
    OWNER = "the first to acknowledge has it, and hears so only after the commit"
    WANTED = "no call is claimed that its case does not want any more"
    EARLY = "nothing is done before its deadline"
    FORWARD = "what falls due moves a case's next moment forward"
    ORDER = "the messages of a case leave in the order in which they were wanted"
    OVERDUE = "nothing is overdue by a minute while a replica works"
    STORM = "what was missed is caught up in one call, not in many"
    PACE = "one post a second and channel"
    TOLD_TO_WAIT = "Retry-After pauses the lane"
    TWIN = "no call stands twice, not for a moment, after an answer that was only late"
    HISTORY = "history is only ever added to"
    TRANSACTION = "no call to Slack within a transaction"
    BUSY = "no loop turns without anything to do"
    ERRORS = "nothing fails that was not made to fail"
    STORED = "what was said to be stored is stored"
    RAISED_ONCE = "one submission, one case"
    FALLBACK = "a tier that can't be reached is passed over within a minute"
    FINISHED = "at rest every row is sent, obsolete, diverted or dead"
    LOST = "at rest what is sent can be seen"
    TWICE = "at rest nothing can be seen twice"
    GHOST = "what can be seen is known"
    CALLED = "a waiting case has its card, or its tier was passed over loudly"
    TOLD = "at rest the history of a case alone tells its state"
    WEEKLY = "a weekly summary is posted once a week, and one that may not stand there is told of"
    SHOWN = "at rest cards show the newest state"


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never happen: which check, what, when."""

    check: Check
    what: str
    at: datetime

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.at:%a %H:%M:%S} {self.check.name}: {self.what}"


@dataclass(slots=True)
class Row:
    """An outbox row as committed."""

    key: str
    case: str
    visit: int
    kind: Kind
    ordinal: int
    destination: str
    stream: str
    state: str = OutboxState.PENDING
    holder: str = ""
    leased_at: datetime | None = None
    may_be_twice: bool = False


@dataclass(slots=True)
class Case:
    """A case as committed."""

    state: str
    visit: int
    tier: int
    owner: str | None
    next_at: int | None


_FOLLOWING: Mapping[str, frozenset[str]] = {
    State.PENDING: frozenset({State.WAITING, State.WITHDRAWN}),
    State.WAITING: frozenset({State.ACKNOWLEDGED, State.RESOLVED, State.WITHDRAWN}),
    State.ACKNOWLEDGED: frozenset({State.WAITING, State.RESOLVED, State.WITHDRAWN}),
    State.RESOLVED: frozenset({State.CLOSED, State.WAITING}),
    State.CLOSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}
_P, _L, _U = OutboxState.PENDING, OutboxState.LEASED, OutboxState.UNKNOWN
_MOVES: Mapping[str, frozenset[str]] = {
    _P: frozenset({_P, _L, OutboxState.OBSOLETE}),
    _L: frozenset(OutboxState),
    _U: frozenset({_U, _P, OutboxState.SENT, OutboxState.OBSOLETE}),
    OutboxState.SENT: frozenset({OutboxState.SENT}),
    OutboxState.OBSOLETE: frozenset({OutboxState.OBSOLETE}),
    OutboxState.DIVERTED: frozenset({OutboxState.DIVERTED}),
    OutboxState.DEAD: frozenset({OutboxState.DEAD}),
}
_STORM_SPAN = timedelta(seconds=150)
_STORM = 3
_A_SECOND = timedelta(seconds=0.999)
_AT_ONCE = timedelta(milliseconds=100)
_NEVER = EPOCH


class Watch:
    """Judges every change and every message; what it finds is in `violations`."""

    def __init__(self, timeline: Timeline, sightings: Sightings) -> None:
        self.acting = self.doing = "nobody"
        self.violations: list[Violation] = []
        self.rows: dict[int, Row] = {}
        self.by_key: dict[str, Row] = {}
        self.cases: dict[str, Case] = {}
        self._streams: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        self.visible: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self.weeklies: Counter[str] = Counter()
        self.weekly_notes: list[str] = []
        self.unreachable: Callable[[str], None] = lambda _: None
        self._timeline = timeline
        self._sightings = sightings
        self._pinged: defaultdict[tuple[str, int], deque[datetime]] = defaultdict(lambda: deque(maxlen=_STORM))
        self._posted_in: dict[str, datetime] = {}
        self._ping_seen: dict[str, datetime] = {}
        self._acked: dict[str, datetime] = {}
        self._hear: dict[str, Callable[..., None]] = {
            "wanted": self._wanted,
            "row": self._row,
            "raised": self._raised,
            "case": self._case,
            "history": self._history,
            "weekly": lambda key: self.weeklies.update({key: 0}),
            "rewritten": lambda row: self.broken(Check.HISTORY, f"entry {row} was changed"),
        }

    def broken(self, check: Check, what: str) -> None:
        """Note that a check failed."""
        violation = Violation(check, f"{what} ({self.acting}, {self.doing})", self._timeline.now())
        self._timeline.note("BROKEN", check.name, what)
        self.violations.append(violation)

    def failed(self, what: str) -> None:
        """Hear of a failure from a process."""
        self.broken(Check.TRANSACTION if what.startswith("open") else Check.BUSY, what)

    def committed(self, change: Change) -> None:
        """Judge a committed change."""
        self._timeline.note(self.acting, self.doing, *change)
        self._hear[change[0]](*change[1:])

    def departs(self, method: str, args: Args, now: datetime) -> None:
        """Hear of a call that leaves."""
        self._timeline.note(
            self.acting, self.doing, "calls", method, args.get("channel"), *keys_in(args.get("metadata"))
        )
        for key in keys_in(args.get("metadata")) if method == "chat.postMessage" else ():
            row = self.by_key.get(key)
            if row is not None and row.kind in {Kind.PING, Kind.PING_BROADCAST}:
                self._ping_seen[row.case] = now
                self._near(row.case)

    def _wanted(self, id_: int, key: str, case: str, visit: int, kind: str, *rest: Any) -> None:
        row = Row(key, case, visit, Kind(kind), *rest)
        ordinal = row.ordinal
        self.rows[id_] = self.by_key[key] = row
        self._streams[case, row.stream].append(row)
        if row.kind is Kind.CARD and ordinal:
            self._sightings.saw(Sight.REPOSTED)

    def _row(self, id_: int, old: str, new: str, token: int, new_token: int, until: int | None, *said: Any) -> None:
        where, error, is_planned_look = said
        row = self.rows[id_]
        row.destination = where
        row.state = new
        row.may_be_twice |= Tried.RESENT in (error or "").partition(AFTER_CURES)[0]
        may = _MOVES[old] | ({_P} if row.kind in LEVEL_TRIGGERED else frozenset())
        if new not in may or new_token - token != (1 if (old, new) == (_P, _L) else 0):
            self.broken(Check.MOVES, f"row {id_} ({row.kind}) went from {old} to {new}, token {token} to {new_token}")
        # Anybody may have a row looked for once more, whoever holds it, and let go of one that nobody holds.
        is_look = old == new and token == new_token and is_planned_look
        is_overtaken = (old, new) == (_P, OutboxState.OBSOLETE)
        zombie = self.doing == "errand" and row.kind not in LEVEL_TRIGGERED and old != _U
        zombie = zombie and not (is_look or is_overtaken)
        if zombie and self.acting != row.holder:
            self.broken(Check.FENCE, f"row {id_} ({row.kind}), {old} and held last by {row.holder}, was settled")
        case = self.cases[row.case]
        still_called = row.kind is Kind.CARD and (case.state, case.visit) == (State.WAITING, row.visit)
        if new == OutboxState.OBSOLETE != old and still_called:
            self.broken(Check.CALLED, f"the card of {row.case} was let go though it waits")
        if (old, new) == (_P, _L):
            self._leased(id_, row)
        elif old == _L and new != _L:
            self._let_go(id_, row, new, until, error)
        elif old == _U and row.kind not in LEVEL_TRIGGERED and new in {_P, OutboxState.SENT}:
            self._sightings.saw(Sight.SENT_AGAIN if new == _P else Sight.ADOPTED)

    def _leased(self, id_: int, row: Row) -> None:
        now = self._timeline.now()
        row.holder, row.leased_at = self.acting, now
        guard = _GUARDS[row.kind]
        case = self.cases[row.case]
        if guard in {Guard.WAITING, Guard.ACKNOWLEDGED} and (case.state, case.visit) != (guard, row.visit):
            self.broken(Check.WANTED, f"row {id_} ({row.kind}) was claimed though its case is {case.state}")
        stream = self._streams[row.case, row.stream]
        before_it = stream[: stream.index(row)]
        if any(each.state in UNFINISHED for each in before_it):
            self.broken(Check.ORDER, f"row {id_} ({row.kind}) left before what was wanted before it")
        if row.kind not in LEVEL_TRIGGERED:
            before = self._posted_in.get(row.destination, _NEVER)
            if now != before and now - before < _A_SECOND:
                self.broken(Check.PACE, f"row {id_} left {(now - before).total_seconds()} s after another")
            self._posted_in[row.destination] = now

    def _let_go(self, id_: int, row: Row, new: str, until: int | None, error: str | None) -> None:
        expired = new == _U and str(error).endswith("lease expired")
        over = until is not None and until <= micros(self._timeline.now())
        if expired and self.acting != row.holder:
            self._sightings.saw(Sight.TAKEOVER)
        if (expired and not over) or (not expired and self.acting != row.holder):
            self.broken(Check.FENCE, f"row {id_} ({row.kind}), held by {row.holder}, became {new}")

    def _raised(self, id_: str, state: str, visit: int, tier: int, _v: int, owner: str | None, at: int | None) -> None:
        self.cases[id_] = Case(state, visit, tier, owner, at)

    def _case(self, id_: str, *change: Any) -> None:
        old, new, version, next_version, visit, next_visit, tier, next_tier, owner, next_owner, at, next_at, _ = change
        moved = (old, visit, tier, owner, at) != (new, next_visit, next_tier, next_owner, next_at)
        if next_version - version != 1 and (moved or next_version != version):
            self.broken(Check.VERSION, f"{id_} went from version {version} to {next_version}")
        steps = next_visit - visit, next_tier - tier
        if (old != new and new not in _FOLLOWING[old]) or steps not in {(0, 0), (1, 0), (1, 1)}:
            self.broken(Check.LEGAL, f"{id_} went from {old} {visit} {tier} to {new} {next_visit} {next_tier}")
        if (next_at is None) != (new in {State.CLOSED, State.WITHDRAWN}):
            self.broken(Check.LEGAL, f"{id_} is {new} and next {next_at}")
        if owner is not None and next_owner not in {owner, None}:
            self.broken(Check.OWNER, f"{id_} was taken from {owner} by {next_owner}")
        if self.doing == "deadlines" and version != next_version and at > micros(self._timeline.now()):
            self.broken(Check.EARLY, f"{id_} went on {at - micros(self._timeline.now())} us too early")
        if self.doing == "deadlines" and version != next_version and next_at is not None and next_at <= at:
            self.broken(Check.FORWARD, f"{id_} was due, and is due again {at - next_at} us before")
        if old == State.WAITING and new == State.ACKNOWLEDGED:
            self._acked[id_] = self._timeline.now()
            self._near(id_)
        self.cases[id_] = Case(new, next_visit, next_tier, next_owner, next_at)

    def _near(self, case: str) -> None:
        pinged, acked = self._ping_seen.get(case), self._acked.get(case)
        if pinged is not None and acked is not None and abs(pinged - acked) <= _AT_ONCE:
            self._sightings.saw(Sight.ACK_AT_PING)

    def _history(self, case: str, code: str, params: str) -> None:
        if code in _SIGHTS_OF:
            self._sightings.saw(_SIGHTS_OF[code])
        if code == "unreachable":
            self.unreachable(case)
            if NOBODY_THERE in params:
                self._sightings.saw(Sight.NOBODY_LEFT)
        if code == "pinged":
            times = self._pinged[case, self.cases[case].visit]
            times.append(self._timeline.now())
            if len(times) == _STORM and times[-1] - times[0] < _STORM_SPAN:
                self.broken(Check.STORM, f"{case} was pinged {_STORM} times within {times[-1] - times[0]}")


_SIGHTS_OF = {
    "house_down": Sight.CATCH_UP,
    "ping_suppressed": Sight.SUPPRESSED,
    "unreachable": Sight.FALLBACK,
    "catcher_told": Sight.LAST_TIER,
}
_GUARDS = {kind: Wanted(kind, 1).guard for kind in Kind}


def micros(moment: datetime) -> int:
    """Write an instant as the database stores it."""
    return (moment - EPOCH) // timedelta(microseconds=1)
