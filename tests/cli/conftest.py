"""A clean environment: no token, no settings of the machine, a database and a policy file of the test's own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from slackbot.settings import Settings


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that commands run in; `rung.db` and `rung.toml` are not there yet."""
    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for setting in fields(Settings):
        monkeypatch.delenv(setting.name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for each, handler in handlers.items():
        signal.signal(each, handler)  # `rung run` takes them for itself
