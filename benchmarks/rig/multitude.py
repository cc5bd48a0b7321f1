"""Very many open escalations, copied from one inside the database: each is open, and due at a moment of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.columns import Instant
from storage.tables.cases import escalations

_FIRST_NUMBER = 1_000_000_000
"""Far from the numbers that the workspace itself gives."""

_SPREAD = 100
"""Different moments: an hour lies between two, so that none of them comes while something is measured."""


def multiply(url: str, model: str, count: int, first: datetime) -> None:
    """Store `count` copies of the case with the id `model`, due from `first` (UTC) on.

    By a connection of its own: that of a store would be ended long before it is done.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(_copies(model, count, first))
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")  # what the database would do by itself after a while


def _copies(model: str, count: int, first: datetime) -> sa.Insert:
    start = sa.select(sa.literal(1).label("n"))
    numbers = start.cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < count))
    moments = {n: sa.literal(first + timedelta(hours=n), Instant) for n in range(_SPREAD)}
    moment = sa.case(moments, value=numbers.c.n % _SPREAD, else_=moments[0])
    own: dict[str, Any] = {
        "id": sa.literal(f"{model}-") + sa.cast(numbers.c.n, sa.Text),
        "number": numbers.c.n + _FIRST_NUMBER,
        "next_at": moment,
    }
    columns = [own.get(column.name, column) for column in escalations.columns]
    copied = sa.select(*columns).select_from(escalations.join(numbers, sa.true())).where(escalations.c.id == model)
    return sa.insert(escalations).from_select([column.name for column in escalations.columns], copied)
