"""What can become of a call to Slack, as classes: each wants a different reaction, never just a retry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from slackbot.errors import RungError


class SlackFailure(RungError):
    """Slack did not do what was asked."""

    def __init__(self, method: str, code: str, detail: str = "") -> None:
        super().__init__(f"{method}: {code}" + (f" ({detail})" if detail else ""))
        self.method = method
        self.code = code


class NotApplied(SlackFailure):
    """Certainly not done; it can be asked again."""


class RateLimited(NotApplied):
    """Too many calls; this lane pauses for `retry_after` seconds, no other."""

    def __init__(self, method: str, code: str, retry_after: float) -> None:
        super().__init__(method, code, f"again in {retry_after:.0f} s")
        self.retry_after = retry_after


class Ambiguous(SlackFailure):
    """Nobody can know yet whether it was done: look before asking again."""


class UnknownCode(Ambiguous):
    """Slack answered with a code that no table knows: looked for once, then taken for a broken destination."""


class DestinationBroken(SlackFailure):
    """Nothing can be said there: archived, left, closed or forbidden."""


class AuthBroken(SlackFailure):
    """The token is not good for this (any more)."""


class PayloadBroken(SlackFailure):
    """Slack refused what was to be said: a bug of ours; the minimal form goes instead, once."""


class PlanLimit(SlackFailure):
    """The workspace's plan does not allow it (now)."""


class TargetGone(SlackFailure):
    """The message to be changed is not there or not changeable."""


class AlreadyDone(SlackFailure):
    """It had been done before, which is as good."""


class InteractionExpired(SlackFailure):
    """The press is too old to open a form; it can be pressed again."""


NO_CONNECTION = "no_connection"
"""Our own code for a call that never left this machine."""

_NOT_APPLIED = "request_timeout team_added_to_org org_login_required external_channel_migrating"
_RATE = "ratelimited rate_limited"
_AMBIGUOUS = (
    "fatal_error internal_error service_unavailable update_failed duplicate_message_not_found"
    " duplicate_channel_not_found"
)
_DESTINATION = (
    "channel_not_found is_archived not_in_channel restricted_action restricted_action_read_only_channel"
    " restricted_action_thread_only_channel restricted_action_non_threadable_channel"
    " restricted_action_thread_locked ekm_access_denied channel_is_limited_access no_permission"
    " team_access_not_granted cannot_reply_to_message messages_tab_disabled user_not_found user_disabled"
    " user_not_visible invalid_user_combination cannot_dm_bot thread_not_found posting_to_channel_denied"
    " user_not_in_channel method_not_supported_for_channel_type too_many_members users_not_found"
)
_AUTH = (
    "token_revoked account_inactive invalid_auth not_authed token_expired missing_scope not_allowed_token_type"
    " app_access_restricted two_factor_setup_required accesslimited access_denied team_not_found"
)
_PAYLOAD = (
    "invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long no_text too_many_attachments"
    " attachment_payload_limit_exceeded metadata_too_large invalid_metadata_format invalid_metadata_schema"
    " metadata_must_be_sent_from_app invalid_arguments markdown_text_conflict view_too_large"
    " duplicate_external_id push_limit_reached"
)
_PLAN = "message_limit_exceeded too_many_contact_cards paid_teams_only plan_upgrade_required"
_TARGET = (
    "message_not_found cant_update_message edit_window_closed is_inactive block_mismatch"
    " streaming_state_conflict cant_delete_message"
)
_DONE = "already_reacted already_pinned no_reaction not_pinned already_in_channel"
_EXPIRED = "expired_trigger_id invalid_trigger_id exchanged_trigger_id hash_conflict not_found"


def _table() -> Mapping[str, type[SlackFailure]]:
    kinds = (
        (NotApplied, _NOT_APPLIED),
        (NotApplied, _RATE),
        (Ambiguous, _AMBIGUOUS),
        (DestinationBroken, _DESTINATION),
        (AuthBroken, _AUTH),
        (PayloadBroken, _PAYLOAD),
        (PlanLimit, _PLAN),
        (TargetGone, _TARGET),
        (AlreadyDone, _DONE),
        (InteractionExpired, _EXPIRED),
    )
    return MappingProxyType({code: kind for kind, codes in kinds for code in codes.split()})


FAILURES: Mapping[str, type[SlackFailure]] = _table()
"""Slack's error codes by what they mean for us (docs.slack.dev, each method's page)."""

RETRY_AFTER_UNSAID = 30.0


def failure_of(method: str, code: str, *, retry_after: float | None = None, detail: str = "") -> SlackFailure:
    """Turn Slack's error code into the failure that says how to react."""
    if code in _RATE.split():
        return RateLimited(method, code, RETRY_AFTER_UNSAID if retry_after is None else retry_after)
    return FAILURES.get(code, UnknownCode)(method, code, detail)
