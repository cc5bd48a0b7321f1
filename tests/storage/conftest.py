"""A fresh database for every test, on every engine there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.engine import open_store
from storage.unit_of_work import Store
from tests.engines import ENGINES, Databases
from tests.storage.house import House, furnish


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A migrated, empty database on the engine under test."""
    with databases.fresh(request.param) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store on it."""
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def house(store: Store) -> House:
    """A workspace with a policy in that store."""
    return furnish(store)
