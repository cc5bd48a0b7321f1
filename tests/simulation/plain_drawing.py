"""Drawing by hand's breadth: messages that say the state and nothing else, cheap and easy to compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slackbot.core.digest import Digest
from slackbot.core.messages import Kind, News
from slackbot.core.summary_request import Scope
from slackbot.core.weekly import Missed
from slackbot.ids import press_value
from slackbot.slack.render import Renderer
from slackbot.slack.views import CaseView, OutageView, Payload


class UndrawableError(Exception):
    """This case can't be drawn; the simulation says so."""


class PlainRenderer(Renderer):
    """Says of a case what an onlooker must be able to trust; `undrawable` tells the cases that raise.

    The templates are tested elsewhere; weeks that are `lifelike` use the real renderer.
    """

    def __init__(self, undrawable: Callable[[str], bool]) -> None:
        # Without the templates of the real one: whatever is not drawn here fails loudly.
        self._undrawable = undrawable

    def card(self, view: CaseView, visit: int) -> Payload:
        """Say state, owner and next moment; of an earlier visit only that it is over."""
        return self._said(view, card_text(view, visit))

    def ping(self, view: CaseView, ordinal: int, *, broadcast: bool) -> Payload:
        """Call again."""
        return self._said(view, f"ping {ordinal} {broadcast} {_of(view)}")

    def ping_over(self, view: CaseView) -> Payload:
        """Say that nobody needs to come any more."""
        return self._said(view, f"over {_of(view)}")

    def fold(self, views: Sequence[CaseView], gone: Sequence[CaseView] = ()) -> Payload:
        """Call for many."""
        del gone
        return Payload("\n".join(self._said(view, f"fold {_of(view)}").text for view in views), [])

    def owner_ping(self, view: CaseView, topic: str) -> Payload:
        """Call the owner."""
        return self._said(view, f"owner {topic} {_of(view)}")

    def catcher(self, view: CaseView, ordinal: int) -> Payload:
        """Tell the catcher."""
        return self._said(view, f"catcher {ordinal} {_of(view)}")

    def admin_notice(self, view: CaseView, topic: str, detail: str) -> Payload:
        """Tell an admin."""
        return self._said(view, f"notice {topic} {detail} {_of(view)}")

    def outage(self, view: OutageView) -> Payload:
        """Tell an admin of an outage."""
        return Payload(f"outage {view.since} {view.until} {view.cause} {view.affected}", [])

    def case(self, view: CaseView) -> Payload:
        """Show the agent the case."""
        return self._said(view, case_text(view))

    def news(self, view: CaseView, topic: News) -> Payload:
        """Tell the agent."""
        return self._said(view, f"news {topic} {_of(view)}")

    def source_reply(self, view: CaseView, topic: str) -> Payload:
        """Reply at the source."""
        return self._said(view, f"reply {topic} {_of(view)}")

    def weekly_summary(self, digest: Digest, missed: Missed | None) -> Payload:
        """Say which week it is about."""
        return Payload(f"weekly {digest.request.period.week} after {missed}", [])

    def weekly_note(self, key: str, week: str, scope: Scope, destination: str) -> str:
        """Tell an admin of a weekly summary."""
        return f"{key} {week} {scope.key} {destination}"

    def resent(self, payload: Payload) -> Payload:
        """Say that it may be there twice."""
        return Payload(f"{payload.text} again", payload.blocks)

    def minimal(self, view: CaseView, kind: Kind) -> Payload:
        """Say the least; this can always be drawn."""
        return Payload(f"minimal {kind} {_of(view)} {_standing(view)}", [])

    def _said(self, view: CaseView, text: str) -> Payload:
        if self._undrawable(view.escalation.id):
            raise UndrawableError(view.escalation.label)
        return Payload(text, [])


def card_text(view: CaseView, visit: int) -> str:
    """Write what a card must say."""
    if visit != view.escalation.visit.ordinal:
        return f"card {visit} left for {view.links.get(visit + 1)} {view.escalation.label}"
    return f"card {visit} {_of(view)} {_standing(view)}"


def case_text(view: CaseView) -> str:
    """Write what the agent's message must say."""
    return f"case {_of(view)} {_standing(view)} at {sorted(view.links.items())}"


def _of(view: CaseView) -> str:
    return f"{view.escalation.label} {press_value(view.escalation.id, view.escalation.visit.ordinal)}"


def _standing(view: CaseView) -> str:
    case = view.escalation
    until = case.promise.until.isoformat() if case.promise else None
    return f"{case.state} by {case.owner} until {until} next {case.next_at}"
