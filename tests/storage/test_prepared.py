"""What goes to the driver without detour behaves as if SQLAlchemy had brought it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from storage.prepared import Prepared
from storage.tables.directory import people
from tests.storage.house import NOW, House

_ADD = sa.insert(people)
_FIND = sa.select(people).where(people.c.user_id == sa.bindparam("user"))
_RENAME = sa.update(people).where(people.c.user_id == sa.bindparam("user")).values(name="nobody", guest=True)


def _somebody(house: House, user_id: str, **more: Any) -> dict[str, Any]:
    told = dict.fromkeys(("verified", "guest", "stranger", "deactivated", "bot", "primary_owner"), False)
    times = {"met_at": NOW, "refresh_at": NOW}
    return {
        "workspace_id": house.workspace_id,
        "user_id": user_id,
        "team_id": "T1",
        "name": "x",
        **told,
        **times,
        **more,
    }


def _both(house: House, user_id: str) -> list[Mapping[str, Any]]:
    """Read a row the usual way and the prepared way."""
    with house.store.read() as tx:
        usual = tx.connection.execute(_FIND, {"user": user_id}).one()
        prepared = Prepared(_FIND).first(tx.connection, {"user": user_id})
    assert prepared is not None
    return [dict(usual._mapping), dict(zip(usual._fields, prepared, strict=True))]


def test_values_and_rows_are_the_same(house: House) -> None:
    """Instants, booleans and what is left out come back as they do through SQLAlchemy."""
    add = Prepared(_ADD)
    with house.store.write() as tx:
        add.change(tx.connection, [_somebody(house, "U7"), _somebody(house, "U8")])
        add.change(tx.connection, [_somebody(house, "U9", zone="Europe/Madrid", guest=True)])
    for user_id in ("U7", "U8", "U9"):
        usual, prepared = _both(house, user_id)
        assert usual == prepared
    assert (prepared["zone"], prepared["guest"], prepared["met_at"]) == ("Europe/Madrid", True, NOW)


def test_constants_of_the_statement_are_kept(house: House) -> None:
    """A statement's own values need not be given, and the count of changed rows is told."""
    with house.store.write() as tx:
        Prepared(_ADD).change(tx.connection, [_somebody(house, "U7")])
        assert Prepared(_RENAME).change(tx.connection, [{"user": "U7"}, {"user": "nobody"}]) == 1
    usual, _ = _both(house, "U7")
    assert (usual["name"], usual["guest"]) == ("nobody", True)


def test_nothing_found_is_none(house: House) -> None:
    """An answer without rows is None."""
    with house.store.read() as tx:
        assert Prepared(_FIND).first(tx.connection, {"user": "U404"}) is None


def test_a_broken_rule_undoes_everything(house: House) -> None:
    """A row that breaks a rule raises SQLAlchemy's error, which tells no values, and the transaction leaves nothing."""
    add = Prepared(_ADD)
    twice = [_somebody(house, "U7", name="secret")] * 2
    with pytest.raises(IntegrityError) as caught, house.store.write() as tx:
        add.change(tx.connection, twice)
    assert "secret" not in str(caught.value)
    with house.store.read() as tx:
        assert Prepared(_FIND).first(tx.connection, {"user": "U7"}) is None
