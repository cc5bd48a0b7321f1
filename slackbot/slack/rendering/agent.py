"""What the agent who raised the case sees: the message that follows it, the news, and replies at the source."""

from __future__ import annotations

from slackbot.core.commands import Action, note_of_preventing, note_of_resolving
from slackbot.core.events import Refused, Resolved
from slackbot.core.messages import News
from slackbot.core.model import State
from slackbot.core.text import excerpt
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import spoken, standing
from slackbot.slack.rendering.buttons import Button, agent_buttons, open_card, read_all_button, verdict_buttons
from slackbot.slack.rendering.card import origin_lines, room_beside, standing_lines
from slackbot.slack.rendering.fields import Passage, facts, field, label, passages, summary
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView, Payload

_NEWS_TEXT = 2_500


def case(kit: Kit, view: CaseView) -> Payload:
    """Draw the direct message that follows the case."""
    return whole_case(kit, view, for_agent=True)


def whole_case(kit: Kit, view: CaseView, *, for_agent: bool) -> Payload:
    """Draw a case with everything about it; the agent's own message has the agent's buttons."""
    state, origin = _where(kit, view), f.joined(origin_lines(kit, view), "\n")
    title, about, short = standing.title(kit, view), summary(kit, view), facts(kit, view)
    long, cut = passages(kit, view, room_beside(state, origin, title, about, facts_shown=short))
    buttons = agent_buttons(kit, view, cut=cut) if for_agent else _readers_buttons(kit, view, cut=cut)
    blocks = kit.fill(
        "messages/case",
        title=title,
        summary=about,
        status=state,
        facts=short,
        passages=long,
        origin=origin,
        buttons=buttons,
        label=view.escalation.label,
    )
    return Payload(spoken.whole(kit, view, Mrkdwn()), blocks)


def news(kit: Kit, view: CaseView, topic: News) -> Payload:
    """Tell the agent by a new message: what follows the case is edited, and edits notify nobody."""
    said = kit.words.mrkdwn(f"news.{_told(view, topic)}", **_values(kit, view))
    passage, cut = _solution(kit, view) if topic is News.RESOLVED else ([], False)
    buttons = verdict_buttons(kit, view) if topic is News.RESOLVED else []
    buttons += [*open_card(kit, view), *read_all_button(kit, view, cut=cut)]
    name = view.escalation.label
    closing = standing.following(kit, view)
    lines = [said, summary(kit, view)]
    blocks = kit.fill("messages/note", lines=lines, passages=passage, aside=closing, buttons=buttons, label=name)
    return Payload(spoken.whole(kit, view, said, closing), blocks)


def source_reply(kit: Kit, view: CaseView, topic: str) -> Payload:
    """Reply where the case came from: how it stands, naming nobody, no tier and nothing of the case."""
    told = topic if topic == "raised" else _told(view, News(topic))
    said = kit.words.mrkdwn(f"source.{told}", **_values(kit, view))
    return Payload(said, kit.fill("messages/note", lines=[said], passages=[], aside=None, buttons=[], label=""))


def confirmation(kit: Kit, view: CaseView, action: Action) -> str:
    """Tell somebody that what they pressed is done; `raise` and `look` have messages of their own."""
    return kit.words.mrkdwn(f"done.{action}", **_values(kit, view))


def _told(view: CaseView, topic: News) -> str:
    """Say it without the promise where there is none any more: news may leave late."""
    gone = topic is News.ACKNOWLEDGED and view.escalation.promise is None
    return f"{topic}_gone" if gone else topic.value


def _values(kit: Kit, view: CaseView) -> dict[str, object]:
    now = view.escalation
    refused = standing.happened(view, Refused)
    return {
        "label": now.label,
        "tier": standing.tier_of(view).name,
        "owner": standing.owner(now),
        "actor": standing.doer(view, Resolved),
        "agent": f.user(now.raised_by),
        "until": f.date(now.promise.until) if now.promise else Mrkdwn("-"),
        "reason": standing.refusal_reason(kit, refused.event if refused else None),
    }


def _where(kit: Kit, view: CaseView) -> Mrkdwn:
    """Say how it stands and, while it is at a tier, in which channel."""
    tier, state = standing.tier_of(view), view.escalation.state
    if state not in {State.WAITING, State.ACKNOWLEDGED}:
        return standing_lines(kit, view)
    since = f.date(view.escalation.visit.began_at)
    there = kit.words.mrkdwn(f"case.{state}", tier=tier.name, channel=f.channel(tier.channel), since=since)
    if state is State.WAITING:
        return f.joined([there, standing.following(kit, view)], "\n")
    return f.joined([there, standing_lines(kit, view)], "\n")


def _readers_buttons(kit: Kit, view: CaseView, *, cut: bool) -> list[Button]:
    return [*open_card(kit, view), *read_all_button(kit, view, cut=cut)]


def _solution(kit: Kit, view: CaseView) -> tuple[list[Passage], bool]:
    visit = view.escalation.visit.ordinal
    found, cut = [], False
    for key, name in (("resolution", note_of_resolving(visit)), ("prevention", note_of_preventing(visit))):
        text = field(view, name)
        short = excerpt(text, _NEWS_TEXT, measure=f.escaped_units)
        cut = cut or short != text
        if short:
            found.append(Passage(label(kit, key), short))
    return found, cut
