"""A fresh database for every test, on every engine there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine import open_store
from storage.unit_of_work import Store
from tests.storage.engines import ENGINES, fresh_database, migrated_file
from tests.storage.house import House, furnish


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    return migrated_file(tmp_path_factory.mktemp("template"))


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database on the engine under test."""
    with fresh_database(request.param, template, tmp_path) as url:
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
