"""The shape that all presses on a case share: read, do, acknowledge, and explain where it was not done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from slackbot.services.context import Requester
from slackbot.services.looking import MayNotLook
from slackbot.services.transact import Declined, Done
from slackbot.slack.parse import Press, press_of
from slackbot.slack.views import CaseView

Deed = Callable[[Requester, Press], Done | Declined]
May = Callable[[Requester, Press], CaseView | Declined | MayNotLook]
Draw = Callable[[CaseView], dict[str, Any]]


def on_press(app: App, desk: Desk, action_id: str, deed: Deed) -> None:
    """Bind a button to a use case: committed first, acknowledged then, explained by a whisper if it was declined."""

    def listener(ack: Ack, body: Mapping[str, Any]) -> None:
        press = press_of(body)
        outcome = deed(requester(press.sender), press)
        ack()
        if isinstance(outcome, Declined):
            desk.whisper_later(press.response_url, desk.explain(outcome))

    app.action(action_id)(listener)


def on_press_open(app: App, desk: Desk, action_id: str, may: May, draw: Draw) -> None:
    """Bind a button to a form about its case; opening it stores nothing, and what is refused now opens none."""

    def listener(ack: Ack, body: Mapping[str, Any]) -> None:
        press = press_of(body)
        ack()

        def drawn() -> dict[str, Any] | str:
            found = may(requester(press.sender), press)
            return draw(found) if isinstance(found, CaseView) else desk.explain(found)

        desk.open_later(press.sender, press.trigger_id, press.response_url, drawn)

    app.action(action_id)(listener)
