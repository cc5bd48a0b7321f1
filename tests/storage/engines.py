"""The databases the suite runs on. A test asks for a fresh, migrated one; which engine it is on is the seam.

`RUNG_TEST_POSTGRESQL` names a PostgreSQL server (a URL of a database that may be connected to) for the second engine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from storage.migrate import upgrade

SERVER = os.environ.get("RUNG_TEST_POSTGRESQL", "")
ENGINES = ("sqlite", "postgresql") if SERVER else ("sqlite",)


def migrated_file(folder: Path) -> Path:
    """Make a migrated SQLite file to copy from: migrating once is enough."""
    file = folder / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@contextmanager
def fresh_database(engine: str, template: Path, folder: Path) -> Iterator[str]:
    """Lend the URL of a migrated database that nobody else uses."""
    if engine == "sqlite":
        file = folder / "rung.db"
        shutil.copy(template, file)
        yield f"sqlite:///{file}"
        return
    name = f"rung_{uuid4().hex}"
    server = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        url = sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        upgrade(url)
        yield url
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()
