"""The databases that tests run on: a test asks for a fresh, migrated one, and says on which engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster import Cluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)
SQLITE_EVERY_DAY = (SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.proof))
"""For what is dear: both engines in proof, one every day."""


def copied(template: Path, folder: Path) -> str:
    """Copy a migrated SQLite file to `rung.db` in a folder, and give the URL of the copy."""
    return f"sqlite:///{shutil.copy(template, folder / 'rung.db')}"


@dataclass(frozen=True, slots=True)
class Databases:
    """Lends databases: copies of a migrated SQLite file, or of a migrated database on a PostgreSQL server."""

    template: Path
    folder: Path
    cluster: Callable[[], Cluster]

    @contextmanager
    def fresh(self, engine: str) -> Iterator[str]:
        """Lend the URL of a migrated, empty database that nobody else uses."""
        if engine == POSTGRESQL:
            with self.cluster().database() as url:
                yield url
        else:
            yield copied(self.template, self.folder)
