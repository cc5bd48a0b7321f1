"""A pair of hands: what one person types, presses, fills in and reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slackbot.simulator.hands.answer import Answer, look
from slackbot.simulator.hands.manifest import command_text, shortcut_id
from slackbot.simulator.hands.modal import Outcome, ShownView, close, submit
from slackbot.simulator.hands.pressing import (
    MessagePlace,
    Place,
    ViewPlace,
    chosen,
    pressed,
    value_for,
    wait_for_control,
    wait_for_field,
)
from slackbot.simulator.hands.screen import ShownChannel, ShownMessage
from slackbot.simulator.hands.stage import PATIENCE_SECONDS, NotPossibleError, Stage
from slackbot.simulator.payloads import global_shortcut, message_action, slash_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from slackbot.simulator.deliveries import Delivery, Kind
    from slackbot.simulator.hands.labels import Field
    from slackbot.simulator.model import Channel, Json, Person, View


class Hands:
    """One person at their screen; every call waits for the app's ack, at most the three seconds Slack waits.

    What the app fails to answer raises DeliveryFailedError, what Slack would not let a person do NotPossibleError.
    """

    def __init__(self, stage: Stage, person_id: str) -> None:
        self._stage = stage
        self.id = person_id

    @property
    def person(self) -> Person:
        """The person as the workspace knows them now."""
        found = self._stage.workspace.person(self.id)
        if found is None:
            message = f"There is nobody with the id {self.id}."
            raise NotPossibleError(message)
        return found

    @property
    def tz(self) -> str:
        """The person's zone."""
        return self.person.tz

    @property
    def dm(self) -> ShownChannel:
        """The direct message with the app."""
        return ShownChannel(self._stage, self._stage.workspace.direct_message(self.id).id)

    @property
    def modal(self) -> ShownView:
        """The modal on top, waited for; raises NotShownError."""
        return ShownView(self._top.view(), self.tz, self._stage)

    @property
    def home(self) -> ShownView:
        """What the app published to this person's Home tab, waited for; raises NotShownError."""
        return ShownView(self._home.view(), self.tz, self._stage)

    def types(self, line: str, in_: str | ShownChannel, *, wait: bool = True) -> Answer:
        """Type a slash command with its text; with `wait` False the ack is not waited for."""
        channel = self._channel(in_)
        if self.id not in channel.members:
            message = f"{self.person.name} is not in #{channel.name} and can't type there."
            raise NotPossibleError(message)
        command, _, rest = line.partition(" ")
        text = command_text(self._stage.workspace, command, rest.strip())

        def payload() -> Json:
            url = self._stage.response_url(self.person, channel.id)
            return slash_command(self._stage.workspace, self.person, channel, command, text, response_url=url)

        return self._act("slash_commands", payload, wait=wait)

    def says(self, text: str, in_: str | ShownChannel, *, thread: ShownMessage | None = None) -> ShownMessage:
        """Post an ordinary message, in a thread if one is named; the app hears of it where it is a member."""
        thread_ts = None if thread is None else thread.message.thread_ts or thread.ts
        channel = self._channel(in_)
        said = self._stage.workspace.say(self.id, channel.id, text, thread_ts=thread_ts)
        return ShownMessage(said, self._stage)

    def uses_shortcut(self, name: str, on: ShownMessage, *, times: int = 1) -> Answer:
        """Use a shortcut from the menu of a message; the app need not be in that channel."""
        self._check_sees(on)
        callback_id = shortcut_id(self._stage.workspace, name, "message")

        def payload() -> Json:
            message = on.now().message
            url = self._stage.response_url(self.person, message.channel)
            return message_action(self._stage.workspace, self.person, message, callback_id, response_url=url)

        return self._act("interactive", payload, times=times)

    def uses_global_shortcut(self, name: str) -> Answer:
        """Use a shortcut from the search or the plus sign."""
        callback_id = shortcut_id(self._stage.workspace, name, "global")
        return self._act("interactive", lambda: global_shortcut(self._stage.workspace, self.person, callback_id))

    def clicks(
        self,
        label: str,
        on: ShownMessage | None = None,
        *,
        in_modal: bool = False,
        in_home: bool = False,
        confirms: bool | None = None,
        times: int = 1,
        wait: bool = True,
        within: float = PATIENCE_SECONDS,
    ) -> Answer:
        """Press what bears this text or accessible label (or alone begins so): a button, an overflow entry.

        `confirms` answers the dialog a control may ask with; False sends nothing. `times` presses at once.
        """
        place = self._place(on, in_modal=in_modal, in_home=in_home)
        control = wait_for_control(self._stage, place, label, within)
        action = pressed(control, confirms=confirms)
        if action is None:
            return Answer(self._stage, self.person, look(self._stage, self.person))
        return self._act("interactive", lambda: place.payload(self.person, action), times=times, wait=wait)

    def chooses(self, label: str, wanted: Any, on: ShownMessage | None = None, *, in_home: bool = False) -> Answer:
        """Choose in a select, radio buttons or the like, by default in the modal; tells the app where Slack does."""
        place = self._place(on, in_modal=on is None and not in_home, in_home=in_home)
        return self._enter(place, wait_for_field(self._stage, place, label), wanted)

    def fills(self, **entries: Any) -> None:
        """Fill fields of the modal in by their labels: `fills(**{"What happened": "..."})`; None empties one."""
        for label, wanted in entries.items():
            self._enter(self._top, wait_for_field(self._stage, self._top, label), wanted)

    def submits(self, *, times: int = 1) -> Outcome:
        """Submit the modal on top; `times` above one is a double click."""
        return submit(self._stage, self.person, self._top.view(), times=times)

    def closes(self, *, whole_stack: bool = False) -> list[Delivery]:
        """Close the modal on top, or by its cross the whole stack; lists what the app was told."""
        return close(self._stage, self.person, self._top.view(), whole_stack=whole_stack)

    def modal_shows(self, *texts: str, within: float = PATIENCE_SECONDS) -> ShownView:
        """Wait real seconds until the modal on top says each text; raises NotShownError."""
        return self._view_shows(self._top, texts, within)

    def home_shows(self, *texts: str, within: float = PATIENCE_SECONDS) -> ShownView:
        """Wait real seconds until the Home tab says each text; raises NotShownError."""
        return self._view_shows(self._home, texts, within)

    def opens_home(self) -> None:
        """Open the app's Home tab; the app hears of it if it subscribed to `app_home_opened`."""
        event = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id, "tab": "home"}
        self._stage.workspace.changes.emit(event)

    def sees_ephemeral(self, *texts: str, within: float = PATIENCE_SECONDS) -> ShownMessage:
        """Wait real seconds for a message shown to this person alone that says each text; raises NotShownError."""
        history = self._stage.workspace.history

        def newest() -> ShownMessage | None:
            notes = [ShownMessage(each, self._stage) for each in history.ephemerals(self.id)]
            return next((each for each in reversed(notes) if each.says(*texts)), None)

        def dump() -> str:
            notes = [str(ShownMessage(each, self._stage)) for each in history.ephemerals(self.id)]
            return "\n".join([f"{self.person.name} sees no ephemeral message {texts}.", *notes])

        return self._stage.wait_for(newest, dump, within)

    def sends_raw(self, payload: Json, kind: Kind = "interactive") -> Delivery:
        """Send any payload, forged ones included, and wait for its ack."""
        return self._stage.deliver(kind, payload)

    @property
    def _top(self) -> ViewPlace:
        views = self._stage.workspace.views

        def top() -> View | None:
            stack = views.stack(self.id)
            return stack[-1] if stack else None

        return ViewPlace(top, "modal", self.tz, self._stage)

    @property
    def _home(self) -> ViewPlace:
        views = self._stage.workspace.views
        return ViewPlace(lambda: views.home(self.id), "Home tab", self.tz, self._stage)

    def _place(self, on: ShownMessage | None, *, in_modal: bool, in_home: bool) -> Place:
        if (on is not None) + in_modal + in_home != 1:
            message = "Say where: on=message, in_modal=True or in_home=True."
            raise NotPossibleError(message)
        if on is None:
            return self._top if in_modal else self._home
        self._check_sees(on)
        return MessagePlace(on, self._stage)

    def _enter(self, place: Place, field: Field, wanted: Any) -> Answer:
        view = place.view() if isinstance(place, ViewPlace) else None
        value = value_for(self._stage, self.person, field, wanted, view)
        if view is not None:
            self._stage.workspace.views.set_field(view.id, field.block_id, field.action_id, value)
            if not field.tells_at_once:
                return Answer(self._stage, self.person, look(self._stage, self.person))
        return self._act("interactive", lambda: place.payload(self.person, chosen(field, value)))

    def _act(self, kind: Kind, payload: Callable[[], Json], *, times: int = 1, wait: bool = True) -> Answer:
        before = look(self._stage, self.person)
        payloads = [payload() for _ in range(times)]
        sent = [self._stage.deliverer.send(kind, each) for each in payloads]
        for delivery in sent if wait else ():
            self._stage.wait_acknowledged(delivery)
        return Answer(self._stage, self.person, before, tuple(sent))

    def _view_shows(self, place: ViewPlace, texts: tuple[str, ...], within: float) -> ShownView:
        def there() -> ShownView | None:
            view = place.find()
            shown = None if view is None else ShownView(view, self.tz, self._stage)
            return shown if shown is not None and shown.says(*texts) else None

        return self._stage.wait_for(there, lambda: f"{place.what} does not show {texts}:\n{place}", within)

    def _channel(self, place: str | ShownChannel) -> Channel:
        if isinstance(place, ShownChannel):
            return place.channel
        found = self._stage.workspace.channel_named(place)
        if found is None:
            message = f"There is no channel {place}."
            raise NotPossibleError(message)
        return found

    def _check_sees(self, shown: ShownMessage) -> None:
        channel = ShownChannel(self._stage, shown.channel_id).channel
        private = shown.message.to_user not in (None, self.id)
        if private or not self._stage.can_see(self.person, channel):
            message = f"{self.person.name} can't see that message in {channel.name or channel.id}."
            raise NotPossibleError(message)
