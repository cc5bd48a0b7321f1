"""The house is read once a run."""

from __future__ import annotations

import pytest

from tests.architecture.source import Module, load


@pytest.fixture(scope="session")
def house() -> tuple[Module, ...]:
    """Every module of the four packages."""
    return load()
