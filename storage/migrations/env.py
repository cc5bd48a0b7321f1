"""Alembic runs this file to migrate; `storage.migrate` hands it the connection, and with it the transaction."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
