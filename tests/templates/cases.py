"""Cases to draw: a small policy, and escalations brought into every state by the real core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from slackbot.core import commands as c
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.model import Escalation, Source, Workspace
from slackbot.core.policy import (
    Category,
    LastTier,
    Notify,
    Policy,
    PromiseRules,
    Route,
    Rules,
    Severity,
    Tier,
    Timers,
)
from slackbot.core.raising import NewCase, begin
from slackbot.slack.views import CaseView, Happened

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
AGENT, LEAD, HEAD, GROUP = "U0AGENT", "U0LEAD", "U0HEAD", "S0LEADS"
LEADS, MANAGERS, ROOF = "C0LEADS", "C0MANAGERS", "C0ROOF"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORKSPACE = Workspace(1, "T0ACME", None, "U0RUNG", "Acme", "https://acme.slack.com/")
FIELDS = {
    "summary": "Refund for invoice 7731 was never booked",
    "customer": "ACME Ltd & Sons",
    "ticket": "#4711",
    "why": "dissatisfied",
    "tried": "Looked at the ledger.\nAsked accounting, no answer since Tuesday.",
    "asked": "Book the refund, or tell us what to say.",
    "deadline": "2026-11-23T09:00:00+00:00",
    "quote": "Where is my money? <@U0EVIL> <!channel> @here",
    "source_link": "https://acme.slack.com/archives/C0SOURCE/p1",
}


def tier(name: str, channel: str, *notify: Notify, first: timedelta = 30 * MINUTE) -> Tier:
    """Make a tier that pings every third of its time."""
    timers = {severity: Timers(first / 3, first) for severity in Severity}
    return Tier(name, channel, None, notify, timers)


RULES = Rules(
    timezone="Europe/Madrid",
    managers=(HEAD,),
    admins=(HEAD,),
    catcher=(ROOF, HEAD),
    promise=PromiseRules(HOUR, ("15m", "1h", "4h", "today"), 15 * MINUTE, DAY),
    close_after=7 * DAY,
    tickets=(r"#?\d{4,8}",),
    categories=(Category("Billing", ("summary", "customer", "tried", "asked")), Category("Other", ())),
    policies={
        "support": Policy(
            "support",
            (
                tier("Team leads", LEADS, Notify(GROUP, is_group=True), Notify(LEAD, is_group=False)),
                tier("Department managers", MANAGERS, Notify(HEAD, is_group=False), first=HOUR),
            ),
            LastTier(30 * MINUTE, 2.0, DAY),
        ),
        "short": Policy("short", (tier("Owner", LEADS, Notify(LEAD, is_group=False)),), LastTier(HOUR, 1.0, DAY)),
    },
    routes=(
        Route("short", frozenset({"Other"}), frozenset({Severity.LOW, Severity.URGENT})),
        Route("support"),
    ),
    names={LEADS: "tier-2", MANAGERS: "managers", ROOF: "support-managers", LEAD: "Lea", HEAD: "Hanna"},
)
LINKS = {visit: f"https://acme.slack.com/archives/C0/p{visit}" for visit in range(1, 9)}


class Story:
    """An escalation on its way through the core, with its history."""

    def __init__(
        self,
        rules: Rules = RULES,
        *,
        category: str = "Billing",
        severity: Severity = Severity.HIGH,
        verified: bool = True,
        source: Source | None = None,
    ) -> None:
        self.rules, self.now, self.history = rules, NOW, list[Happened]()
        case = NewCase("e0123456789abcdef0123", 1, 142, category, severity, AGENT, verified, 1, source)
        self.case: Escalation
        self._take(begin(case, rules, NOW), AGENT)

    def do(self, command: c.Command, after: timedelta = MINUTE) -> Story:
        """Let some time pass, then ask the core; a refusal is a mistake of the test."""
        self.now += after
        decided = decide(self.case, self.rules, command, self.now)
        assert isinstance(decided, Decision), decided
        self._take(decided, getattr(command, "actor", None))
        return self

    def wait(self, times: int = 1) -> Story:
        """Let the next step fall due, some times in a row."""
        for _ in range(times):
            assert self.case.next_at is not None
            self.do(c.Due(), self.case.next_at - self.now)
        return self

    def view(self, fields: Mapping[str, str] | None = None, links: Mapping[int, str] | None = None) -> CaseView:
        """Gather what the renderer is given."""
        given = FIELDS if fields is None else fields
        return CaseView(
            self.case,
            self.rules,
            given,
            self.now,
            WORKSPACE,
            LINKS if links is None else links,
            tuple(self.history),
        )

    def _take(self, decision: Decision, actor: str | None) -> None:
        self.case = decision.escalation
        self.history += [Happened(self.now, actor, event) for event in decision.events]


def _taken(story: Story) -> Story:
    return story.do(c.Acknowledge(LEAD, story.now + 2 * HOUR))


def _solved(story: Story) -> Story:
    return _taken(story).do(c.Resolve(LEAD))


def _passed_over(story: Story) -> Story:
    return story.do(c.TierUnreachable(1, "is_archived"))


SITUATIONS: Mapping[str, Callable[[Story], Story]] = {
    "waiting": lambda story: story,
    "pinged": lambda story: story.wait(2),
    "unanswered": lambda story: story.wait(3),
    "last tier": lambda story: story.wait(6),
    "caught": lambda story: story.wait(9),
    "acknowledged": _taken,
    "overdue": lambda story: _taken(story).wait(),
    "promise broken": lambda story: _taken(story).wait(2),
    "answered": lambda story: _taken(story).do(c.Answer(LEAD)),
    "reminded": lambda story: _taken(story).do(c.Answer(LEAD)).wait(2),
    "by hand": lambda story: story.do(c.EscalateNow(LEAD, 1, "reason.1")),
    "passed over": _passed_over,
    "all unreachable": lambda story: _passed_over(story).do(c.TierUnreachable(2, "not_in_channel")),
    "resolved": _solved,
    "not solved": lambda story: _solved(story).do(c.ReportNotSolved(AGENT)),
    "closed": lambda story: _solved(story).do(c.Close(AGENT)),
    "closed by itself": lambda story: _solved(story).wait(),
    "withdrawn": lambda story: story.do(c.Withdraw(AGENT)),
    "pending": lambda story: story,
    "refused": lambda story: story.do(c.Refuse("guest")),
}
"""Every situation that looks different, and how a case comes into it."""


def story(situation: str, rules: Rules = RULES) -> Story:
    """Bring a case into a situation."""
    return SITUATIONS[situation](Story(rules, verified=situation not in {"pending", "refused"}))


def with_notes(story: Story) -> dict[str, str]:
    """Give a case everything people may have written."""
    visit = story.case.visit.ordinal
    notes = {
        name: f"Text of {name}"
        for n in range(1, visit + 1)
        for name in (f"reason.{n}", f"resolution.{n}", f"prevention.{n}")
    }
    return FIELDS | notes


def renamed(rules: Rules, name: str) -> Rules:
    """Give every tier of a policy another name."""
    policies = {
        key: replace(policy, tiers=tuple(replace(tier, name=name) for tier in policy.tiers))
        for key, policy in rules.policies.items()
    }
    return replace(rules, policies=policies)
