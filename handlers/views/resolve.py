"""Giving the solution."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.submissions import CaseForm, on_submit
from slackbot.ids import VIEW_RESOLVE
from slackbot.services.resolve import resolve
from slackbot.services.transact import Declined, Done, Invalid


def register(app: App, desk: Desk) -> None:
    """Bind the form."""

    def solve(form: CaseForm) -> Done | Declined | Invalid:
        solution, prevention = form.values.get("resolution", ""), form.values.get("prevention", "")
        return resolve(desk.ctx, form.who, form.escalation_id, form.key, solution, prevention)

    on_submit(app, desk, VIEW_RESOLVE, solve)
