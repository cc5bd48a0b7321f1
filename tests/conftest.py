"""What tests of several folders stand on: databases of every engine there is."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.migrate import upgrade
from tests.cluster import Cluster, started
from tests.engines import Databases
from tests.statements import shared_statements


def pytest_configure() -> None:
    """No example is too slow: how long one takes says how busy the machine is."""
    settings.register_profile("house", deadline=None)
    settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Take what collecting built out of every later garbage collection: it lives as long as the process."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def statements() -> Iterator[None]:
    """Compile each statement once for all tests of this process."""
    with shared_statements():
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for all tests of this process; it starts with the first test that asks."""
    with started() as running:
        yield running


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from: migrating once is enough."""
    file = tmp_path_factory.mktemp("template") / "rung.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def databases(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Databases:
    """Where a test gets fresh, migrated databases from; PostgreSQL is started only for those who ask for one of it."""
    return Databases(template, tmp_path, lambda: request.getfixturevalue("cluster"))
