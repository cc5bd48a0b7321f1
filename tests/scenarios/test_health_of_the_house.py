"""A house at work says how it is."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from slackbot.services import tokens
from slackbot.slack.failures import failure_of
from tests.house import House


def test_a_working_house_is_ready_and_measured(acme_house: House) -> None:
    """After a case and its ping the pages are green, and each figure has seen something."""
    acme_house.escalates()
    acme_house.passes("10m")
    rung = acme_house.rung
    assert rung.health.alive().body == b"ok\n"
    assert rung.health.ready().body == b"ok\n"
    lines = rung.metrics.exposition().decode().splitlines()
    counts = {line.split()[0]: float(line.split()[1]) for line in lines if "_count" in line}
    assert counts["rung_ack_seconds_count"] >= 1
    assert counts["rung_deadline_lateness_seconds_count"] >= 1
    assert counts["rung_message_lateness_seconds_count"] >= 2
    loops = {line.split('"')[1] for line in lines if line.startswith("rung_loop_heartbeat_age_seconds{")}
    assert loops == {loop.name for loop in rung.loops}
    assert {"deadlines", "sender", "reconciler"} < loops


def test_a_token_that_is_good_again_makes_it_ready_again(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Refused once, the house is not ready; the next question to Slack that is answered ends it."""
    rung = acme_house.rung
    rung.engine.gateway.token_state.heard(failure_of("chat.postMessage", "token_revoked"))
    assert rung.health.ready().body == b"slack: Slack refuses the token (token_revoked)\n"
    rung.engine.tokens.step()
    assert rung.health.ready().body == b"ok\n"
    caplog.clear()


def test_a_refusal_that_another_process_met_counts(acme_house: House) -> None:
    """Where the database knows of a refused token, this process is not ready either, though it has heard nothing."""
    rung = acme_house.rung
    now = rung.engine.ctx.wire_now()
    with rung.engine.ctx.store.write() as tx:
        tx.refusals.note(rung.workspace.id, "chat.postMessage: token_revoked", now, now + timedelta(hours=1))
    assert rung.health.ready().body == b"slack: Slack refuses a token\n"
    assert rung.health.alive().body == b"ok\n"


def test_without_a_way_in_it_is_not_ready(acme_house: House) -> None:
    """A connection that was replaced is as good as the first; with none the house is alive but not ready."""
    rung = acme_house.rung
    acme_house.simulator.drop_connections()
    acme_house.simulator.wait_connected()
    acme_house.escalates()
    assert rung.health.ready().body == b"ok\n"
    rung._transport.stop()
    assert b"requests: no way in" in rung.health.ready().body
    assert rung.health.alive().body == b"ok\n"


def test_a_form_that_is_refused_makes_it_unready(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Where only a form met the refused token, and no message, the house is not ready and asks Slack at once."""
    # The loop that asks Slack says so in the log whenever it comes to it, which may be after this test's last line.
    caplog.set_level(logging.CRITICAL, logger=tokens.__name__)
    simulator, rung = acme_house.simulator, acme_house.rung
    asked = len(simulator.workspace.journal.calls("auth.test"))
    simulator.workspace.revoke_token()
    acme_house.person("ana").types("/escalate", in_="#support")
    assert simulator.workspace.wait_for(lambda: b"refuses" in rung.health.ready().body, timeout=5)
    rung.engine.tokens.step()
    assert simulator.workspace.wait_for(lambda: len(simulator.workspace.journal.calls("auth.test")) > asked, timeout=5)
    simulator.workspace.installation.restore()
