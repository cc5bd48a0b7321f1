"""The Bolt app of the delivery and hands tests: a form, a card, a Home tab; it acks with what a test hands it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulator.small_app import plain

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

Json = dict[str, Any]
CATEGORIES = ("Billing", "Technical", "Other")


def options(*names: str) -> list[Json]:
    """Make options out of names."""
    return [{"text": plain(name), "value": name.lower()} for name in names]


def field_block(block_id: str, label: str, element: Json, **more: Any) -> Json:
    """Make an input block whose action id is its block id."""
    named = {**element, "action_id": block_id}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": named, **more}


def form(*, title: str = "Escalate", **more: Any) -> Json:
    """Make the form: a field of every common kind."""
    category = {"type": "static_select", "options": options(*CATEGORIES)}
    severity = {"type": "radio_buttons", "options": options("low", "high")}
    tags = {"type": "multi_static_select", "options": options("vip", "refund", "outage")}
    shorter = {"type": "plain_text_input", "multiline": True, "max_length": 20}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": [
            field_block("category", "Category", category, dispatch_action=True),
            field_block("severity", "Severity", severity, optional=True),
            field_block("summary", "Summary", shorter),
            field_block("due", "Due", {"type": "datetimepicker"}, optional=True),
            field_block("day", "Day", {"type": "datepicker"}, optional=True),
            field_block("tags", "Tags", tags, optional=True),
            field_block("who", "Who", {"type": "users_select"}, optional=True),
            field_block("place", "Place", {"type": "conversations_select"}, optional=True),
            field_block("amount", "Amount", {"type": "number_input", "is_decimal_allowed": False}, optional=True),
            field_block("customer", "Customer", {"type": "external_select", "min_query_length": 1}, optional=True),
            {
                "type": "actions",
                "block_id": "more",
                "elements": [{"type": "button", "action_id": "read_all", "text": plain("Read all")}],
            },
        ],
        **more,
    }


def card() -> list[Json]:
    """Make a message with buttons, a menu, a select and an instant."""
    confirm = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "deny": plain("No")}
    return [
        {
            "type": "section",
            "block_id": "head",
            "text": {"type": "mrkdwn", "text": "*ESC-1* due <!date^1794908400^{time}|soon>"},
            "accessory": {"type": "overflow", "action_id": "menu", "options": options("Snooze", "Withdraw")},
        },
        {
            "type": "actions",
            "block_id": "buttons",
            "elements": [
                {"type": "button", "action_id": "acknowledge", "text": plain("Acknowledge (1 h)"), "value": "1"},
                {
                    "type": "button",
                    "action_id": "resolve",
                    "text": plain("Resolve"),
                    "accessibility_label": "Resolve ESC-1",
                    "confirm": confirm,
                },
                {
                    "type": "static_select",
                    "action_id": "pick",
                    "placeholder": plain("Other time"),
                    "options": options("15 m", "4 h"),
                },
            ],
        },
    ]


@dataclass
class Desk:
    """What the app was told, and what it acks a submission with."""

    heard: list[Json] = field(default_factory=list)
    submission_ack: Json = field(default_factory=dict)
    options_ack: Json = field(default_factory=lambda: {"options": options("Acme", "Acid")})

    def register(self, app: App) -> None:
        """Put every listener on the app."""
        for command in ("/form", "/note"):
            app.command(command)(self.command)
        app.shortcut("from_message")(self.open_form)
        app.shortcut("from_anywhere")(self.open_form)
        for action in ("acknowledge", "resolve", "menu", "pick", "read_all", "category"):
            app.action(action)(self.pressed)
        app.view("form")(self.submitted)
        app.view_closed("form")(self.noted)
        app.options("customer")(self.suggested)
        for event in ("app_home_opened", "message", "app_uninstalled", "tokens_revoked", "user_change"):
            app.event(event)(self.passed_over)

    def command(self, ack: Ack, body: Json, client: WebClient) -> None:
        """Open the form on /form, else answer with the text."""
        self.heard.append(body)
        if body["command"] == "/note":
            ack(f"Noted: {body['text']}")
        else:
            self.open_form(ack, body, client)

    def open_form(self, ack: Ack, body: Json, client: WebClient) -> None:
        """Ack first, then open the form, as an app should."""
        self.heard.append(body)
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=form(notify_on_close=True))

    def pressed(self, ack: Ack, body: Json, client: WebClient) -> None:
        """Take a press; reading all pushes a second modal."""
        self.heard.append(body)
        ack()
        if body["actions"][0]["action_id"] == "read_all":
            client.views_push(trigger_id=body["trigger_id"], view=form(title="All of it"))

    def submitted(self, ack: Ack, body: Json) -> None:
        """Ack a submission with what the test said."""
        self.heard.append(body)
        ack(**self.submission_ack)

    def suggested(self, ack: Ack, body: Json) -> None:
        """Offer customers."""
        self.heard.append(body)
        ack(**self.options_ack)

    def noted(self, ack: Ack, body: Json) -> None:
        """Take a closed view."""
        self.heard.append(body)
        ack()

    def passed_over(self, ack: Ack) -> None:
        """Take an event without noting it: Bolt acks events before it runs the listener, so a note could come late."""
        ack()

    @property
    def last(self) -> Json:
        """The newest thing the app was told."""
        return self.heard[-1]
