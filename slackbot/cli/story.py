"""The story the demo plays: escalated, called again, one tier up, taken, answered, resolved, confirmed.

Every `shows` waits for what a person would see and fails the story when it does not come.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from slackbot.ids import COMMAND_ESCALATE, COMMAND_ESCALATIONS
from slackbot.simulator.hands.person import Hands
from slackbot.simulator.hands.screen import ShownChannel, ShownMessage
from slackbot.simulator.model import Message
from slackbot.simulator.server import Simulator

SUMMARY = "Checkout refuses every card since 9:30"
CASE = {
    "Summary": SUMMARY,
    "Customer": "Nordic Outdoor, Business plan",
    "What was tried?": "Cleared the cache, tried two cards, read the status page: nothing.",
    "What is needed?": "Find out why the payment page refuses cards, and tell us a workaround.",
}
SOLUTION = {
    "What to tell the customer": "A certificate had expired. It is renewed: paying works again.",
    "What could be done on the first level next time?": "Look at the certificate's date on the status page.",
}


class Tells(Protocol):
    """Whoever tells the story, in the terminal or on the page."""

    def scene(self, title: str) -> None:
        """Begin a new part of the story."""
        ...

    def does(self, place: str, what: str) -> None:
        """Tell what somebody does."""
        ...

    def sees(self, place: str, what: str, lines: Iterable[str]) -> None:
        """Tell what only one person sees: a form, a receipt."""
        ...

    def sees_message(self, place: str, what: str, message: Message) -> None:
        """Tell a message that only one person sees."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """Where it is played and who tells it.

    `patience` is how long the story waits for what must come, `minute` how long a minute of it takes; in real seconds.
    `label` is the number that the story's case will get.
    """

    simulator: Simulator
    tell: Tells
    patience: float
    minute: float
    label: str = "ESC-1"
    _never: threading.Event = field(default_factory=threading.Event, repr=False)

    def person(self, name: str) -> Hands:
        """Give somebody's hands."""
        return self.simulator.person(name)

    def passes(self, minutes: int) -> None:
        """Let some minutes of the story pass while people are at work."""
        self._never.wait(minutes * self.minute)

    def expect(self, channel: ShownChannel, *texts: str) -> ShownMessage:
        """Wait for a message that says each text; raises NotShownError."""
        return channel.shows(*texts, within=self.patience)

    def channel(self, name: str) -> ShownChannel:
        """Look at a channel."""
        return self.simulator.channel(name)


def play(stage: Stage) -> None:
    """Play the whole story.

    Raises:
        RungError: something that it expects did not happen.
    """
    escalate(stage)
    wait_in_vain(stage)
    card = climb(stage)
    take(stage, card)
    solve(stage, card)
    ask_why(stage)


def escalate(stage: Stage) -> None:
    """Ana escalates a customer's case by the form."""
    tell, ana = stage.tell, stage.person("ana")
    tell.scene("Ana, a support agent, can't solve a customer's case.")
    tell.does("#support", f"Ana types {COMMAND_ESCALATE} and fills in the form.")
    ana.types(COMMAND_ESCALATE, in_="#support")
    ana.chooses("Category", "Technical")
    ana.chooses("Severity", "Urgent")
    ana.modal_shows("Team leads", "10 min")
    ana.fills(**CASE)
    tell.sees("Ana's screen", "The form:", ana.modal.lines)
    tell.does("Ana's screen", "Ana presses Escalate.")
    ana.submits()
    tell.sees("Ana's screen", "The receipt:", ana.modal_shows(stage.label).lines)
    stage.expect(stage.channel("#tier-2"), stage.label, SUMMARY)
    stage.expect(ana.dm, stage.label)


def wait_in_vain(stage: Stage) -> None:
    """Tier 2 stays silent, so Rung calls again and again."""
    stage.tell.scene("Nobody in tier 2 takes it, so Rung calls them again.")
    tier_2 = stage.channel("#tier-2")
    thread = tier_2.thread(stage.expect(tier_2, stage.label, SUMMARY, "Acknowledge"))
    stage.expect(thread, "call 2")
    stage.expect(thread, "call 3")
    stage.expect(tier_2, "last call")


def climb(stage: Stage) -> ShownMessage:
    """Tier 2's time is over: the case goes to tier 3 with everything it knows."""
    stage.tell.scene("Ten minutes without an answer: the case goes one tier up.")
    card = stage.expect(stage.channel("#tier-3"), stage.label, SUMMARY)
    stage.expect(stage.channel("#tier-2"), "went on to", "Department managers")
    stage.expect(stage.person("ana").dm, "#tier-3")
    return card


def take(stage: Stage, card: ShownMessage) -> None:
    """Dana takes it, promises a first answer and gives it."""
    tell, dana, tier_3 = stage.tell, stage.person("dana"), stage.channel("#tier-3")
    tell.scene("Dana, a department manager, takes it. From here on nobody else is called.")
    tell.does("#tier-3", "Dana presses Acknowledge.")
    dana.clicks("Acknowledge", on=card)
    stage.expect(tier_3, "@dana has it and promised")
    stage.expect(stage.person("ana").dm, f"@dana has {stage.label} and promised")
    stage.passes(3)
    tell.does("#tier-3", "Dana calls the customer back, then presses Answered.")
    dana.clicks("Answered", on=card.now())
    stage.expect(tier_3, "gave a first answer")


def solve(stage: Stage, card: ShownMessage) -> None:
    """Dana resolves it, and Ana confirms."""
    tell, dana, ana = stage.tell, stage.person("dana"), stage.person("ana")
    tell.scene("Dana finds the cause. Ana is told, and says whether it helped.")
    stage.passes(4)
    tell.does("#tier-3", "Dana presses Resolve and writes what to tell the customer.")
    dana.clicks("Resolve", on=card.now())
    dana.fills(**SOLUTION)
    tell.sees("Dana's screen", "The form:", dana.modal.lines)
    dana.submits()
    told = stage.expect(ana.dm, "Did it solve the case?", SOLUTION["What to tell the customer"])
    stage.expect(stage.channel("#tier-3"), "gave a solution")
    tell.does("DM to Ana", "Ana presses Solved.")
    ana.clicks("Solved", on=told)
    stage.expect(stage.channel("#tier-3"), stage.label, "Closed")
    stage.expect(ana.dm, "Closed")


def ask_why(stage: Stage) -> None:
    """Anybody can read afterwards what happened and why."""
    tell, lena = stage.tell, stage.person("lena")
    tell.scene("Lena, a team lead, was in a meeting. She asks what she missed, and why.")
    question = f"{COMMAND_ESCALATIONS} why {stage.label}"
    tell.does("#tier-2", f"Lena types {question}")
    answer = lena.types(question, in_="#tier-2").message
    tell.sees_message("Lena's screen", "Only Lena sees:", answer.message)
