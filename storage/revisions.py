"""Which states of the schema this release knows, oldest first.

`rung run` compares the database with this list and need not load Alembic; a test holds it equal to `migrations/`.
"""

from __future__ import annotations

REVISIONS = ("0001",)
HEAD = REVISIONS[-1]
