"""Messages that call somebody after the card has: pings, the owner's ping, the catcher, notices to admins."""

from __future__ import annotations

from slackbot.core.events import NOBODY_THERE, Unreachable
from slackbot.core.text import excerpt
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import spoken, standing
from slackbot.slack.rendering.buttons import Button, open_card
from slackbot.slack.rendering.fields import summary
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView, OutageView, Payload

_DETAIL = 200
_DEAD, _UNREACHABLE = "message_dead", "unreachable"


def ping(kit: Kit, view: CaseView, ordinal: int, *, broadcast: bool) -> Payload:
    """Call the tier again; `ordinal` counts pings from 1, so the card was the call before the first."""
    key = "last" if broadcast else "again"
    called = kit.words.mrkdwn(
        f"ping.{key}", mentions=standing.mentions(view), label=view.escalation.label, count=ordinal + 1
    )
    buttons = open_card(kit, view) if broadcast else []
    return _call(kit, view, called, standing.following(kit, view), buttons)


def ping_over(kit: Kit, view: CaseView) -> Payload:
    """Say that the tier need not come: the case was taken, or went on, when the call was on its way."""
    said = kit.words.mrkdwn("ping.over", label=view.escalation.label)
    return _call(kit, view, said, standing.status(kit, view), [])


def owner_ping(kit: Kit, view: CaseView, topic: str) -> Payload:
    """Call the owner: the promise is due (`promise_missed`), or how does it stand (`remind`)."""
    case, promise = view.escalation, view.escalation.promise
    said = kit.words.mrkdwn(
        f"owner.{topic}",
        owner=standing.owner(case),
        label=case.label,
        until=f.date(promise.until if promise else view.now),
        at=f.date((promise.answered_at if promise else None) or view.now),
    )
    return _call(kit, view, said, standing.following(kit, view), [])


def catcher(kit: Kit, view: CaseView, ordinal: int) -> Payload:
    """Tell the catcher for the `ordinal`-th time (from 1) that every tier stays silent."""
    case = view.escalation
    said = kit.words.mrkdwn(
        f"catcher.{'first' if ordinal <= 1 else 'again'}",
        label=case.label,
        tier=standing.tier_of(view).name,
        since=f.date(case.visit.began_at),
        mentions=standing.mentions(view),
        count=ordinal,
    )
    return _call(kit, view, said, standing.following(kit, view), open_card(kit, view))


def admin_notice(kit: Kit, view: CaseView, topic: str, detail: str) -> Payload:
    """Tell an admin what is out of order: `unreachable`, `unverified` or `message_dead`.

    `detail` is Slack's error code; where it is empty, the history is asked for it.
    """
    case = view.escalation
    values = {"label": case.label, "agent": f.user(case.raised_by), **_unreached(kit, view)}
    if detail:
        values["detail"] = excerpt(detail, _DETAIL)
    key = f"{topic}_unnamed" if topic == _DEAD and not detail else topic
    if topic == _UNREACHABLE and values["detail"] == NOBODY_THERE:
        key = "nobody"
    said = kit.words.mrkdwn(f"notice.{key}", **values)
    return _call(kit, view, said, standing.status(kit, view), open_card(kit, view))


def outage(kit: Kit, view: OutageView) -> Payload:
    """Tell how long Rung was down, what became of the cases, and what people have to say again."""
    key = "one" if view.affected == 1 else "some" if view.affected else "none"
    since, until = f.date(view.since), f.date(view.until)
    lines = [
        kit.words.mrkdwn(f"outage.{view.cause}", since=since, until=until),
        kit.words.mrkdwn(f"outage.{key}", count=view.affected),
        kit.words.mrkdwn(f"outage.{view.cause}_after"),
    ]
    blocks = kit.fill("messages/note", lines=lines, passages=[], aside=None, buttons=[], label="Rung")
    return Payload(f.joined(lines, " "), blocks)


def _unreached(kit: Kit, view: CaseView) -> dict[str, str]:
    """Say which tier could not be reached, why, and where the call went, out of the history where it is known."""
    found = standing.happened(view, Unreachable)
    tier, error, fallback = standing.tier_of(view), "?", "other"
    if found is not None and isinstance(found.event, Unreachable):
        tier, error = standing.policy_of(view).tiers[found.event.tier], found.event.error
        fallback = {"next_tier": "next", "catcher": "catcher", "members": "members"}.get(found.event.fallback, fallback)
    went = kit.words.mrkdwn(f"notice.unreachable_{fallback}")
    return {"tier": tier.name, "channel": f.channel(tier.channel), "went": went, "detail": error}


def _call(kit: Kit, view: CaseView, said: Mrkdwn, closing: Mrkdwn, buttons: list[Button]) -> Payload:
    label = view.escalation.label
    lines = [said, summary(kit, view)]
    blocks = kit.fill("messages/note", lines=lines, passages=[], aside=closing, buttons=buttons, label=label)
    return Payload(spoken.whole(kit, view, said, spoken.needed_by(kit, view), closing), blocks)
