"""A still house for every test; afterwards nothing may be lost, doubled, left over or told to the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from tests.engines import SQLITE_EVERY_DAY, Databases
from tests.services.still_house import CANARY, StillHouse, still_house_on

REST = 300.0
"""Seconds in which everything comes to rest, the longest look included."""


@pytest.fixture(params=SQLITE_EVERY_DAY)
def still(
    request: pytest.FixtureRequest, databases: Databases, caplog: pytest.LogCaptureFixture
) -> Iterator[StillHouse]:
    """Rung at Acme on a Monday morning, both clocks in the test's hand; on every engine there is."""
    caplog.set_level(logging.DEBUG)
    with databases.fresh(request.param) as url, still_house_on(url) as house:
        yield house
        house.comes_to_rest(REST)
        assert_nothing_leaked(house, caplog.text)


def assert_nothing_leaked(house: StillHouse, log: str) -> None:
    """Check that neither a token nor a customer's words stand in the log, in metadata or in the outbox."""
    metadata = json.dumps([message.metadata for message in house.visible()])
    outbox = repr(house.rows())
    for place in (log, metadata, outbox):
        assert CANARY not in place
        assert "refund" not in place
        assert house.slack.app.bot_token not in place
        assert "xoxb-" not in place
