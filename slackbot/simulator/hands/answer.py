"""What a person gets to see after a command, a shortcut or a press."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slackbot.simulator.hands.modal import ShownView
from slackbot.simulator.hands.screen import ShownMessage
from slackbot.simulator.hands.stage import Stage

if TYPE_CHECKING:
    from slackbot.simulator.deliveries import Delivery
    from slackbot.simulator.model import Person, View


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person had on the screen before they did something."""

    ephemerals: frozenset[tuple[str, str]]
    views: frozenset[str]


def look(stage: Stage, person: Person) -> Seen:
    """Remember what is on a person's screen now."""
    workspace = stage.workspace
    notes = frozenset((each.channel, each.ts) for each in workspace.history.ephemerals(person.id))
    return Seen(notes, frozenset(each.id for each in workspace.views.stack(person.id)))


@dataclass(frozen=True, slots=True)
class Answer:
    """The app's answer; `message` and `modal` wait for what comes after the ack."""

    stage: Stage = field(repr=False)
    person: Person
    before: Seen = field(repr=False)
    deliveries: tuple[Delivery, ...] = ()

    @property
    def delivery(self) -> Delivery:
        """The first delivery: its ack and how long it took."""
        return self.deliveries[0]

    @property
    def acked_with(self) -> Any:
        """The body of the ack, None without one."""
        return self.delivery.ack_body

    @property
    def message(self) -> ShownMessage:
        """The newest message shown to this person alone since they acted; raises NotShownError."""
        return self.stage.wait_for(self._newest_note, lambda: "No ephemeral message came.")

    @property
    def text(self) -> str:
        """What that message says, as this person reads it; raises NotShownError."""
        return "\n".join(self.message.as_seen_by(self.person))

    @property
    def modal(self) -> ShownView:
        """The modal that opened since this person acted; raises NotShownError."""
        view = self.stage.wait_for(self._new_view, lambda: "No modal opened.")
        return ShownView(view, self.person.tz, self.stage)

    @property
    def is_silent(self) -> bool:
        """Say whether neither a message nor a modal has come so far."""
        with self.stage.workspace.changed:
            return self._newest_note() is None and self._new_view() is None

    def _newest_note(self) -> ShownMessage | None:
        for note in reversed(self.stage.workspace.history.ephemerals(self.person.id)):
            if (note.channel, note.ts) not in self.before.ephemerals:
                return ShownMessage(note, self.stage)
        return None

    def _new_view(self) -> View | None:
        stack = self.stage.workspace.views.stack(self.person.id)
        return next((each for each in reversed(stack) if each.id not in self.before.views), None)
