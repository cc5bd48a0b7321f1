"""What people paste: nothing of it calls anybody, breaks a form or is stored half."""

from __future__ import annotations

import pytest

from tests.house import House

CALLS = "<!channel> <!here|x> <@U0001> <!subteam^S0001> @here @channel @everyone <https://evil.example|good>"
RTL = "\u202efdp.exe \u2067abc\u2069 \u200f"
NOISE = "\x00\x07\u0085 zero\u200bwidth " + "z" * 40
EMOJI = "🔥" * 700
MARKUP = "*bold* _it_ ~no~ `code` ```block``` > quote & <b> &lt;x&gt; \u2028line\u2029end\ttab\r\nnext"
LONG = "words and " * 280


@pytest.mark.parametrize("text", [CALLS, RTL + "x", NOISE, EMOJI, MARKUP, LONG], ids=range(6))
def test_whatever_is_typed_into_every_field(acme_house: House, text: str) -> None:
    """The whole story is told with this text in each field, and only those whom the policy names are called."""
    ana, lena = acme_house.person("ana"), acme_house.person("lena")
    said = ana.says(text.replace("\x00", ""), in_="#support")
    ana.uses_shortcut("Escalate conversation", on=said)
    ana.chooses("Category", "Billing")
    ana.modal_shows("What is needed?")
    ana.fills(Summary=text[:300], Customer=text[:200], Ticket=text[:200])
    ana.fills(**{"What was tried?": text[:3000], "What is needed?": text[:3000]})
    ana.chooses("Severity", "High")
    outcome = ana.submits()
    assert outcome.kind == "updated", outcome.errors
    card = acme_house.channel("#tier-2").shows("ESC-1 · High · Billing")
    lena.clicks("Escalate now", on=card)
    lena.fills(**{"Why send it on?": text[:3000]})
    lena.submits()
    higher = acme_house.channel("#tier-3").shows("ESC-1 · High · Billing")
    if higher.says("[Read all]"):
        lena.clicks("Read all", on=higher)
        lena.closes()
    lena.clicks("Resolve", on=higher)
    lena.fills(**{"What to tell the customer": text[:3000]})
    lena.submits()
    ana.clicks("Not solved", on=ana.dm.shows("Did it solve the case?"))
    for words in ("mine", "show ESC-1", "why ESC-1"):
        assert "ESC-1" in ana.types(f"/escalations {words}", in_="#support").text
    acme_house.passes("30m")
    only_whom_the_policy_names(acme_house)
    nothing_is_refused(acme_house)


@pytest.mark.parametrize("text", [CALLS, EMOJI, MARKUP, LONG * 2], ids=range(4))
def test_whatever_is_typed_in_one_line(acme_house: House, text: str) -> None:
    """The same, typed after the command: raised at once, or asked about, and nobody is called by it."""
    ana = acme_house.person("ana")
    receipt = ana.types(f'/escalate {text} category:Account customer:"Nordic & <co>"', in_="#support").text
    assert "ESC-1" in receipt
    acme_house.channel("#tier-2").shows("ESC-1", "Nordic & <co>")
    acme_house.passes("30m")
    only_whom_the_policy_names(acme_house)
    nothing_is_refused(acme_house)


def nothing_is_refused(house: House) -> None:
    """See that Slack took everything; a form's drawing may come too late for the next choice."""
    assert {call.error for call in house.workspace.journal.refused()} <= {"hash_conflict"}


def only_whom_the_policy_names(house: House) -> None:
    """Hold every post against the people and groups who may be called by it."""
    named = {house.person(name).id for name in ("lena", "marco", "dana", "carla", "ana")}
    groups = {group.id for group in house.workspace.groups()}
    for ping in house.workspace.pings:
        assert ping.users <= named, ping
        assert ping.groups <= groups, ping
        assert not ping.everyone, ping
