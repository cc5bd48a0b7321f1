"""How migrations spell tables: names of constraints as the tables in code have them, types that both databases know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def refuse_updates(table: str) -> None:
    """Have the database itself refuse to change a row of this table once it is written."""
    if op.get_bind().dialect.name == "sqlite":
        reaction = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    else:
        op.execute(
            "CREATE OR REPLACE FUNCTION rung_refuse_update() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$"
        )
        reaction = "FOR EACH ROW EXECUTE FUNCTION rung_refuse_update()"
    op.execute(f"CREATE TRIGGER {table}_is_immutable BEFORE UPDATE ON {table} {reaction}")


def partial(name: str, table: str, columns: Sequence[str], where: str) -> None:
    """Make an index of the rows for which a condition holds."""
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    """Name a rule that these columns together hold a value once."""
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def reference(table: str, columns: Mapping[str, str]) -> sa.ForeignKeyConstraint:
    """Name a foreign key, given as own column to theirs."""
    return sa.ForeignKeyConstraint([*columns], [*columns.values()], name=f"fk_{table}_{'_'.join(columns)}")


def checks(table: str, **rules: str) -> list[sa.CheckConstraint]:
    """Name rules that every row keeps."""
    return [sa.CheckConstraint(rule, name=f"ck_{table}_{name}") for name, rule in rules.items()]


def required(kind: Any, *names: str) -> list[sa.Column[Any]]:
    """Make columns of one type that always hold a value."""
    return [sa.Column(name, kind, nullable=False) for name in names]


def part_of_a_case() -> list[sa.Column[Any]]:
    """Make the columns with which a row belongs to a case."""
    return [*required(SERIAL, "id"), *required(sa.BigInteger, "workspace_id"), *required(sa.Text, "escalation_id")]


def optional(kind: Any, *names: str) -> list[sa.Column[Any]]:
    """Make columns of one type that may be empty."""
    return [sa.Column(name, kind) for name in names]
