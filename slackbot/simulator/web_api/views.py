"""`views.*`: open, push, update and publish (docs.slack.dev/reference/methods/views.open, ...)."""

from __future__ import annotations

from slackbot.simulator.blocks.check import check_view
from slackbot.simulator.blocks.size import MAX_VIEW_BYTES, view_bytes
from slackbot.simulator.model import Json, View
from slackbot.simulator.refusals import RefusedError, invalid_arguments
from slackbot.simulator.shapes import view_json
from slackbot.simulator.web_api.call import Call
from slackbot.simulator.web_api.content import lost_files


def open_view(call: Call) -> Json:
    """`views.open`: show a modal to the person whose interaction gave the trigger, within three seconds of it."""
    content = _content(call, "modal")
    return _answer(call, call.workspace.views.open(_trigger(call), content))


def push(call: Call) -> Json:
    """`views.push`: lay a modal on top of the one whose interaction gave the trigger."""
    content = _content(call, "modal")
    return _answer(call, call.workspace.views.push(_trigger(call), content))


def update(call: Call) -> Json:
    """`views.update`: change a live view, found by Slack's id or the app's own."""
    views = call.workspace.views
    if not (call.args.sent("view_id") or call.args.sent("external_id")):
        raise invalid_arguments("missing required field: view_id")
    if call.args.sent("view_id"):
        old = views.get(call.args.text("view_id"))
    else:
        old = views.by_external_id(call.args.text("external_id"))
    if old is None:
        raise RefusedError("not_found", "the view is closed or never was")
    content = _content(call, old.type)
    return _answer(call, views.update(old.id, content, expected_hash=call.args.text("hash") or None))


def publish(call: Call) -> Json:
    """`views.publish`: fill a person's Home tab."""
    if not call.app.home_tab:
        raise RefusedError("not_enabled", "the manifest switches the Home tab off")
    user_id = call.args.text("user_id")
    person = call.workspace.person(user_id)
    if person is None or person.is_bot or person.deleted:
        raise invalid_arguments("must be the id of a person [json-pointer:/user_id]")
    content = _content(call, "home")
    view = call.workspace.views.publish(user_id, content, expected_hash=call.args.text("hash") or None)
    return _answer(call, view)


def check_content(content: Json, wanted: str) -> None:
    """Raise `RefusedError` unless Slack would take a view as a `modal` or `home`; good for views in acks too."""
    size = view_bytes(content)
    if size > MAX_VIEW_BYTES:
        raise RefusedError("view_too_large", f"the view is {size} bytes long, more than {MAX_VIEW_BYTES}")
    problems = [str(each) for each in check_view(content)]
    if content.get("type") != wanted:
        problems.append(f"must be of type {wanted} [json-pointer:/view/type]")
    if problems:
        raise invalid_arguments(*problems)


def _content(call: Call, wanted: str) -> Json:
    try:
        content = call.args.object("view", "invalid_arguments")
    except RefusedError as error:
        raise invalid_arguments("must provide an object [json-pointer:/view]") from error
    check_content(content, wanted)
    lost = lost_files(call, content["blocks"], "/view/blocks")
    if lost:
        raise invalid_arguments(*map(str, lost))
    return content


def _trigger(call: Call) -> str:
    trigger_id = call.args.text("trigger_id")
    if not trigger_id:
        raise invalid_arguments("invalid `trigger_id`")
    return trigger_id


def _answer(call: Call, view: View) -> Json:
    return {"view": view_json(view, team_id=call.workspace.team_id, app=call.app)}
