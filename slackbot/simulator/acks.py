"""What an ack's body does: answer a slash command, change a stack of modals, offer options.

Sources: docs.slack.dev/interactivity/implementing-slash-commands, docs.slack.dev/surfaces/modals,
docs.slack.dev/reference/interaction-payloads/block_suggestion-payload.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from slackbot.simulator.blocks.check import check_view
from slackbot.simulator.blocks.size import MAX_VIEW_BYTES, view_bytes
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.response_urls import check_content, draft_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slackbot.simulator.model import Json, Message, View
    from slackbot.simulator.workspace import Workspace

EffectKind = Literal["nothing", "answered", "closed", "cleared", "updated", "pushed", "errors", "options"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What the person saw happen when the app acknowledged."""

    kind: EffectKind = "nothing"
    message: Message | None = None
    view: View | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Json, ...] = ()


NOTHING = Effect()


def apply_ack(workspace: Workspace, payload: Json, body: Any) -> Effect:
    """Do what the ack of a payload asks for; raises RefusedError where Slack shows the person an error."""
    given: Json = body if isinstance(body, dict) else {}
    if "command" in payload:
        return _answer_command(workspace, payload, given)
    if payload.get("type") == "view_submission":
        with workspace.changed:
            return _answer_submission(workspace, payload, given)
    if payload.get("type") == "block_suggestion":
        return _offer_options(given)
    return NOTHING


def _answer_command(workspace: Workspace, payload: Json, body: Json) -> Effect:
    if not body.get("text") and not body.get("blocks"):
        return NOTHING
    check_content(body)
    author = workspace.app.author
    channel, user = payload["channel_id"], payload["user_id"]
    if body.get("response_type") == "in_channel":
        return Effect("answered", workspace.history.post(channel, author, draft_of(body)))
    shown = workspace.history.post_ephemeral(channel, user, author, draft_of(body))
    return Effect("answered", shown)


def _answer_submission(workspace: Workspace, payload: Json, body: Json) -> Effect:
    view = workspace.views.get(payload["view"]["id"])
    if view is None:
        # A second submit of the same modal, or one its person closed meanwhile: nothing is left to change.
        return NOTHING
    match body.get("response_action"):
        case None:
            workspace.views.close(view.id)
            return Effect("closed")
        case "clear":
            workspace.views.clear(view.user)
            return Effect("cleared")
        case "update":
            return Effect("updated", view=workspace.views.update(view.id, _checked_view(body)))
        case "push":
            return Effect("pushed", view=workspace.views.push_onto(view, _checked_view(body)))
        case "errors":
            return Effect("errors", view=view, errors=_checked_errors(view, body.get("errors")))
        case other:
            raise RefusedError("invalid_response", f"there is no response_action {other!r}")


def _checked_view(body: Json) -> Json:
    view = body.get("view")
    found = check_view(view)
    if found or not isinstance(view, dict):
        raise RefusedError("invalid_arguments", "; ".join(map(str, found)))
    if view_bytes(view) > MAX_VIEW_BYTES:
        raise RefusedError("view_too_large", f"a view has at most {MAX_VIEW_BYTES} bytes")
    return view


def _checked_errors(view: View, errors: object) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.content["blocks"] if block.get("type") == "input"}
    if not isinstance(errors, dict) or not errors:
        raise RefusedError("invalid_errors", "response_action errors needs an error by block_id")
    strangers = sorted(set(errors) - inputs)
    if strangers:
        rule = f"errors may name input blocks of the view only, not {', '.join(strangers)}"
        raise RefusedError("invalid_errors", rule)
    return {str(block_id): str(text) for block_id, text in errors.items()}


def _offer_options(body: Json) -> Effect:
    groups = body.get("option_groups")
    options = body.get("options")
    if groups is None and options is None:
        raise RefusedError("invalid_options", "a block_suggestion wants options or option_groups")
    found = _option_problems("options" if groups is None else "option_groups", groups or options)
    if found:
        raise RefusedError("invalid_options", found)
    listed = options or [each for group in groups or () for each in group["options"]]
    return Effect("options", options=tuple(listed))


def _option_problems(name: str, offered: object) -> str:
    if not offered:
        return ""
    # The limits are those of a select with the options written out, so that is what is asked.
    select = {"type": "static_select", "action_id": "asked", name: offered}
    text = {"type": "plain_text", "text": "Asked"}
    block = {"type": "input", "label": text, "element": select}
    view = {"type": "modal", "title": text, "submit": text, "blocks": [block]}
    return "; ".join(map(str, check_view(view)))
