"""A house for each scenario; unexpected errors in the log fail it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, house


@pytest.fixture
def acme_house(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    """Rung at Acme, with the example policy; a scenario that expects an error in the log clears it itself."""
    caplog.set_level(logging.ERROR)
    with house(tmp_path) as open_house:
        yield open_house
    errors = [record.getMessage() for record in caplog.records if record.name != "websocket"]
    assert errors == []
