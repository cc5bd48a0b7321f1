"""What must hold once nothing goes wrong any more: every row ended, nothing lost, nothing twice, cards up to date."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from slackbot.core.messages import LEVEL_TRIGGERED, Kind
from slackbot.core.model import Escalation, State
from slackbot.core.weekly import latest
from slackbot.engine import Engine
from slackbot.services.showing import view_of
from slackbot.services.weekly_plan import houses
from slackbot.slack.views import CaseView
from storage.escalation_rows import COLUMNS as CASE_COLUMNS
from storage.escalation_rows import escalation_of
from storage.messages import Posted
from storage.outbox_rows import COLUMNS, UNFINISHED, OutboxRow, OutboxState, row_of
from storage.unit_of_work import Transaction
from tests.simulation.database import START
from tests.simulation.plain_drawing import card_text, case_text
from tests.simulation.sightings import Sight
from tests.simulation.watch import Check, Watch
from tests.simulation.world import World
from tests.telling import untold

_LONG_ENOUGH = timedelta(minutes=20)
_JUST_NOW = timedelta(minutes=2)

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A week's figures: cases raised, messages wanted, rows that are sent but nowhere to be seen, keys seen twice.

    `declared` keys are seen twice too, and say so themselves: they were sent again while nobody could look. Posts that
    were tried may also be let go, dead or diverted to another place.
    """

    cases: int
    posts: int
    lost: int
    twice: int
    declared: int
    let_go: int
    dead: int
    diverted: int


class Rest:
    """The last look at a week."""

    def __init__(self, world: World, watch: Watch, engine: Engine, deleted_by_people: set[Place]) -> None:
        self._world = world
        self._watch = watch
        self._engine = engine
        self._deleted = deleted_by_people
        self._now = world.timeline.now()
        self._posted: defaultdict[str, list[Posted]] = defaultdict(list)
        with engine.ctx.store.read() as tx:
            self._rows = [row_of(row) for row in tx.connection.execute(sa.select(*COLUMNS).order_by(COLUMNS[0]))]
            self._cases = [escalation_of(row) for row in tx.connection.execute(sa.select(*CASE_COLUMNS))]
            for case in self._cases:
                for posted in tx.messages.of(case.workspace_id, case.id):
                    self._posted[posted.key].append(posted)

    def judge(self, told_stored: set[str]) -> Outcome:
        """Check everything; what is broken goes to the watch."""
        missing = told_stored - {case.id for case in self._cases}
        for id_ in sorted(missing):
            self._watch.broken(Check.STORED, f"{id_} was said to be stored and is not")
        for row in self._rows:
            self._unfinished(row)
        lost = [row for row in self._rows if self._is_lost(row)]
        for row in lost:
            self._watch.broken(Check.LOST, f"row {row.id} ({row.kind} of {row.escalation_id}) is sent and not there")
        # What was sent again while nobody could look says so itself; only where history may be read is once certain.
        doubled = sorted(key for key, places in self._watch.visible.items() if len(places) > 1)
        twice = [key for key in doubled if not self._watch.by_key[key].may_be_twice]
        if self._world.weather.history:
            for key in twice:
                seen = self._watch.by_key[key]
                what = f"{seen.kind} {seen.ordinal} of {seen.case} visit {seen.visit}"
                self._watch.broken(Check.TWICE, f"{what} stands twice")
        self._cases_are_called()
        self._weeklies_came()
        self._histories_tell()
        if not self._world.weather.lifelike:
            self._cards_are_current()
        posts = [row for row in self._rows if row.kind not in LEVEL_TRIGGERED]
        ended = Counter(row.state for row in posts if row.attempt)
        return Outcome(
            cases=len(self._cases),
            posts=len(posts),
            lost=len(lost),
            twice=len(twice),
            declared=len(doubled) - len(twice),
            let_go=ended[OutboxState.OBSOLETE],
            dead=ended[OutboxState.DEAD],
            diverted=ended[OutboxState.DIVERTED],
        )

    def _unfinished(self, row: OutboxRow) -> None:
        if row.state not in UNFINISHED:
            return
        since = row.not_before if row.kind in LEVEL_TRIGGERED else row.created_at
        patience = _JUST_NOW if row.kind in LEVEL_TRIGGERED else _LONG_ENOUGH
        if self._now - since > patience:
            self._watch.broken(Check.FINISHED, f"row {row.id} ({row.kind}) is still {row.state}: {row.error}")

    def _is_lost(self, row: OutboxRow) -> bool:
        if row.state is not OutboxState.SENT or row.kind in LEVEL_TRIGGERED:
            return False
        places = {(each.channel, each.ts) for each in self._posted[row.key]}
        seen = {place for place in places if self._is_visible(place)}
        known = self._watch.visible[row.key]
        if known and not known & places and not places & self._deleted:
            self._watch.broken(Check.GHOST, f"row {row.id} ({row.kind}) stands elsewhere than stored")
        return not seen and not places & self._deleted

    def _is_visible(self, place: Place) -> bool:
        return self._world.line.slack.history.get(*place) is not None

    def _cases_are_called(self) -> None:
        """See that whoever should take a waiting case can read of it."""
        for case in self._cases:
            if case.state is not State.WAITING or self._now - case.visit.began_at < _JUST_NOW:
                continue
            cards = [row for row in self._rows if row.kind is Kind.CARD and row.escalation_id == case.id]
            places = [
                (each.channel, each.ts)
                for row in cards
                if row.visit == case.visit.ordinal
                for each in self._posted[row.key]
            ]
            if any(self._is_visible(place) or place in self._deleted for place in places):
                continue
            with self._engine.ctx.store.read() as tx:
                entries = tx.history.of(case.workspace_id, case.id)
            loud = any(e.event is not None and e.event.code == "unreachable" for e in entries)
            if not loud and not any(row.state in UNFINISHED for row in cards):
                self._watch.broken(Check.CALLED, f"{case.id} waits at visit {case.visit.ordinal}, and no card says so")

    def _histories_tell(self) -> None:
        """See that what is stored of a case is what its history comes to."""
        with self._engine.ctx.store.read() as tx:
            for what in (each for case in self._cases for each in untold(self._engine.ctx, tx, case)):
                self._watch.broken(Check.TOLD, what)

    def _weeklies_came(self) -> None:
        """See that each weekly summary that was due has ended: posted, or told of as lost."""
        rows = self._world.database.rows("SELECT key, schedule, week, state, error FROM weekly_summaries")
        with self._engine.ctx.store.read() as tx:
            due = [
                schedule.name
                for _, schedules in houses(self._engine.ctx, tx)
                for schedule in schedules
                if latest(schedule, self._now).at >= START
            ]
        if sorted(due) != sorted(schedule for _, schedule, *_ in rows):
            self._watch.broken(Check.WEEKLY, f"due were {due}, there are {rows}")
        for key, _, week, state, error in rows:
            told = any(note.startswith(f"weekly_{state} {week}") for note in self._watch.weekly_notes)
            if state in {"unknown", "dead"} and (told or self._world.weather.lifelike):
                self._world.sightings.saw(Sight.WEEKLY_DOUBT)
            elif state != "sent" or not self._watch.weeklies[key]:
                self._watch.broken(Check.WEEKLY, f"the summary of {week} is {state}: {error}")

    def _cards_are_current(self) -> None:
        with self._engine.ctx.store.read() as tx:
            workspace = tx.workspaces.by_id(1)
            for case in self._cases:
                rules = self._engine.ctx.rules(tx, case.workspace_id, case.policy_version)
                if workspace is not None and self._now - case.visit.began_at > _JUST_NOW:
                    self._is_current(tx, case, view_of(tx, workspace, case, rules, self._now))

    def _is_current(self, tx: Transaction, case: Escalation, view: CaseView) -> None:
        visit = case.visit.ordinal
        wanted = ((Kind.CARD, visit, card_text(view, visit)), (Kind.CASE, 0, case_text(view)))
        for kind, at_visit, text in wanted:
            posted = tx.messages.find(case.workspace_id, case.id, at_visit, kind)
            message = posted and self._world.line.slack.history.get(posted.channel, posted.ts)
            if not message or self._edit_is_under_way(case, kind):
                continue
            # What was sent again while nobody could look says so.
            if message.text.removesuffix(" again") != text and not message.text.startswith("minimal"):
                self._watch.broken(Check.SHOWN, f"the {kind} of {case.id} says {message.text!r}, not {text!r}")

    def _edit_is_under_way(self, case: Escalation, kind: Kind) -> bool:
        """Leave alone what is being edited just now, and what was let go in the open."""
        edit = Kind.CARD_EDIT if kind is Kind.CARD else Kind.CASE_EDIT
        rows = [row for row in self._rows if row.escalation_id == case.id and row.kind is edit]
        if edit is Kind.CARD_EDIT:
            rows = [row for row in rows if row.visit == case.visit.ordinal]
        let_go = case.state.is_over and any(row.state is not OutboxState.SENT for row in rows)
        return let_go or any(row.state in UNFINISHED for row in rows)
