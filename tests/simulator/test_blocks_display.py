"""What a person reads where Slack draws blocks, and whom a message calls."""

from __future__ import annotations

from typing import Any

from slackbot.simulator.blocks.display import show_blocks
from slackbot.simulator.blocks.pings import pings_in
from slackbot.simulator.text import Mentions

Payload = dict[str, Any]
NAMES = {"U1": "Ana", "C1": "tier-2", "S1": "leads"}


def plain(text: str) -> Payload:
    """Make a plain_text object."""
    return {"type": "plain_text", "text": text}


def option(text: str) -> Payload:
    """Make an option."""
    return {"text": plain(text), "value": text}


def read(*blocks: Payload) -> list[str]:
    """Read blocks as somebody in Madrid."""
    return show_blocks(list(blocks), tz="Europe/Madrid", names=NAMES.get)


def test_a_card_reads_as_in_slack() -> None:
    """Header, text with a due time in the reader's zone, fields and buttons are one line each."""
    due = "<@U1> asks <#C1> by <!date^1763755200^{date_short} {time}|later>"
    lines = read(
        {"type": "header", "text": plain("ESC-1 & more")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": f"{due}\nsecond &lt;line&gt;"},
            "fields": [plain("Severity: high")],
        },
        {"type": "divider"},
        {"type": "context", "elements": [plain("a"), plain("b")]},
        {
            "type": "actions",
            "elements": [
                {"type": "button", "text": plain("Acknowledge (1 h)")},
                {"type": "static_select", "placeholder": plain("More"), "options": [option("x")]},
                {"type": "overflow", "options": [option("x")]},
            ],
        },
    )
    assert lines == [
        "ESC-1 & more",
        "@Ana asks #tier-2 by Nov 21, 2025 9:00 PM",
        "second <line>",
        "Severity: high",
        "----",
        "a  b",
        "[Acknowledge (1 h)] [v More] [...]",
    ]


def test_a_form_reads_as_in_slack() -> None:
    """Labels, blanks, what is filled in or chosen already, and hints are shown."""

    def asked(label: str, **element: Any) -> Payload:
        return {"type": "input", "label": plain(label), "element": element}

    choices = [option("high"), option("low")]
    lines = read(
        asked("Summary", type="plain_text_input"),
        {**asked("Tried", type="plain_text_input", initial_value="all"), "optional": True},
        {**asked("Severity", type="static_select", options=choices), "hint": plain("Be fair")},
        asked("Who", type="users_select", initial_user="U1"),
        asked("How", type="radio_buttons", options=choices, initial_option=choices[1]),
        asked("What", type="checkboxes", options=choices, initial_options=choices[:1]),
        asked("When", type="datetimepicker", initial_date_time=1_763_755_200),
    )
    assert lines == [
        "Summary: ____",
        "Tried (optional): all",
        "Severity: [v Select]",
        "  Be fair",
        "Who: [v Ana]",
        "How: ( ) high  (o) low",
        "What: [x] high  [ ] low",
        "When: [v Nov 21, 2025 9:00 PM]",
    ]


def test_mrkdwn_calls_and_plain_text_does_not() -> None:
    """A mention in a mrkdwn object calls wherever the object stands; in plain_text it is only words."""
    loud = "<@U1> <!subteam^S1> <!channel>"
    block = {
        "type": "section",
        "text": plain(loud),
        "fields": [{"type": "mrkdwn", "text": loud, "verbatim": True}],
    }
    everyone = Mentions(frozenset({"U1"}), frozenset({"S1"}), frozenset({"channel"}))
    assert pings_in([block], None) == everyone
    assert not pings_in([{"type": "header", "text": plain(loud)}], "no one")
    assert pings_in(None, loud) == everyone


def test_a_plain_at_here_calls_unless_the_object_is_verbatim() -> None:
    """A mrkdwn object is not verbatim by default; top-level text is, unless posted with parse=full."""
    text = {"type": "mrkdwn", "text": "@here"}
    here = Mentions(broadcasts=frozenset({"here"}))
    assert pings_in([{"type": "section", "text": text}], "@here") == here
    assert pings_in([{"type": "markdown", "text": "@here"}], None) == here
    assert not pings_in([{"type": "section", "text": {**text, "verbatim": True}}], "@here")
    assert pings_in([], "@here", text_verbatim=False) == here


def test_rich_text_calls_by_its_elements_only() -> None:
    """Its user, user group and broadcast elements call; its text and a table's cells do not."""

    def rich(*elements: Payload) -> Payload:
        line = {"type": "rich_text_section", "elements": list(elements)}
        return {"type": "rich_text", "elements": [line]}

    assert pings_in(
        [
            rich(
                {"type": "user", "user_id": "U1"},
                {"type": "usergroup", "usergroup_id": "S1"},
                {"type": "broadcast", "range": "everyone"},
            )
        ],
        None,
    ) == Mentions(frozenset({"U1"}), frozenset({"S1"}), frozenset({"everyone"}))
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "<!here> @here"}]]}
    assert not pings_in([rich({"type": "text", "text": "<!here> @here <@U1>"}), table], None)
