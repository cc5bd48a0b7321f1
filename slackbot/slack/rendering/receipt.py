"""The receipt: what an agent sees the moment a case is stored, and what can be told to the customer."""

from __future__ import annotations

from slackbot import ids
from slackbot.core.model import State
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import spoken, standing
from slackbot.slack.rendering.buttons import open_card
from slackbot.slack.rendering.fields import facts, summary
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.rendering.pages import Paragraph, page
from slackbot.slack.views import CaseView, Payload


def receipt_view(kit: Kit, view: CaseView, zone: str) -> dict[str, object]:
    """Turn the submitted form into the receipt; `zone` is the agent's time zone (IANA)."""
    pending = view.escalation.state is State.PENDING
    title = kit.words.plain("title.receipt_pending" if pending else "title.receipt", label=view.escalation.label)
    said: list[str] = [_posted(kit, view), summary(kit, view), f.joined(_comes(kit, view), "\n")]
    customer = [kit.words.mrkdwn("receipt.customer"), _for_customer(kit, view, zone)]
    return page(kit, ids.VIEW_RECEIPT, title, [Paragraph(text) for text in [*said, *customer]])


def receipt_message(kit: Kit, view: CaseView, zone: str) -> Payload:
    """Say the same to the one who escalated by a line of text, with what was read out of it."""
    lines: list[str] = [f.joined([_posted(kit, view), _read(kit, view)], "\n"), summary(kit, view)]
    lines += [kit.words.mrkdwn("receipt.customer"), _for_customer(kit, view, zone)]
    aside = f.joined(_comes(kit, view), "\n")
    label = view.escalation.label
    blocks = kit.fill("messages/note", lines=lines, passages=[], aside=aside, buttons=[], label=label)
    return Payload(spoken.whole(kit, view, _posted(kit, view), aside), blocks)


def already(kit: Kit, view: CaseView) -> Payload:
    """Say to the one who escalated the same once more which case that is, how it stands and what comes next."""
    label, status = view.escalation.label, standing.status(kit, view)
    said, aside = kit.words.mrkdwn("receipt.already", label=label, status=status), standing.following(kit, view)
    lines, buttons = [said, summary(kit, view)], open_card(kit, view)
    blocks = kit.fill("messages/note", lines=lines, passages=[], aside=aside, buttons=buttons, label=label)
    return Payload(spoken.whole(kit, view, said, aside), blocks)


def _posted(kit: Kit, view: CaseView) -> Mrkdwn:
    tier, label = standing.tier_of(view), view.escalation.label
    if view.escalation.state is State.PENDING:
        return kit.words.mrkdwn("receipt.pending", label=label)
    return kit.words.mrkdwn("receipt.posted", label=label, tier=tier.name, channel=f.channel(tier.channel))


def _comes(kit: Kit, view: CaseView) -> list[Mrkdwn]:
    return [standing.following(kit, view), kit.words.mrkdwn("receipt.follows")]


def _for_customer(kit: Kit, view: CaseView, zone: str) -> str:
    """Say it so that it can be copied out of Slack: no mention, no date token, no tier's name."""
    label = view.escalation.label
    if view.escalation.state is State.PENDING:
        return kit.words.plain("receipt.customer_pending", label=label)
    if standing.next_tier(view) is None:
        return kit.words.plain("receipt.customer_last", label=label)
    until = kit.words.local(standing.respond_by(view), zone)
    return kit.words.plain("receipt.customer_tier", label=label, until=until)


def _read(kit: Kit, view: CaseView) -> Mrkdwn:
    case = view.escalation
    pairs: list[tuple[str, object]] = [
        (kit.words.plain("shown.severity"), kit.words.plain(f"severity.{case.severity}")),
        (kit.words.plain("shown.category"), case.category),
    ]
    said = [kit.words.mrkdwn("receipt.fact", name=name, value=value) for name, value in pairs]
    said += [kit.words.mrkdwn("receipt.fact", name=fact.name, value=fact.value) for fact in facts(kit, view)]
    return kit.words.mrkdwn("receipt.read", facts=f.joined(said, ", "))
