"""Every identifier that Slack sends back to us, and the making of opaque ones. Nowhere else is such a literal typed."""

from __future__ import annotations

import hashlib
import re
import secrets

COMMAND_ESCALATE = "/escalate"
COMMAND_ESCALATIONS = "/escalations"

SHORTCUT_MESSAGE = "escalate_conversation"
SHORTCUT_GLOBAL = "escalate_case"

VIEW_INTAKE = "view_intake"
VIEW_RECEIPT = "view_receipt"
VIEW_OTHER_TIME = "view_other_time"
VIEW_CHANGE_TIME = "view_change_time"
VIEW_ESCALATE_NOW = "view_escalate_now"
VIEW_RESOLVE = "view_resolve"
VIEW_READ_ALL = "view_read_all"
VIEW_BEHIND = "view_behind"
VIEW_WEEKLY = "view_weekly"

PRESS_ACKNOWLEDGE = "press_acknowledge"
PRESS_ACKNOWLEDGE_ONE = "press_acknowledge_one"
PRESS_OTHER_TIME = "press_other_time"
PRESS_ANSWERED = "press_answered"
PRESS_CHANGE_TIME = "press_change_time"
PRESS_ESCALATE_NOW = "press_escalate_now"
PRESS_RESOLVE = "press_resolve"
PRESS_READ_ALL = "press_read_all"
PRESS_WITHDRAW = "press_withdraw"
PRESS_CLOSE = "press_close"
PRESS_NOT_SOLVED = "press_not_solved"
PRESS_RAISE = "press_raise"
PRESS_PAGE = "press_page"
WHY_PART = "why_part"
"""Begins the value of the button under a history that is told in parts; lists begin theirs with their name."""
PRESS_SUMMARY_EARLIER = "press_summary_earlier"
PRESS_SUMMARY_LATER = "press_summary_later"
PRESS_SUMMARY_POST = "press_summary_post"
PRESS_SUMMARY_EXPORT = "press_summary_export"
PRESS_SUMMARY_BEHIND = "press_summary_behind"
PRESS_SUMMARY_WEEKLY = "press_summary_weekly"
PRESS_WEEKLY_STOP = "press_weekly_stop"
PRESS_LINK = "press_link"

FIELD_CATEGORY = "field_category"
FIELD_SEVERITY = "field_severity"
FIELD_SUMMARY = "field_summary"
FIELD_CUSTOMER = "field_customer"
FIELD_TICKET = "field_ticket"
FIELD_WHY = "field_why"
FIELD_TRIED = "field_tried"
FIELD_ASKED = "field_asked"
FIELD_DEADLINE = "field_deadline"
FIELD_QUOTE = "field_quote"
FIELD_PROMISE = "field_promise"
FIELD_REASON = "field_reason"
FIELD_RESOLUTION = "field_resolution"
FIELD_PREVENTION = "field_prevention"
FIELD_DAY = "field_day"
FIELD_HOUR = "field_hour"
FIELD_ZONE = "field_zone"
FIELD_CHANNEL = "field_channel"

EVENT_APP_HOME_OPENED = "app_home_opened"
EVENT_USER_CHANGE = "user_change"

BLOCK_NOTE = "block_note"
BLOCK_FAILURE = "block_failure"

FIELD_PREFIX = "field_"
INPUT = "field_input"
"""The action id of every input that needs no listener; a field is told by its block id."""

METADATA_EVENT = "rung_message"

_ESCALATION_ID = re.compile("e[0-9a-f]{20}")


def new_escalation_id() -> str:
    """Make an opaque id for an escalation."""
    return f"e{secrets.token_hex(10)}"


def is_escalation_id(text: str) -> bool:
    """Say whether a text can be an id that `new_escalation_id` made."""
    return _ESCALATION_ID.fullmatch(text) is not None


def new_draft_id() -> str:
    """Make an opaque id for a form's draft."""
    return f"d{secrets.token_hex(10)}"


def new_message_key() -> str:
    """Make the opaque 128-bit key that a message carries in its metadata."""
    return secrets.token_hex(16)


def summary_key(team_id: str, schedule: str, week: str) -> str:
    """Make the key of a weekly summary: always the same one, so that a restored database knows it too."""
    return hashlib.blake2b(f"{team_id}\n{schedule}\n{week}".encode(), digest_size=16).hexdigest()


def new_reference() -> str:
    """Make the short reference that a person reads to us when something failed."""
    return secrets.token_hex(4)


def press_value(escalation_id: str, visit: int) -> str:
    """Write what a button carries: which case and which visit it was drawn for."""
    return f"{escalation_id}:{visit}"
