"""Somebody opened the Home tab: it is drawn for them as things stand now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk
from handlers.intake import open_intake
from handlers.summaries import count_later
from slackbot.ids import EVENT_APP_HOME_OPENED, PRESS_RAISE
from slackbot.services.context import Requester
from slackbot.services.looking import MayNotLook, list_open
from slackbot.services.summaries import this_week
from slackbot.slack.parse import person_of, sender_of, trigger_of


def register(app: App, desk: Desk) -> None:
    """Bind the event, and the button that raises a case; Bolt acknowledges events by itself."""

    def opened(body: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        if event.get("tab") == "home":
            team, person = person_of(body)
            say = partial(_said, desk, team, person)
            count_later(desk, None, lambda: _drawn(desk, team, person), replace=True, say=say)

    def raised(ack: Ack, body: Mapping[str, Any]) -> None:
        ack()
        open_intake(desk, sender_of(body), trigger_of(body), None)

    app.event(EVENT_APP_HOME_OPENED)(opened)
    app.action(PRESS_RAISE)(raised)


def _said(desk: Desk, team: str, person: str, word: str) -> None:
    desk.outside.publish_home(team, person, desk.renderer.home(None, None, word))


def _drawn(desk: Desk, team: str, person: str) -> Callable[[], None]:
    who = Requester(team, person, team)
    waiting = list_open(desk.ctx, who, mine=True)
    if isinstance(waiting, MayNotLook):
        view = desk.renderer.home(None, None, desk.renderer.denial(waiting.reason))
    else:
        view = desk.renderer.home(waiting, this_week(desk.ctx, who))
    return partial(desk.outside.publish_home, team, person, view)
