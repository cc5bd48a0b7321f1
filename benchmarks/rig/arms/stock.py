"""The control: Bolt as its documentation shows it, with listeners that do nothing but ack.

stock.py builtin|websocket_client [prompt]
    prompt: as fast as Bolt can be, without its wait for the ack (`process_before_response`); not the default
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "label": {"type": "plain_text", "text": "What happened"},
            "element": {"type": "plain_text_input"},
        }
    ],
}


def command(ack: Ack) -> None:
    """Ack `/escalate`."""
    ack()


def form(ack: Ack, client: WebClient, body: dict[str, Any]) -> None:
    """Ack `/escalations` and open a form, so that there is one to submit."""
    ack()
    client.views_open(trigger_id=body["trigger_id"], view=FORM)


def submitted(ack: Ack) -> None:
    """Ack the form."""
    ack()


def main() -> None:
    """Run until killed."""
    token = os.environ["SLACK_BOT_TOKEN"]
    client = WebClient(token, base_url=os.environ["SLACK_API_URL"])
    app = App(token=token, client=client, process_before_response="prompt" in sys.argv)
    app.command("/escalate")(command)
    app.command("/escalations")(form)
    app.view("form")(submitted)
    # Only the client that is asked for: its memory is measured.
    variant = importlib.import_module(f"slack_bolt.adapter.socket_mode.{sys.argv[1]}")
    variant.SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).connect()
    threading.Event().wait()


if __name__ == "__main__":
    main()
