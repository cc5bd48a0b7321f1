"""Agents who raise cases and tiers who take them, forget them, solve them, press twice and at the worst moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from slackbot.core.messages import Kind
from slackbot.core.model import Source
from slackbot.engine import Engine
from slackbot.services.acknowledge import acknowledge, answered, change_promise
from slackbot.services.context import Requester
from slackbot.services.escalate import escalate_now
from slackbot.services.intake import open_form, submit_form, submit_line
from slackbot.services.people import ask_anew
from slackbot.services.raising import Submitted
from slackbot.services.resolve import close, not_solved, resolve, withdraw
from slackbot.services.transact import Declined, Done, Invalid
from slackbot.slack.views import FormView
from tests.simulation.process import Replica
from tests.simulation.sightings import Sight
from tests.simulation.watch import Check, Row, Watch
from tests.simulation.weather import Fault
from tests.simulation.world import NobodyThereError, World

AGENTS = ("ana", "ben")
LEADS = ("lena", "marco", "dana", "carla")
_SEVERITIES = ("low", "normal", "normal", "high", "urgent")
_CALLS = frozenset({Kind.CARD, Kind.PING, Kind.PING_BROADCAST, Kind.CATCHER})
_HOUR = 3600.0

T = TypeVar("T")

Outcome = Done | Declined | Invalid
Press = Callable[[Engine, Requester, str, str], Outcome]


class People:
    """Everybody at Acme. They act on what they can see in Slack, through whichever replica their press reaches."""

    def __init__(self, world: World, watch: Watch, replicas: list[Replica], team: str) -> None:
        self._world = world
        self._watch = watch
        self._replicas = replicas
        self._team = team
        self._chance = world.timeline.chance("people")
        self._ids = {person.name: person.id for person in world.line.slack.people()}
        self._serial = 0
        self._first_of: dict[str, str] = {}
        self.told_stored: set[str] = set()

    def live(self) -> None:
        """Plan the week's cases."""
        weather = self._world.weather
        seconds = weather.days * 86400
        for _ in range(weather.cases):
            self._world.timeline.outside(self._chance.uniform(0, seconds * 0.97), self._somebody_raises)

    def raise_many(self, count: int) -> None:
        """Raise very many cases at once: more a second than one channel takes."""
        for _ in range(count):
            self._world.timeline.outside(self._chance.uniform(0, count / 4), self._somebody_raises)

    def changed(self, user: str) -> None:
        """Have Slack tell that something about somebody has changed; nobody hears it where nothing runs."""
        with suppress(NobodyThereError):
            self._anybody(lambda engine: ask_anew(engine.ctx, self._team, user))

    def read(self, row: Row, channel: str, ts: str) -> None:
        """React, perhaps, to a message that has just become visible."""
        del channel, ts
        if row.kind not in _CALLS:
            return
        chance, case = self._chance, row.case
        dice = chance.random()
        reacts = (0.7 if row.kind is Kind.CARD else 0.4) * self._world.weather.answering
        if dice > reacts:
            return
        later = chance.expovariate(1 / 420) + 3
        if self._world.weather.has(Fault.RIVALS) and chance.random() < 0.4:
            self._two_at_once(case, row.visit, later)
        elif dice < reacts * 0.06:
            self._later(later, lambda: self._press("escalate", case, self._lead(), _escalating(row.visit)))
        elif dice < reacts * 0.1:
            self._later(later, lambda: self._press("resolve", case, self._lead(), _resolving))
        else:
            self._later(later, lambda: self._take(case, self._lead()))

    # Raising

    def _somebody_raises(self) -> None:
        self._serial += 1
        chance = self._chance
        agent, severity, text = chance.choice(AGENTS), chance.choice(_SEVERITIES), f"refund {self._serial} is stuck"
        way = chance.random()
        if way < 0.6:
            line = f'{text} category:Account severity:{severity} customer:"Nordic Ltd"'
            self._submit(f"line {text}", agent, lambda engine, who: submit_line(engine.ctx, who, line))
        else:
            self._open_form(agent, text, severity, from_message=way > 0.85)

    def _open_form(self, agent: str, text: str, severity: str, *, from_message: bool) -> None:
        slack, source = self._world.line.slack, None
        channel = slack.channel_named("support")
        if from_message and channel is not None:
            said = slack.say(self._ids[agent], channel.id, text)
            source = Source(channel.id, said.ts, None, private=False)
        try:
            form = self._anybody(lambda engine: open_form(engine.ctx, self._who(agent), {}, source, None))
        except NobodyThereError:
            return
        if not isinstance(form, FormView):
            return
        category = self._chance.choice(("Account", "Billing"))
        more = {"tried": "everything", "asked": "a refund"}
        values = {"category": category, "summary": text, "customer": "Nordic Ltd", "severity": severity, **more}
        view, draft = f"V{self._serial}", form.draft_id
        self._later(
            self._chance.uniform(20, 300),
            lambda: self._submit(
                view, agent, lambda engine, who: submit_form(engine.ctx, who, view, draft, values), repeatable=True
            ),
        )

    def _submit(
        self, name: str, agent: str, request: Callable[[Engine, Requester], object], *, repeatable: bool = False
    ) -> None:
        again = repeatable and self._world.weather.has(Fault.REPEATED) and self._chance.random() < 0.3
        if again:
            self._later(self._chance.choice((0.0, 0.01, 60.0, 600.0)), lambda: self._submit(name, agent, request))
        try:
            outcome = self._anybody(lambda engine: request(engine, self._who(agent)))
        except NobodyThereError:
            self._world.timeline.note(agent, "hears nothing of", name)
            if self._chance.random() < 0.8:
                self._later(self._chance.uniform(2, 60), lambda: self._submit(name, agent, request))
            return
        if isinstance(outcome, Submitted):
            self._told(name, outcome)
        elif isinstance(outcome, Invalid) and "category" in outcome.problems:
            self._world.sightings.saw(Sight.NO_CATEGORY)

    def _told(self, name: str, outcome: Submitted) -> None:
        case = outcome.view.escalation.id
        self.told_stored.add(case)
        if outcome.repeated:
            self._world.sightings.saw(Sight.REPEAT)
        # The words of a line wear off after two minutes; a form is one form for ever.
        if name.startswith("V") and self._first_of.setdefault(name, case) != case:
            self._watch.broken(Check.RAISED_ONCE, f"{name} raised {self._first_of[name]} and {case}")

    # Taking, answering, solving

    def _two_at_once(self, case: str, visit: int, later: float) -> None:
        """Have two act at the same moment, perhaps that of the next ping."""
        lead, rival = self._chance.sample(LEADS, 2)
        first: list[tuple[str, Press]] = [("acknowledge", _acknowledging), ("acknowledge", _acknowledging)]
        first += [("resolve", _resolving), ("escalate", _escalating(visit))]
        name, press = self._chance.choice(first)
        known = self._watch.cases[case]
        if known.next_at is not None and self._chance.random() < 0.7:
            now = self._world.timeline.now().timestamp()
            later = max(1.0, known.next_at / 1e6 - now + self._chance.uniform(-0.05, 0.4))
        self._later(later, lambda: self._take(case, lead))
        self._later(later + self._chance.choice((0.0, 0.0, 0.002)), lambda: self._press(name, case, rival, press))

    def _take(self, case: str, lead: str) -> None:
        done = self._press("acknowledge", case, lead, _acknowledging)
        if not isinstance(done, Done) or done.repeated:
            return
        chance = self._chance
        if self._watch.cases[case].owner != self._ids[lead]:
            self._watch.broken(Check.OWNER, f"{lead} was told to have {case}, which is not so")
        dice = chance.random()
        if dice < 0.15:
            self._later(chance.uniform(60, 1800), lambda: self._press("change", case, lead, _changing))
        if dice < 0.75:
            self._later(chance.uniform(120, 3000), lambda: self._press("answer", case, lead, _answering))
        if chance.random() < 0.85:
            self._later(chance.expovariate(1 / (3 * _HOUR)) + 60, lambda: self._solve(case, lead))
        elif chance.random() < 0.3:
            self._later(chance.uniform(60, _HOUR), lambda: self._of_agent("withdraw", case, _withdrawing))

    def _solve(self, case: str, lead: str) -> None:
        if isinstance(self._press("resolve", case, lead, _resolving), Done):
            dice, later = self._chance.random(), self._chance.expovariate(1 / _HOUR) + 30
            if dice < 0.6:
                self._later(later, lambda: self._of_agent("close", case, _closing))
            elif dice < 0.75:
                self._later(later, lambda: self._of_agent("not solved", case, _reopening))

    def _of_agent(self, name: str, case: str, press: Press) -> None:
        found = self._world.database.rows("SELECT raised_by FROM escalations WHERE id = ?", case)
        agent = next(name for name, id_ in self._ids.items() if id_ == found[0][0])
        self._press(name, case, agent, press)

    def _press(self, name: str, case: str, who: str, press: Press, key: str = "") -> Outcome | None:
        """Press a button once; Slack may deliver it several times, and a person may press again."""
        weather, chance = self._world.weather, self._chance
        if not key:
            self._serial += 1
            key = f"press-{self._serial}"
            if weather.has(Fault.REPEATED) and chance.random() < 0.25:
                for _ in range(chance.choice((1, 1, 3))):
                    late = chance.choice((0.0, 0.005, 1.0, 60.0, 600.0))
                    self._later(late, lambda: self._press(name, case, who, press, key))
        try:
            outcome = self._anybody(lambda engine: press(engine, self._who(who), case, key))
        except NobodyThereError:
            self._world.timeline.note(who, "hears nothing of", name)
            if chance.random() < 0.6:
                self._later(chance.uniform(2, 30), lambda: self._press(name, case, who, press))
            return None
        self._world.timeline.note(who, name, case, type(outcome).__name__)
        if isinstance(outcome, Declined) and outcome.reason == "already_taken":
            self._world.sightings.saw(Sight.RIVAL)
        if isinstance(outcome, Done) and outcome.repeated:
            self._world.sightings.saw(Sight.REPEAT)
        return outcome

    def _later(self, seconds: float, happening: Callable[[], object]) -> None:
        self._world.timeline.outside(seconds, happening)

    def _anybody(self, request: Callable[[Engine], T]) -> T:
        serving = [each for each in self._replicas if each.is_serving]
        if not serving:
            raise NobodyThereError
        return self._chance.choice(serving).serve(request)

    def _who(self, name: str) -> Requester:
        return Requester(self._team, self._ids[name], self._team)

    def _lead(self) -> str:
        return self._chance.choice(LEADS)


def _acknowledging(engine: Engine, who: Requester, case: str, key: str) -> Outcome:
    return acknowledge(engine.ctx, who, case, key)


def _changing(engine: Engine, who: Requester, case: str, key: str) -> Outcome:
    return change_promise(engine.ctx, who, case, key, "4h")


def _answering(engine: Engine, who: Requester, case: str, key: str) -> Outcome:
    return answered(engine.ctx, who, case, key)


def _resolving(engine: Engine, who: Requester, case: str, key: str) -> Outcome:
    return resolve(engine.ctx, who, case, key, "refund it", "")


def _closing(engine: Engine, who: Requester, case: str, key: str) -> Outcome:
    return close(engine.ctx, who, case, key)


def _reopening(engine: Engine, who: Requester, case: str, key: str) -> Outcome:
    return not_solved(engine.ctx, who, case, key)


def _withdrawing(engine: Engine, who: Requester, case: str, key: str) -> Outcome:
    return withdraw(engine.ctx, who, case, key)


def _escalating(visit: int) -> Press:
    return lambda engine, who, case, key: escalate_now(engine.ctx, who, case, key, visit, "it burns")
