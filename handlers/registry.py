"""Which listener is bound to what, the hottest first: Bolt looks through them in this order."""

from __future__ import annotations

from slack_bolt import App

from handlers import failures
from handlers.actions import (
    acknowledge,
    acknowledge_one,
    answered,
    change_time,
    close,
    escalate_now,
    form,
    not_solved,
    other_time,
    page,
    read_all,
    resolve,
    summary,
    weekly,
    withdraw,
)
from handlers.commands import escalate, escalations
from handlers.desk import Desk
from handlers.events import home, people
from handlers.shortcuts import escalate_case, escalate_conversation
from handlers.views import escalate_now as escalate_now_form
from handlers.views import intake, promise
from handlers.views import resolve as resolve_form
from handlers.views import weekly as weekly_form

LISTENERS = (
    escalate,
    intake,
    acknowledge,
    acknowledge_one,
    form,
    answered,
    resolve,
    resolve_form,
    other_time,
    change_time,
    promise,
    escalate_now,
    escalate_now_form,
    escalations,
    escalate_conversation,
    escalate_case,
    read_all,
    withdraw,
    close,
    not_solved,
    page,
    summary,
    weekly,
    weekly_form,
    people,
    home,
    failures,
)


def register(app: App, desk: Desk) -> None:
    """Bind every listener."""
    for listener in LISTENERS:
        listener.register(app, desk)
