"""Taking a case with another time than the default one, and moving a promised time."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.submissions import CaseForm, on_submit
from slackbot.ids import VIEW_CHANGE_TIME, VIEW_OTHER_TIME
from slackbot.services.acknowledge import acknowledge, change_promise
from slackbot.services.transact import Declined, Done


def register(app: App, desk: Desk) -> None:
    """Bind both forms."""

    def take(form: CaseForm) -> Done | Declined:
        return acknowledge(desk.ctx, form.who, form.escalation_id, form.key, form.values["promise"])

    def change(form: CaseForm) -> Done | Declined:
        return change_promise(desk.ctx, form.who, form.escalation_id, form.key, form.values["promise"])

    on_submit(app, desk, VIEW_OTHER_TIME, take)
    on_submit(app, desk, VIEW_CHANGE_TIME, change)
