"""A choice in the intake form: category and severity change what is required and where it goes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from slackbot.ids import FIELD_CATEGORY, FIELD_SEVERITY
from slackbot.services.intake import redraw_form
from slackbot.slack.failures import InteractionExpired, SlackFailure
from slackbot.slack.parse import Submission, press_moment, submission_of

log = logging.getLogger(__name__)

FORMS_KEPT = 1_000


class LatestChoices:
    """Which choice was made last in each of the forms lately open; the moments are Slack's `action_ts`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, str] = {}

    def note(self, view_id: str, moment: str) -> None:
        """Note a choice; payloads may arrive in any order."""
        with self._lock:
            self._made[view_id] = max(self._made.pop(view_id, ""), moment)
            if len(self._made) > FORMS_KEPT:
                del self._made[next(iter(self._made))]

    def is_latest(self, view_id: str, moment: str) -> bool:
        """Say whether no later choice has been heard of."""
        with self._lock:
            return self._made.get(view_id, moment) == moment


def register(app: App, desk: Desk) -> None:
    """Bind the two selects that redraw the form."""
    choices = LatestChoices()

    def listener(ack: Ack, body: Mapping[str, Any]) -> None:
        ack()
        form, moment = submission_of(body), press_moment(body)
        choices.note(form.view_id, moment)

        def tell(text: str) -> None:
            if choices.is_latest(form.view_id, moment):
                _own_up(desk, form, body["view"], text)

        desk.do_later(lambda: _redraw(desk, choices, form, moment), tell=tell)

    app.action(FIELD_CATEGORY)(listener)
    app.action(FIELD_SEVERITY)(listener)


def _redraw(desk: Desk, choices: LatestChoices, form: Submission, moment: str) -> None:
    """Draw the form with the choice made; a later choice draws it with both.

    The hash keeps an earlier drawing from covering a later one. Where it no longer fits and this is the latest choice,
    it was the drawing for the choice before that came between, so this one goes over it.
    """
    gathered = redraw_form(desk.ctx, requester(form.sender), form.values, form.private_metadata, form.note)
    drawn = desk.renderer.intake_form(gathered)
    for view_hash in (form.view_hash, None):
        if not choices.is_latest(form.view_id, moment):
            return
        try:
            desk.outside.update_view(form.sender.team_id, form.view_id, drawn, view_hash)
        except InteractionExpired:
            continue
        return


def _own_up(desk: Desk, form: Submission, shown: Mapping[str, Any], text: str) -> None:
    """Say above the form that it could not be drawn anew: it stays as it is, with all that was typed."""
    drawn = desk.renderer.with_failure(shown, text)
    try:
        desk.outside.update_view(form.sender.team_id, form.view_id, drawn, form.view_hash)
    except SlackFailure as failure:
        log.warning("a form could not say what failed: %s", failure)
        desk.tell(form.sender, None, None, text)
