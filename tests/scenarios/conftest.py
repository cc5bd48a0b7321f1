"""A house for each scenario; unexpected errors in the log fail it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.engines import SQLITE, Databases
from tests.house import House, house


@pytest.fixture
def acme_house(databases: Databases, caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    """Rung at Acme, with the example policy; a scenario that expects an error in the log clears it itself."""
    caplog.set_level(logging.ERROR)
    with databases.fresh(SQLITE) as url, house(url) as open_house:
        yield open_house
    errors = [record.getMessage() for record in caplog.records if record.name != "websocket"]
    assert errors == []
