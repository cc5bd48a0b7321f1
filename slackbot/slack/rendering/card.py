"""The card: the one message that represents a visit in a tier's channel."""

from __future__ import annotations

from slackbot.core.events import Entered, Unreachable
from slackbot.core.model import Arrival, State
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import spoken, standing
from slackbot.slack.rendering.buttons import card_buttons
from slackbot.slack.rendering.fields import Fact, facts, field, passages, summary
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView, Happened, Payload

CHARACTERS = 9_000
"""All that a card may hold; Slack refuses a message at something above 11,000 (`msg_blocks_too_long`)."""
_SKELETON = 1_000
"""What types, ids, labels and buttons of the blocks take up."""

_NAMED = 6
"""How many of the stops before are named, the newest; a link takes about 80 characters."""


def card(kit: Kit, view: CaseView, visit: int) -> Payload:
    """Draw the card of a visit: in full for the current one, where it went for an earlier one."""
    if visit != view.escalation.visit.ordinal:
        return _left_behind(kit, view, visit)
    call = _call(kit, view)
    state = standing_lines(kit, view)
    origin = _origin(kit, view)
    short = facts(kit, view)
    about = summary(kit, view)
    title = standing.title(kit, view)
    long, cut = passages(kit, view, room_beside(call, state, origin, about, title, facts_shown=short))
    blocks = kit.fill(
        "messages/card",
        call=call,
        title=title,
        summary=about,
        facts=short,
        passages=long,
        origin=origin,
        status=state,
        buttons=card_buttons(kit, view, cut=cut),
        label=view.escalation.label,
    )
    return Payload(spoken.whole(kit, view, call), blocks)


def room_beside(*texts: str, facts_shown: list[Fact]) -> int:
    """Say how many characters of a message are left for passages."""
    return CHARACTERS - _SKELETON - sum(map(f.escaped_units, (*texts, *_texts(facts_shown))))


def standing_lines(kit: Kit, view: CaseView) -> Mrkdwn:
    """Say on two lines how the case stands and what comes next."""
    return f.joined([standing.status(kit, view), standing.following(kit, view)], "\n")


def origin_lines(kit: Kit, view: CaseView) -> list[Mrkdwn]:
    """Say who raised the case, and link the message it came from."""
    case = view.escalation
    raised = kit.words.mrkdwn("card.raised", agent=f.user(case.raised_by), at=f.date(case.raised_at))
    source = f.safe_url(field(view, "source_link"))
    return [raised, f.link(source, kit.words.mrkdwn("shown.source"))] if source else [raised]


def went(kit: Kit, view: CaseView, visit: int) -> Mrkdwn:
    """Say where the case went after a visit, with a link as far as it is known."""
    found = standing.began(view, visit + 1)
    said = _left(kit, found) if found else kit.words.mrkdwn("left.unknown", tier=standing.tier_of(view).name)
    link = f.safe_url(view.links.get(visit + 1, ""))
    return f.joined([said, f.link(link, kit.words.mrkdwn("left.link"))]) if link else said


def _left_behind(kit: Kit, view: CaseView, visit: int) -> Payload:
    where = went(kit, view, visit)
    blocks = kit.fill("messages/left_behind", title=standing.title(kit, view), summary=summary(kit, view), went=where)
    return Payload(spoken.limit(f.joined([spoken.subject(kit, view), where], "\n")), blocks)


def _left(kit: Kit, found: tuple[Happened, Entered]) -> Mrkdwn:
    entry, event = found
    key = event.arrival.value
    actor = f.user(entry.actor) if entry.actor else None
    if event.arrival is Arrival.BY_HAND and actor is None:
        key = f"{key}_unnamed"
    return kit.words.mrkdwn(f"left.{key}", tier=event.tier_name, at=f.date(entry.at), actor=actor or "")


def _call(kit: Kit, view: CaseView) -> Mrkdwn:
    """Call the tier, while nobody has the case."""
    case = view.escalation
    if case.state is not State.WAITING:
        return Mrkdwn()
    how = f"call_{case.visit.arrival}" if case.visit.arrival in standing.CALLED_BACK else "call"
    return kit.words.mrkdwn(f"card.{how}", mentions=standing.mentions(view))


def _origin(kit: Kit, view: CaseView) -> Mrkdwn:
    came = [standing.arrival(kit, view) or Mrkdwn(), *_unreached(kit, view), _before(kit, view)]
    return f.joined([*came, *origin_lines(kit, view)], "\n")


def _before(kit: Kit, view: CaseView) -> Mrkdwn:
    """Name the tiers where the case stood before, the first one first, each with a link to its card."""
    earlier = range(1, view.escalation.visit.ordinal)
    found = [(visit, began[1]) for visit in earlier if (began := standing.began(view, visit)) is not None]
    named = [f.link(view.links.get(visit, ""), f.inline(event.tier_name)) for visit, event in found[-_NAMED:]]
    if not named:
        return Mrkdwn()
    tiers, more = f.joined(named, ", "), len(found) - len(named)
    return kit.words.mrkdwn("card.before_more" if more else "card.before", tiers=tiers, more=more)


def _unreached(kit: Kit, view: CaseView) -> list[Mrkdwn]:
    """Say loudly that the tier's own channel could not be posted to."""
    found = standing.happened(view, Unreachable)
    if found is None or not isinstance(found.event, Unreachable):
        return []
    event = found.event
    if event.visit != view.escalation.visit.ordinal:
        return []
    key = event.fallback if f"unreachable.{event.fallback}" in kit.words else "elsewhere"
    tier = standing.tier_of(view).name
    return [kit.words.mrkdwn(f"unreachable.{key}", tier=tier, error=event.error)]


def _texts(shown: list[Fact]) -> list[str]:
    return [text for fact in shown for text in (fact.label, fact.value)]
