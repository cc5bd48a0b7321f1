"""What a person does on the page: write, press, choose, submit, react. Each goes to the app as Slack would send it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slackbot.errors import RungError
from slackbot.simulator.element_state import elements_of
from slackbot.simulator.hands.labels import Control, fields_of, options_of
from slackbot.simulator.hands.manifest import bot_offers
from slackbot.simulator.hands.modal import close, submit
from slackbot.simulator.hands.pressing import MessagePlace, ViewPlace, chosen, pressed
from slackbot.simulator.hands.screen import ShownChannel, ShownMessage
from slackbot.simulator.page import entries
from slackbot.simulator.payloads import block_suggestion
from slackbot.simulator.text import escape

if TYPE_CHECKING:
    from slackbot.simulator.hands.person import Hands
    from slackbot.simulator.model import Json, Message, View
    from slackbot.simulator.page.house import House

Request = Mapping[str, Any]
Answer = dict[str, Any]

_AT = re.compile(r"(?<![\w@])@([\w.-]+)")
_HASH = re.compile(r"(?<![\w#])#([\w-]+)")
_BROADCASTS = ("here", "channel", "everyone")


class NotThereError(RungError):
    """What was pressed is not there any more."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One person's hands on the page, and the house they act in."""

    house: House
    hands: Hands

    def message(self, request: Request) -> ShownMessage:
        """Find the message that a request names; raises NotThereError."""
        history = self.house.workspace.history
        place, ts = str(request.get("channel")), str(request.get("ts"))
        found = history.get(place, ts) or history.ephemeral(place, ts)
        if found is None or found.to_user not in (None, self.hands.id):
            raise NotThereError
        return ShownMessage(found, self.house.simulator.stage)

    def view(self, request: Request) -> View:
        """Find the view that a request names, what was typed into it filled in; raises NotThereError."""
        view = self.house.workspace.views.get(str(request.get("view")))
        if view is None or view.user != self.hands.id:
            raise NotThereError
        return entries.fill_in(self.house.workspace, view, request.get("values") or {}, self.hands.tz)


def act(house: House, request: Request) -> Answer:
    """Do what a person did in the browser; says what they see at once, the rest comes by itself.

    Raises:
        RungError: it can't be done, or the app did not answer as Slack demands.
    """
    doing = _ACTS.get(str(request.get("do")))
    if doing is None:
        raise NotThereError
    return doing(Actor(house, house.simulator.person(str(request.get("as")))), request)


def _says(actor: Actor, request: Request) -> Answer:
    text, thread = str(request.get("text") or "").strip(), str(request.get("thread") or "")
    place = ShownChannel(actor.house.simulator.stage, str(request.get("channel")))
    if not text:
        return {}
    if text.startswith("/"):
        if thread:
            return {"error": "Slash commands can't be used in threads."}
        return _commands(actor, text, place)
    if place.channel.archived:
        return {"error": f"#{place.channel.name} is archived."}
    parent = actor.message({"channel": place.id, "ts": thread}) if thread else None
    actor.hands.says(typed(actor, text), place, thread=parent)
    return {}


def _commands(actor: Actor, text: str, place: ShownChannel) -> Answer:
    command = text.partition(" ")[0]
    known = [each["command"] for each in bot_offers(actor.house.workspace, "slash_commands")]
    if command not in known:
        return {"error": f"{command} is not a valid command. There are: {', '.join(known)}."}
    actor.hands.types(text, place)
    return {}


def typed(actor: Actor, text: str) -> str:
    """Turn what a person typed into what Slack's client sends: names become mentions, the rest is literal."""
    workspace = actor.house.workspace
    people = {each.name: f"<@{each.id}>" for each in workspace.people()}
    groups = {each.handle: f"<!subteam^{each.id}>" for each in workspace.groups()}
    called = {**groups, **people, **{each: f"<!{each}>" for each in _BROADCASTS}}

    def place(match: re.Match[str]) -> str:
        found = workspace.channel_named(match[1])
        return match[0] if found is None else f"<#{found.id}|{found.name}>"

    return _HASH.sub(place, _AT.sub(lambda match: called.get(match[1], match[0]), escape(text)))


def _presses(actor: Actor, request: Request) -> Answer:
    place = _place(actor, request)
    block_id, action_id = str(request.get("block")), str(request.get("action"))
    element = _element(place.blocks(), block_id, action_id)
    option = options_of(element)[int(request["option"])] if request.get("option") is not None else None
    if element["type"] == "feedback_buttons":
        pair = (element["positive_button"], element["negative_button"])
        pressed_one = next((each for each in pair if each["value"] == request.get("value")), pair[0])
        element = {**element, "value": pressed_one["value"], "text": pressed_one["text"]}
    control = Control("", "", block_id, element, option)
    action = pressed(control, confirms=True if element.get("confirm") else None)
    if action is None:
        return {}
    actor.house.simulator.stage.deliver("interactive", place.payload(actor.hands.person, action))
    return {}


def _chooses(actor: Actor, request: Request) -> Answer:
    place = _place(actor, request)
    field = entries.field_in(place.blocks(), str(request.get("block")), str(request.get("action")))
    if field is None:
        raise NotThereError
    value = entries.carried(field, request.get("value"), actor.hands.tz)
    if isinstance(place, ViewPlace):
        actor.house.workspace.views.set_field(place.view().id, field.block_id, field.action_id, value)
        if not (field.tells_at_once or request.get("entered")):
            return {}
    action = chosen(field, value)
    actor.house.simulator.stage.deliver("interactive", place.payload(actor.hands.person, action))
    return {}


def _submits(actor: Actor, request: Request) -> Answer:
    view = actor.view(request)
    outcome = submit(actor.house.simulator.stage, actor.hands.person, view)
    if outcome.kind not in ("errors", "not sent"):
        actor.house.errors.pop(view.id, None)
        return {}
    names = {each.label: each.block_id for each in fields_of(view.content["blocks"])}
    problems = {names.get(label, label): said for label, said in outcome.errors.items()}
    actor.house.errors[view.id] = problems
    actor.house.workspace.changes.touch()
    return {"problems": problems}


def _closes(actor: Actor, request: Request) -> Answer:
    view = actor.view(request)
    actor.house.errors.pop(view.id, None)
    close(actor.house.simulator.stage, actor.hands.person, view, whole_stack=bool(request.get("all")))
    return {}


def _suggests(actor: Actor, request: Request) -> Answer:
    view = actor.view(request)
    field = entries.field_in(view.content["blocks"], str(request.get("block")), str(request.get("action")))
    if field is None:
        raise NotThereError
    element = {**field.element, "value": str(request.get("value") or "")}
    payload = block_suggestion(
        actor.house.workspace, actor.hands.person, view, block_id=field.block_id, element=element
    )
    return {"options": list(actor.house.simulator.stage.deliver("interactive", payload).effect.options)}


def _uses_shortcut(actor: Actor, request: Request) -> Answer:
    name = str(request.get("name"))
    if request.get("ts"):
        actor.hands.uses_shortcut(name, actor.message(request))
    else:
        actor.hands.uses_global_shortcut(name)
    return {}


def _reacts(actor: Actor, request: Request) -> Answer:
    message, emoji = actor.message(request).message, str(request.get("name"))
    history = actor.house.workspace.history
    if actor.hands.id in message.reactions.get(emoji, ()):
        history.unreact(message, actor.hands.id, emoji)
    else:
        history.react(message, actor.hands.id, emoji)
    return {}


def _dismisses(actor: Actor, request: Request) -> Answer:
    message: Message = actor.message(request).message
    if message.to_user == actor.hands.id:
        actor.house.workspace.history.delete(message)
    return {}


def _joins(actor: Actor, request: Request) -> Answer:
    actor.house.workspace.invite(str(request.get("channel")), actor.hands.id)
    return {}


def _opens_home(actor: Actor, _request: Request) -> Answer:
    actor.hands.opens_home()
    return {}


def _place(actor: Actor, request: Request) -> MessagePlace | ViewPlace:
    stage = actor.house.simulator.stage
    if not request.get("view"):
        return MessagePlace(actor.message(request), stage)
    view_id = actor.view(request).id
    return ViewPlace(lambda: actor.house.workspace.views.get(view_id), "view", actor.hands.tz, stage)


def _element(blocks: list[Json], block_id: str, action_id: str) -> Json:
    for block in blocks:
        for each in elements_of(block):
            if block.get("block_id") == block_id and each.get("action_id") == action_id:
                return each
    raise NotThereError


_ACTS: Mapping[str, Callable[[Actor, Request], Answer]] = {
    "say": _says,
    "press": _presses,
    "choose": _chooses,
    "submit": _submits,
    "close": _closes,
    "suggest": _suggests,
    "shortcut": _uses_shortcut,
    "react": _reacts,
    "dismiss": _dismisses,
    "join": _joins,
    "home": _opens_home,
}
