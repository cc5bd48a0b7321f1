"""What happened at Acme in the past weeks: played by Rung's own steps, so that lists, histories and sums are real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from slackbot.app import SingleToken
from slackbot.clock import Clocks, ScaledClock
from slackbot.engine import Engine, build_engine
from slackbot.errors import RungError
from slackbot.services.acknowledge import acknowledge, answered
from slackbot.services.context import Requester
from slackbot.services.deliver import OneByOne
from slackbot.services.installing import meet_workspace
from slackbot.services.intake import submit_line
from slackbot.services.policies import apply_first
from slackbot.services.raising import Submitted
from slackbot.services.resolve import close, not_solved, resolve, withdraw
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store
from storage.pace import Pace, Rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from slackbot.simulator.server import Simulator

_AT_ONCE = Rate(timedelta(milliseconds=1), 1000)


class PastError(RungError):
    """The past of the demo's house could not be played; please report this with the log."""


@dataclass(frozen=True, slots=True)
class Day:
    """Somebody's case: when it was raised, in which words, and what became of it, step by step after minutes."""

    ago: timedelta
    who: str
    line: str
    steps: tuple[tuple[int, str, str], ...]


DAYS = (
    Day(
        timedelta(days=31, hours=-1),
        "ana",
        'Card charged twice category:Billing severity:high customer:"Harbour Books" tried:"Compared both receipts" '
        'asked:"Refund the second one"',
        ((14, "marco", "take"), (40, "marco", "answer"), (150, "marco", "solve"), (190, "ana", "close")),
    ),
    Day(
        timedelta(days=27, hours=-5),
        "noor",
        'Gift card has no balance category:Account severity:low customer:"Mira Kovac"',
        ((35, "lena", "take"), (60, "lena", "answer"), (240, "lena", "solve"), (300, "noor", "close")),
    ),
    Day(
        timedelta(days=24, hours=-3),
        "ben",
        'Parcel scanned, never delivered category:Shipping severity:normal customer:"Oakline" ticket:#47120',
        ((22, "lena", "take"), (30, "lena", "answer"), (110, "lena", "solve"), (125, "ben", "close")),
    ),
    Day(
        timedelta(days=15, hours=-2),
        "ana",
        'Order history is empty category:Technical severity:high customer:"Kite Tea" tried:"Another browser" '
        'asked:"Look into the search index"',
        ((41, "dana", "take"), (58, "dana", "answer"), (200, "dana", "solve"), (260, "ana", "close")),
    ),
    Day(
        timedelta(days=18, hours=-2),
        "ben",
        'Invoice shows VAT twice category:Billing severity:normal customer:"Kite Tea" tried:"Sent a corrected copy" '
        'asked:"Book the VAT back"',
        ((6, "lena", "take"), (31, "lena", "answer"), (95, "lena", "solve"), (130, "ben", "close")),
    ),
    Day(
        timedelta(days=12, hours=-1),
        "ana",
        'Parcel went to the old address category:Shipping severity:high customer:"Mira Kovac" ticket:#48213',
        ((38, "dana", "take"), (55, "dana", "answer"), (170, "dana", "solve"), (200, "ana", "close")),
    ),
    Day(
        timedelta(days=9, hours=-4),
        "noor",
        'Two accounts merged by mistake category:Account severity:normal customer:"Baltic Sails"',
        (
            (9, "marco", "take"),
            (40, "marco", "solve"),
            (75, "noor", "not solved"),
            (90, "marco", "take"),
            (140, "marco", "solve"),
            (150, "noor", "close"),
        ),
    ),
    Day(
        timedelta(days=6, hours=-3),
        "ana",
        'Sign-in code never arrives category:Technical severity:urgent customer:"Oakline" '
        'tried:"Resent it three times" asked:"Look into the mail queue"',
        ((29, "kenji", "take"), (35, "kenji", "answer"), (80, "kenji", "solve"), (100, "ana", "close")),
    ),
    Day(
        timedelta(days=4, hours=-5),
        "ben",
        'Refund asked for twice category:Other severity:low customer:"Harbour Books"',
        ((50, "ben", "withdraw"),),
    ),
    Day(
        timedelta(hours=19),
        "noor",
        'Export of orders stops at row 10,000 category:Technical severity:normal customer:"Nordic Outdoor" '
        'tried:"Smaller date ranges work" asked:"Lift the limit or split the file"',
        ((12, "lena", "take"), (44, "lena", "answer")),
    ),
)
CHATTER = (
    (
        timedelta(days=9, hours=-1),
        "support",
        "marco",
        "Reminder: put the ticket number into the escalation, it saves a question.",
    ),
    (timedelta(days=1, hours=-7), "support", "ben", "Handing over: two parcels and one export, all in the tracker."),
    (timedelta(minutes=34), "support", "lena", "Morning! I am in a meeting until ten, @marco covers tier 2."),
    (
        timedelta(minutes=9),
        "support",
        "ana",
        "Nordic Outdoor just called: their checkout refuses every card. I cleared the cache and tried two. Any idea?",
    ),
    (
        timedelta(minutes=5),
        "key-accounts",
        "carla",
        "Nordic Outdoor renews on Friday. Tell me at once if something is wrong there.",
    ),
)
_SOLUTION = "It is corrected, and we checked it together with the customer."
_PREVENTION = "See the page 'First checks' in the handbook."


class Past:
    """Plays the past weeks into a fresh database and workspace; the calendar goes from moment to moment."""

    def __init__(self, simulator: Simulator, url: str, calendar: ScaledClock, policy: str) -> None:
        self._simulator = simulator
        self._calendar = calendar
        self._keys = count()
        token, api_url = simulator.bot_token, simulator.api_url
        gateway = Gateway(SingleToken(token), lambda each: bare_client(each, api_url))
        pace = Pace(channel=_AT_ONCE, posts=_AT_ONCE, edits=_AT_ONCE)
        clocks = Clocks(case=calendar, wire=simulator.workspace.clock)
        self._engine: Engine = build_engine(
            open_store(url), gateway, clocks, wake=lambda: None, carriers=OneByOne(), pace=pace
        )
        workspace = meet_workspace(self._engine.ctx, gateway)
        apply_first(self._engine.ctx, gateway, workspace, policy, "the demo")
        self._engine.acquaintance.learn_everybody(workspace)
        self._team = workspace.team_id

    def play(self, now: datetime) -> None:
        """Play everything in its order.

        Raises:
            PastError: a step was refused.
        """
        moments: list[tuple[datetime, Callable[[], None]]] = []
        for day in DAYS:
            moments += self._of(day, now - day.ago)
        for ago, place, who, text in CHATTER:
            moments.append((now - ago, lambda place=place, who=who, text=text: self._says(place, who, text)))  # type: ignore[misc] # mypy can't type a lambda's defaults
        for at, happens in sorted(moments, key=lambda moment: moment[0]):
            self._until(at)
            happens()
            self._settle()
        self._until(now)
        self._engine.ctx.store.close()

    def _of(self, day: Day, begins: datetime) -> list[tuple[datetime, Callable[[], None]]]:
        raised: list[str] = []

        def begin() -> None:
            outcome = submit_line(self._engine.ctx, self._requester(day.who), day.line)
            if not isinstance(outcome, Submitted):
                raise PastError
            raised.append(outcome.view.escalation.id)

        def step(who: str, what: str) -> Callable[[], None]:
            return lambda: self._does(who, what, raised[0])

        later = [(begins + timedelta(minutes=after), step(who, what)) for after, who, what in day.steps]
        return [(begins, begin), *later]

    def _does(self, who: str, what: str, case: str) -> None:
        ctx, asker, key = self._engine.ctx, self._requester(who), f"past-{next(self._keys)}"
        match what:
            case "take":
                acknowledge(ctx, asker, case, key)
            case "answer":
                answered(ctx, asker, case, key)
            case "solve":
                resolve(ctx, asker, case, key, _SOLUTION, _PREVENTION)
            case "close":
                close(ctx, asker, case, key)
            case "not solved":
                not_solved(ctx, asker, case, key)
            case "withdraw":
                withdraw(ctx, asker, case, key)

    def _says(self, place: str, who: str, text: str) -> None:
        channel = self._simulator.channel(place)
        self._simulator.workspace.say(self._requester(who).user_id, channel.id, text.replace("@marco", self._mention()))

    def _mention(self) -> str:
        return f"<@{self._requester('marco').user_id}>"

    def _until(self, to: datetime) -> None:
        while (moment := self._engine.sweep.next_moment()) is not None and moment <= to:
            self._calendar.set(max(moment, self._calendar.now()), 0)
            while self._engine.sweep.step():
                pass
            self._settle()
        self._calendar.set(max(to, self._calendar.now()), 0)

    def _settle(self) -> None:
        while self._engine.sender.step() or self._engine.reconciler.step():
            pass

    def _requester(self, who: str) -> Requester:
        return Requester(self._team, self._simulator.person(who).id, self._team)
