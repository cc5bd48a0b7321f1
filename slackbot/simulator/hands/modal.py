"""Views on a person's screen, and what happens to a modal: filled in, submitted, closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from slackbot.simulator.blocks.display import show_blocks
from slackbot.simulator.element_state import elements_of, state_key
from slackbot.simulator.hands.filling import held, refused_locally
from slackbot.simulator.hands.labels import controls_of, fields_of
from slackbot.simulator.hands.stage import NotPossibleError, Stage
from slackbot.simulator.payloads import view_closed, view_submission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slackbot.simulator.deliveries import Delivery
    from slackbot.simulator.model import Json, Person, View

OutcomeKind = Literal["closed", "cleared", "updated", "pushed", "errors", "not sent", "nothing"]


@dataclass(frozen=True, slots=True)
class ShownView:
    """A modal or Home tab as it stood when it was looked at."""

    view: View
    tz: str
    stage: Stage = field(repr=False, compare=False)

    @property
    def title(self) -> str:
        """The title of a modal."""
        return str((self.view.content.get("title") or {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The name by which the app knows it."""
        return self.view.callback_id

    @property
    def lines(self) -> list[str]:
        """What its person reads, line by line, with what stands in the fields."""
        blocks = [_with_entries(block, self.view) for block in self.view.content["blocks"]]
        now = self.stage.workspace.changes.calendar.now()
        return show_blocks(blocks, tz=self.tz, names=self.stage.name_of, now=now)

    @property
    def fields(self) -> dict[str, Any]:
        """What stands in the fields by their labels: texts, texts of options, ids, seconds since 1970."""
        return {each.label: _plain(held(self.view, each)) for each in fields_of(self.view.content["blocks"])}

    @property
    def buttons(self) -> list[str]:
        """The words on what can be pressed inside it."""
        return [each.label for each in controls_of(self.view.content["blocks"])]

    def says(self, *texts: str) -> bool:
        """Say whether each text can be read in it, its title included."""
        everything = "\n".join([self.title, *self.lines])
        return all(text in everything for text in texts)

    def __str__(self) -> str:
        return "\n".join([f"[{self.view.id}] {self.title}:", *(f"    {line}" for line in self.lines)])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What submitting a modal led to; `errors` are by label, `not sent` is what Slack's client refused itself."""

    kind: OutcomeKind
    errors: Mapping[str, str] = field(default_factory=dict)
    view: ShownView | None = None
    deliveries: tuple[Delivery, ...] = ()


def submit(stage: Stage, person: Person, view: View, *, times: int = 1) -> Outcome:
    """Submit a modal, several times at once if asked; the outcome is that of the first.

    Raises NotPossibleError without a submit button and DeliveryFailedError when the app does not answer properly.
    """
    if not view.content.get("submit"):
        message = f"The modal {view.callback_id!r} has no submit button."
        raise NotPossibleError(message)
    local = refused_locally(view)
    if local:
        return Outcome("not sent", local, ShownView(view, person.tz, stage))
    payloads = [
        view_submission(stage.workspace, person, view, lambda channel_id: stage.response_url(person, channel_id))
        for _ in range(times)
    ]
    sent = [stage.deliverer.send("interactive", payload) for payload in payloads]
    for delivery in sent:
        stage.wait_acknowledged(delivery)
    effect = sent[0].effect
    labels = {each.block_id: each.label for each in fields_of(view.content["blocks"])}
    errors = {labels.get(block_id, block_id): said for block_id, said in effect.errors.items()}
    shown = None if effect.view is None else ShownView(effect.view, person.tz, stage)
    kind: Any = effect.kind
    return Outcome(kind, errors, shown, tuple(sent))


def close(stage: Stage, person: Person, view: View, *, whole_stack: bool) -> list[Delivery]:
    """Close a modal, or all of them by the cross; tells the app where the view asked for that.

    The cross is told once, of the root view (docs.slack.dev/reference/interaction-payloads).
    """
    views = stage.workspace.views
    if whole_stack or view.content.get("clear_on_close"):
        gone = views.clear(person.id)[-1:]
        cleared = True
    else:
        gone = views.close(view.id)
        cleared = False
    return [
        stage.deliver("interactive", view_closed(stage.workspace, person, each, is_cleared=cleared))
        for each in gone
        if each.content.get("notify_on_close")
    ]


def _with_entries(block: Json, view: View) -> Json:
    """Write what stands in a block's fields into it as if the app had sent it so."""
    entries = view.state.get(str(block.get("block_id")), {})
    copied = dict(block)
    for name in ("element", "accessory"):
        if isinstance(block.get(name), dict):
            copied[name] = _with_entry(block[name], entries)
    if block.get("type") == "actions":
        copied["elements"] = [_with_entry(each, entries) for each in elements_of(block)]
    return copied


def _with_entry(element: Json, entries: Mapping[str, Json]) -> Json:
    entry = entries.get(str(element.get("action_id")))
    key = state_key(str(element["type"]))
    if entry is None or key is None or key == "files":
        return element
    initial = "initial_" + key.removeprefix("selected_").removeprefix("rich_text_")
    rest = {name: value for name, value in element.items() if name != initial}
    return {**rest, initial: entry[key]} if entry[key] else rest


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value["text"]["text"] if isinstance(value, dict) and "text" in value else value
