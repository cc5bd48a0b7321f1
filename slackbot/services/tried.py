"""What was tried already with a message: noted before the error in its row, so that no cure is tried twice."""

from __future__ import annotations

from enum import StrEnum

from storage.outbox_rows import AFTER_CURES, OutboxRow

_AND, _THEN = "+", AFTER_CURES


class Tried(StrEnum):
    """A cure that is good for one try.

    `PLAIN`: without blocks. `KEYLESS`: without metadata, so that it can't be looked for. `JOINED`: after joining the
    channel. `OUTSIDE`: outside its thread. `LOOKED`: looked for, since nobody knows what Slack's code means.
    `RESENT`: sent again though nobody could look for the first copy.
    """

    PLAIN = "plain"
    KEYLESS = "keyless"
    JOINED = "joined"
    OUTSIDE = "outside"
    LOOKED = "looked"
    RESENT = "resent"


def tried(row: OutboxRow) -> frozenset[Tried]:
    """Read what was tried with a message since it was last wanted."""
    noted, then, _ = (row.error or "").rpartition(_THEN)
    known = {each.value for each in Tried}
    return frozenset(Tried(word) for word in noted.split(_AND) if word in known) if then else frozenset()


def error_of(row: OutboxRow, code: str, *more: Tried) -> str:
    """Write the error of a row: what was tried before and is tried now, then what Slack said."""
    marks = sorted(tried(row) | set(more))
    return f"{_AND.join(marks)}{_THEN}{code}" if marks else code


def code_in(row: OutboxRow) -> str:
    """Read what Slack said last."""
    return (row.error or "").rpartition(_THEN)[2]
