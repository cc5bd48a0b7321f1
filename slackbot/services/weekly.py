"""Summaries that come by themselves: planned at their weekly instants, posted once, never twice.

They are no part of any case, so they have rows of their own beside the outbox, with its rules: stored before they are
said, taken with a lease, settled with a token. A lost answer is told to the admins and never posted again, and no row
ends before somebody was told; what a restored database takes for unsent is looked for first (docs/decisions/0015).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from slackbot.core.digest import Digest
from slackbot.core.periods import Period, from_key
from slackbot.core.summary_request import EVERYTHING, SummaryRequest, read_scope
from slackbot.errors import StorageError
from slackbot.services.composing import Place, carried
from slackbot.services.context import ServiceContext
from slackbot.services.histories import MOST_LOOKS, Histories, may_be_read_later, pause_after
from slackbot.services.joining import NOT_IN_CHANNEL, joined
from slackbot.services.reactions import EARLIER
from slackbot.services.summaries import digest
from slackbot.services.tokens import TellOutside
from slackbot.services.warning import alert, who_is_told
from slackbot.services.weekly_plan import missed_before, next_due, plan_weekly
from slackbot.slack.failures import (
    Ambiguous,
    AuthBroken,
    DestinationBroken,
    NotApplied,
    PayloadBroken,
    PlanLimit,
    RateLimited,
    SlackFailure,
)
from slackbot.slack.gateway import Gateway
from slackbot.slack.render import Renderer
from slackbot.slack.views import Payload
from storage.retrying import until_noted
from storage.weekly import IN_DOUBT, Planned, ended_as, untold

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
PAUSE = timedelta(minutes=10)
_FIRST_PAUSE = timedelta(seconds=5)
_STEEPEST = 7
"""Doublings of the first pause that pass the longest one."""

_LOUD_AT_ATTEMPT = 6
"""After five minutes in which nobody could be told, 5, 10, 20 ... seconds apart, somebody outside Slack is."""


class WeeklySummaries:
    """The pass over summaries that come by themselves, as a step without a thread."""

    def __init__(self, ctx: ServiceContext, gateway: Gateway, renderer: Renderer, tell_outside: TellOutside) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._renderer = renderer
        self._tell_outside = tell_outside

    def step(self) -> bool:
        """Plan what has come due, and post one summary; says whether there was anything to do."""
        now, wire = self._ctx.now(), self._ctx.wire_now()
        with self._ctx.store.write() as tx:
            planned = plan_weekly(self._ctx, tx, now)
            lost = tx.weekly.take_lost(wire, LEASE)
            taken = tx.weekly.take(wire, LEASE)
        for each in lost:
            self._end(each, *(ended_as(self._noted(each)) or ("unknown", "lease expired")))
        if taken is not None:
            self._post(taken)
        return bool(planned) or taken is not None or bool(lost)

    def next_moment(self) -> datetime | None:
        """Say when the next one is due (wire time): planned already, or to be planned at its weekly instant."""
        with self._ctx.store.read() as tx:
            moments = [tx.weekly.next_moment()]
            due = next_due(self._ctx, tx, self._ctx.now())
            moments += [due and self._ctx.clocks.to_wire(due)]
        return min((moment for moment in moments if moment is not None), default=None)

    def _post(self, planned: Planned) -> None:
        noted = self._noted(planned)
        if ended := ended_as(noted):
            self._end(planned, *ended)
            return
        if noted.startswith(IN_DOUBT) and not self._is_absent(planned):
            return
        try:
            payload = self._drawn(planned)
        except StorageError as error:
            log.warning("the summary of %s can't be counted now: %s", planned.week, error)
            self._again(planned, _FIRST_PAUSE, type(error).__name__)
            return
        except Exception:
            log.exception("the summary of %s could not be drawn", planned.week)
            self._end(planned, "dead", "unrenderable")
            return
        try:
            answer = self._gateway.call(
                planned.workspace_id,
                "chat.postMessage",
                channel=planned.destination,
                text=payload.text,
                blocks=payload.blocks or None,
                metadata=carried(planned.key),
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackFailure as failure:
            self._react(planned, failure)
        else:
            self._sent(planned, str(answer["ts"]))

    def _drawn(self, planned: Planned) -> Payload:
        """Draw the summary as it stands now; in its plain form where Slack refused the other."""
        period, scope = from_key(planned.period, self._ctx.now(), planned.zone), read_scope(planned.scope)
        if not isinstance(period, Period) or scope is None:
            raise TypeError(f"{planned.period} is {period}, {planned.scope} is {scope}")
        with self._ctx.store.read() as tx:
            workspace = tx.workspaces.by_id(planned.workspace_id)
            if workspace is None:
                raise LookupError(f"workspace {planned.workspace_id} is gone")
            missed = missed_before(self._ctx, tx, workspace, planned.schedule, period)
            found: Digest = digest(tx, workspace, SummaryRequest(period, scope, post=True), self._ctx.now())
        drawn = self._renderer.weekly_summary(found, missed)
        return Payload(drawn.text, []) if self._is_plain(planned) else drawn

    def _is_absent(self, planned: Planned) -> bool:
        """Look whether it stands there already; where it does, or where nobody can tell, it is settled so."""
        place = Place(planned.workspace_id, planned.destination, None)
        try:
            copies = Histories(self._gateway).at(place, planned.due_at - EARLIER).get(planned.key, [])
        except SlackFailure as failure:
            if failure.code == NOT_IN_CHANNEL and self._joined(planned):
                return False
            if may_be_read_later(failure) and planned.attempt < MOST_LOOKS:
                self._again(planned, pause_after(failure), f"{IN_DOUBT}: {failure.code}")
            else:
                self._end(planned, "unknown", failure.code)
            return False
        if copies:
            self._sent(planned, copies[0][1])
        return not copies

    def _is_plain(self, planned: Planned) -> bool:
        return _PLAIN in self._noted(planned)

    def _joined(self, planned: Planned) -> bool:
        """Enter a channel that Rung is not in, once, to try again at once."""
        noted = self._noted(planned)
        try:
            if _JOINED in noted or not joined(self._gateway, planned.workspace_id, planned.destination):
                return False
        except SlackFailure as passing:
            self._again(planned, pause_after(passing), noted or NOT_IN_CHANNEL)
            return True
        self._cured(planned, _JOINED, NOT_IN_CHANNEL)
        return True

    def _cured(self, planned: Planned, cure: str, code: str) -> None:
        """Try again at once with a cure besides those that were tried here before."""
        noted = self._noted(planned)
        doubt = f"{IN_DOUBT}: " if noted.startswith(IN_DOUBT) else ""
        cures = "".join(each for each in (_PLAIN, _JOINED) if each == cure or each in noted)
        self._again(planned, timedelta(0), f"{doubt}{cures}{code}")

    def _noted(self, planned: Planned) -> str:
        """Say what was last noted of it."""
        with self._ctx.store.read() as tx:
            stands = tx.weekly.state_of(planned.workspace_id, planned.schedule, planned.week)
        return (stands and stands[1]) or ""

    def _react(self, planned: Planned, failure: SlackFailure) -> None:
        log.warning("the summary of %s: %s", planned.week, failure)
        match failure:
            case RateLimited():
                self._again(planned, timedelta(seconds=failure.retry_after), failure.code)
            case NotApplied():
                self._again(planned, _backoff(planned.attempt), failure.code)
            case AuthBroken() | PlanLimit():
                self._again(planned, PAUSE, failure.code)
            case Ambiguous():
                self._end(planned, "unknown", failure.code)
            case DestinationBroken():
                if failure.code != NOT_IN_CHANNEL or not self._joined(planned):
                    self._elsewhere(planned, failure.code)
            case PayloadBroken() if not self._is_plain(planned):
                self._cured(planned, _PLAIN, failure.code)
            case _:
                self._end(planned, "dead", failure.code)

    @until_noted
    def _sent(self, planned: Planned, ts: str) -> None:
        with self._ctx.store.write() as tx:
            tx.weekly.sent(planned, ts)

    @until_noted
    def _again(self, planned: Planned, after: timedelta, error: str, *, anew: bool = False) -> None:
        with self._ctx.store.write() as tx:
            tx.weekly.again(planned, self._ctx.wire_now() + after, error, anew=anew)

    def _end(self, planned: Planned, state: str, error: str) -> None:
        """Give up, `unknown` or `dead`; told first, so that a process that dies in between leaves it to the next."""
        failure = self._tell_admins(planned, f"weekly_{state}")
        if failure is None:
            self._settle(planned, state, error)
        else:
            self._tell_later(planned, untold(state, error), failure)

    def _tell_later(self, planned: Planned, error: str, failure: SlackFailure) -> None:
        """Keep what nobody could be told of; where that lasts, tell somebody outside Slack."""
        is_first = ended_as(self._noted(planned)) is None
        tries = 0 if is_first else planned.attempt
        if tries >= _LOUD_AT_ATTEMPT:
            about = f"the summary of {planned.week}"
            alert(self._ctx, self._tell_outside, planned.workspace_id, "nobody_told", failure.code, about)
        asked = timedelta(seconds=failure.retry_after) if isinstance(failure, RateLimited) else timedelta()
        self._again(planned, max(asked, _backoff(tries)), error, anew=is_first)

    @until_noted
    def _settle(self, planned: Planned, state: str, error: str) -> None:
        with self._ctx.store.write() as tx:
            tx.weekly.ended(planned, state, error)

    def _elsewhere(self, planned: Planned, code: str) -> None:
        """Go down the fallback chain: the catcher, then each manager; nobody left is dead, loudly."""
        place = self._next_place(planned)
        if place is None:
            log.error("the summary of %s reached nobody: %s", planned.week, code)
            self._end(planned, "dead", code)
            return
        if not planned.places_tried:
            self._tell_admins(planned, "weekly_elsewhere")
        self._redirect(planned, place, code)

    def _next_place(self, planned: Planned) -> str | None:
        with self._ctx.store.read() as tx:
            rules = self._ctx.rules_now(tx, planned.workspace_id)
        chain = list(dict.fromkeys((*rules.catcher, *rules.managers)))
        tried = chain.index(planned.destination) + 1 if planned.destination in chain else 0
        return next(iter(chain[tried:]), None)

    @until_noted
    def _redirect(self, planned: Planned, place: str, code: str) -> None:
        in_doubt = self._noted(planned).startswith(IN_DOUBT)
        with self._ctx.store.write() as tx:
            tx.weekly.elsewhere(planned, place, self._ctx.wire_now(), f"{IN_DOUBT}: {code}" if in_doubt else code)

    def _tell_admins(self, planned: Planned, key: str) -> SlackFailure | None:
        """Tell each admin, or else whoever can be. Says why nobody could be told, if so."""
        with self._ctx.store.read() as tx:
            rules = self._ctx.rules_now(tx, planned.workspace_id)
            first, behind = who_is_told(tx, planned.workspace_id, rules)
        scope = read_scope(planned.scope) or EVERYTHING
        said = self._renderer.weekly_note(key, planned.week, scope, planned.destination)
        failures = [self._told(planned, place, said) for place in first]
        for place in behind:
            # Whoever could not be told for the moment is told later.
            if all(isinstance(failure, DestinationBroken) for failure in failures):
                failures.append(self._told(planned, place, said))
        if None in failures:
            return None
        return failures[-1] if failures else DestinationBroken("chat.postMessage", "nobody_to_tell")

    def _told(self, planned: Planned, place: str, said: str) -> SlackFailure | None:
        """Tell somebody; where that fails, the log has it."""
        try:
            self._gateway.call(planned.workspace_id, "chat.postMessage", channel=place, text=said)
        except SlackFailure as failure:
            log.error("%s could not be told of the summary of %s: %s", place, planned.week, failure)  # noqa: TRY400 - its cause is in its name
            return failure
        return None


def _backoff(attempt: int) -> timedelta:
    return min(PAUSE, _FIRST_PAUSE * (1 << min(attempt, _STEEPEST)))


_PLAIN, _JOINED = "plain: ", "joined: "
