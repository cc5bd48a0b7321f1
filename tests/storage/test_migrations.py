"""Steps and tables: SQLite writes both down as they are, so there nothing escapes the comparison."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.migrate import configuration, current, upgrade
from storage.revisions import HEAD, REVISIONS
from storage.tables import cases, delivery, directory, indexes, uptime
from storage.tables.schema import metadata

IN_CODE = (directory.people, cases.escalations, delivery.outbox, uptime.outages)


def schema(connection: sqlite3.Connection) -> dict[str, str]:
    """Read what SQLite keeps of tables and indexes, spacing aside."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'")
    return {name: " ".join(sql.split()) for name, sql in found if name != "alembic_version"}


def parts(sql: str) -> list[str]:
    """Split a definition, since the order of constraints means nothing."""
    inner = sql.partition("(")[2].rpartition(")")[0] if sql.startswith("CREATE TABLE") else sql
    return sorted(part.strip() for part in inner.replace(", CONSTRAINT", ",\0CONSTRAINT").split(",\0"))


def test_all_steps_make_the_tables_in_code(tmp_path: Path) -> None:
    """A migrated database and one made from the tables in code are the same: columns, checks, partial indexes."""
    upgrade(f"sqlite:///{tmp_path}/migrated.db")
    engine = sa.create_engine(f"sqlite:///{tmp_path}/made.db")
    metadata.create_all(engine)
    engine.dispose()
    schemas = []
    for name in ("migrated.db", "made.db"):
        connection = sqlite3.connect(tmp_path / name)
        schemas.append({key: parts(sql) for key, sql in schema(connection).items()})
        connection.close()
    assert schemas[0] == schemas[1]
    assert {table.name for table in IN_CODE} | {index.name for index in indexes.INDEXES} <= schemas[0].keys()


def test_alembic_finds_nothing_to_migrate(database_url: str) -> None:
    """Alembic's own comparison finds no difference either, on any engine."""
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_list_of_revisions_is_the_folder() -> None:
    """What `rung run` believes to be the newest revision is what the steps lead to, in this order."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(configuration(connection))
        walked = [step.revision for step in script.walk_revisions()]
    engine.dispose()
    assert walked == list(reversed(REVISIONS))
    assert script.get_heads() == [HEAD]


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    """A second upgrade finds everything done."""
    url = f"sqlite:///{tmp_path}/rung.db"
    assert upgrade(url) == upgrade(url) == current(url) == HEAD


def test_a_step_that_fails_leaves_no_half_schema(tmp_path: Path) -> None:
    """All steps are one transaction: what was there before a failed upgrade is there after it, and nothing else."""
    connection = sqlite3.connect(tmp_path / "rung.db")
    connection.execute("CREATE TABLE outbox (somebody_elses TEXT)")
    before = schema(connection)
    with pytest.raises(Exception, match="outbox"):
        upgrade(f"sqlite:///{tmp_path}/rung.db")
    assert schema(connection) == before
    connection.close()


def test_alembic_reads_no_settings_and_leaves_logging_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Settings of another project in the working folder do no harm, and no logger is changed."""
    for name in ("alembic.ini", "pyproject.toml"):
        (tmp_path / name).write_text("[broken", encoding="utf-8")
    folder = tmp_path / "a folder of 100%"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("alembic")
    before = (logger.level, list(logger.handlers), logging.getLogger().level, list(logging.getLogger().handlers))
    assert upgrade(f"sqlite:///{folder}/rung.db") == HEAD
    after = (logger.level, list(logger.handlers), logging.getLogger().level, list(logging.getLogger().handlers))
    assert before == after
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
