"""The shape that all forms about one case share: done first, closed then.

Where it was not done, the reason stands above the form, which keeps what was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from slackbot.core.problems import Problem
from slackbot.ids import FIELD_PREFIX
from slackbot.services.context import Requester
from slackbot.services.transact import Declined, Done, Invalid
from slackbot.slack.parse import Submission, case_and_visit, submission_of


class CaseForm:
    """A submitted form about one case: who sent it, which case and visit, what was written."""

    def __init__(self, form: Submission) -> None:
        self.escalation_id, self.visit = case_and_visit(form.private_metadata)
        self.who: Requester = requester(form.sender)
        self.key = f"view:{form.view_id}"
        self.values = form.values


Deed = Callable[[CaseForm], Done | Declined | Invalid]


def at_fields(desk: Desk, problems: Mapping[str, Problem]) -> dict[str, str]:
    """Say each problem at the block of its field, as `response_action: errors` wants it."""
    return {FIELD_PREFIX + name: desk.renderer.problem(problem) for name, problem in problems.items()}


def on_submit(app: App, desk: Desk, callback_id: str, deed: Deed) -> None:
    """Bind a form to a use case."""

    def listener(ack: Ack, body: Mapping[str, Any]) -> None:
        outcome = deed(CaseForm(submission_of(body)))
        match outcome:
            case Invalid(problems):
                ack(response_action="errors", errors=at_fields(desk, problems))
            case Declined():
                ack(response_action="push", view=desk.renderer.notice_view("Rung", desk.explain(outcome)))
            case _:
                ack()

    app.view(callback_id)(listener)
