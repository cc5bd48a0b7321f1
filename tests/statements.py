"""Statements compiled once for all databases of a test process: every test opens its own, which would begin anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Compiled


class Statements(dict[tuple[Any, ...], Compiled]):
    """SQLAlchemy's cache of compiled statements, whose keys begin with the dialect that compiled them.

    Each engine has a dialect of its own; here those of one backend count as one.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """Find what an engine of this backend compiled."""
        return super().get(_shared(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Compiled) -> None:
        super().__setitem__(_shared(key), compiled)


@contextmanager
def shared_statements() -> Iterator[None]:
    """Have every SQLite engine that is made meanwhile share what was compiled."""
    make, statements = sa.create_engine, Statements()

    def create_engine(url: str | sa.URL, **options: Any) -> sa.Engine:
        made = make(url, **options)
        if made.dialect.name == "sqlite":
            made.update_execution_options(compiled_cache=statements)
        return made

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sa, "create_engine", create_engine)
        yield


def _shared(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return (dialect.name, *rest)
