"""The form that has a summary come every week, and the words for one that does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slackbot import ids
from slackbot.core.summary_request import Scope
from slackbot.core.text import excerpt
from slackbot.core.weekly import SHARED, Missed, Schedule, by_hand
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering.buttons import Button
from slackbot.slack.rendering.inputs import Asking, Field, Option, chosen_of
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import WeeklyView

LISTED = 20
"""How many of those that come already are shown, the channel's own first."""

_MONDAY, _NINE = "1", "9"
_NAME = 75
_CHANNELS = ("C", "G")


@dataclass(frozen=True, slots=True)
class _Standing:
    """A line about one that comes already; the button stops it."""

    text: Mrkdwn
    button: Button | None


def weekly_form(kit: Kit, view: WeeklyView) -> dict[str, Any]:
    """Draw the form."""
    shown, more = view.schedules[:LISTED], len(view.schedules) - LISTED
    drawn: dict[str, Any] = kit.fill(
        "views/weekly",
        callback_id=ids.VIEW_WEEKLY,
        metadata=f"{view.channel}|{view.scope.key}",
        title=kit.words.plain("title.weekly"),
        submit=kit.words.plain("submit.weekly"),
        about=kit.words.mrkdwn("weekly.about", what=_what(kit, view.scope)),
        inputs=_inputs(kit, view),
        heading=kit.words.mrkdwn("weekly.standing"),
        standing=[_standing(kit, each) for each in shown],
        note=kit.words.mrkdwn("weekly.more", count=more) if more > 0 else None,
    )
    return drawn


def weekly_done(kit: Kit, schedule: Schedule, first: datetime) -> Mrkdwn:
    """Say what was set up, and when it comes for the first time."""
    return kit.words.mrkdwn("weekly.done", **_told(kit, schedule), first=f.date(first))


def weekly_note(kit: Kit, key: str, week: str, scope: Scope, destination: str) -> Mrkdwn:
    """Tell an admin what became of one, and how a manager brings it by hand."""
    command = f.code(by_hand(week, scope))
    place = f.place(destination)
    return kit.words.mrkdwn(f"summary.{key}", week=week, what=_what(kit, scope), place=place, command=command)


def weekly_gap(kit: Kit, missed: Missed | None) -> Mrkdwn:
    """Say which ones did not come, if any; empty else."""
    if missed is None:
        return Mrkdwn()
    key = "summary.missed" if missed.first == missed.last else "summary.missed_more"
    return kit.words.mrkdwn(key, first=missed.first, last=missed.last, cause=kit.words.plain(f"cause.{missed.cause}"))


def weekly_button(kit: Kit, scope: Scope, key: str, standing: Schedule | None) -> list[Button]:
    """Offer to have it come every week; where it comes to this channel already, the button says when."""
    if scope.kind not in SHARED:
        return []
    label = kit.words.plain("button.weekly")
    if standing is not None:
        day = kit.words.plain(f"weekday.{standing.day}")
        label = kit.words.plain("button.weekly_on", day=day, time=f"{standing.at:%H:%M}")
    return [Button(ids.PRESS_SUMMARY_WEEKLY, label, key)]


def _inputs(kit: Kit, view: WeeklyView) -> list[Field]:
    days = tuple(Option(kit.words.plain(f"day.{each}"), str(each)) for each in range(1, 8))
    hours = tuple(Option(f"{each:02}:00", str(each)) for each in range(24))
    here = view.channel if view.channel.startswith(_CHANNELS) else None
    words = kit.words.plain
    return [
        Field(Asking.CHOICE, ids.FIELD_DAY, words("field.day"), options=days, chosen=chosen_of(days, _MONDAY)),
        Field(Asking.CHOICE, ids.FIELD_HOUR, words("field.hour"), options=hours, chosen=chosen_of(hours, _NINE)),
        Field(Asking.TEXT, ids.FIELD_ZONE, words("field.zone"), initial=view.zone, most=_NAME),
        Field(Asking.CHANNEL, ids.FIELD_CHANNEL, words("field.channel"), hint=words("hint.channel"), initial=here),
    ]


def _standing(kit: Kit, schedule: Schedule) -> _Standing:
    told = _told(kit, schedule)
    if schedule.by is None:
        return _Standing(kit.words.mrkdwn("weekly.by_policy", **told), None)
    line = kit.words.mrkdwn("weekly.by_person", **told, who=f.user(schedule.by))
    return _Standing(line, Button(ids.PRESS_WEEKLY_STOP, kit.words.plain("button.stop"), schedule.name))


def _told(kit: Kit, schedule: Schedule) -> dict[str, object]:
    return {
        "what": _what(kit, schedule.scope),
        "day": kit.words.plain(f"day.{schedule.day}"),
        "time": f"{schedule.at:%H:%M}",
        "zone": schedule.zone,
        "channel": f.channel(schedule.channel),
    }


def _what(kit: Kit, scope: Scope) -> str:
    return kit.words.plain(f"weekly.{scope.kind}", name=excerpt(scope.value, _NAME))
