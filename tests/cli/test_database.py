"""`rung db upgrade` and `rung check`: fresh, upgraded, held by another process, newer than the code."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from slackbot.__main__ import main
from storage.engine import open_store
from storage.revisions import HEAD


def _from_the_future(place: Path) -> None:
    with closing(sqlite3.connect(place / "rung.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def _with_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")


def test_upgrading_twice_changes_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first time makes the tables, the second finds them; both say the schema."""
    assert main(["db", "upgrade"]) == 0
    first = (place / "rung.db").read_bytes()
    assert main(["db", "upgrade"]) == 0
    assert (place / "rung.db").read_bytes() == first
    assert capsys.readouterr().out == f"The database is at schema {HEAD}.\n" * 2


@pytest.mark.usefixtures("place")
def test_check_on_a_fresh_database_is_content(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With tokens and a fresh database nothing needs a person, and it says what is still to come."""
    _with_tokens(monkeypatch)
    main(["db", "upgrade"])
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert "settings   ok" in said
    assert f"sqlite:///rung.db, schema {HEAD}" in said
    assert "none yet; `rung run` meets it" in said


def test_check_names_every_problem_and_makes_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without tokens and database both are said, with their cures, and no file appears."""
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "SLACK_BOT_TOKEN" in said
    assert "run `rung db upgrade` to make it" in said
    assert list(place.iterdir()) == []


@pytest.mark.usefixtures("place")
def test_check_hides_the_password(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrong with a database URL, its password is not printed."""
    monkeypatch.setenv("DATABASE_URL", "mysql://rung:hunter2@db/rung")
    assert main(["check"]) == 1
    said = capsys.readouterr()
    assert "not in mysql" in said.out
    assert "hunter2" not in said.out + said.err


@pytest.mark.parametrize("words", [["db", "upgrade"], ["run"]])
def test_a_second_process_is_told_who_holds_the_file(
    words: list[str], place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While one process has the SQLite file, another that would write ends with 1 and names the file."""
    _with_tokens(monkeypatch)
    main(["db", "upgrade"])
    store = open_store(f"sqlite:///{place / 'rung.db'}")
    try:
        assert main(words) == 1
    finally:
        store.close()
    said = capsys.readouterr().err
    assert "another rung process" in said
    assert "rung.db; stop it first" in said


@pytest.mark.parametrize("words", [["db", "upgrade"], ["run"], ["policy", "export"], ["check"]])
def test_a_database_of_a_newer_rung_is_refused(
    words: list[str], place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A schema that this release does not know is left alone, and every verb says that a newer Rung wrote it."""
    _with_tokens(monkeypatch)
    main(["db", "upgrade"])
    _from_the_future(place)
    assert main(words) == 1
    said = capsys.readouterr()
    assert "newer Rung" in said.out + said.err


@pytest.mark.usefixtures("place")
def test_a_retry_while_nobody_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no process holds the database `rung check --retry` writes to it itself, and says what it found."""
    main(["db", "upgrade"])
    assert main(["check", "--retry", "1"]) == 1
    assert "Row 1 is neither dead nor unknown." in capsys.readouterr().out
    assert main(["check", "--retry", "all"]) == 0
    assert "No message is dead or unknown." in capsys.readouterr().out
