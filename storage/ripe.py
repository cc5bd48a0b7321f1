"""When a message may leave as far as its own case is concerned: conditions on an outbox row that statements share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage.outbox_rows import UNFINISHED, OutboxState
from storage.statements import constant, one_of
from storage.tables.cases import escalations
from storage.tables.delivery import messages, outbox

_o = outbox.c
_earlier = outbox.alias("earlier")
_post = outbox.alias("post")

MOMENT = _o.not_before.type
NOW = sa.bindparam("now", type_=MOMENT)
PENDING = _o.state == constant(OutboxState.PENDING)
RIPE = (PENDING, _o.not_before <= NOW)


def same_case(table: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """Ask whether a row of another table (or of an alias) belongs to the outbox row's case."""
    return (table.c.workspace_id == _o.workspace_id, table.c.escalation_id == _o.escalation_id)


# The guards `waiting` and `acknowledged` bear the names of the states they ask for, in the visit they were made in.
_AS_IT_WAS_MADE = (
    escalations.c.workspace_id == _o.workspace_id,
    escalations.c.id == _o.escalation_id,
    escalations.c.visit == _o.visit,
    escalations.c.state == _o.guard,
)
STILL_SO = sa.exists().where(*_AS_IT_WAS_MADE)
# Held until the claim commits: whoever acknowledges waits that long, and whom they acknowledge just now is passed by.
STAYS_SO = sa.exists(sa.select(escalations.c.id).where(*_AS_IT_WAS_MADE).with_for_update(read=True, skip_locked=True))
FIRST_OF_STREAM = ~sa.exists().where(
    *same_case(_earlier),
    _earlier.c.stream == _o.stream,
    one_of(_earlier.c.state, UNFINISHED),
    _earlier.c.id < _o.id,
)

IS_CALL = one_of(_o.guard, ("waiting", "acknowledged"))
IS_EDIT = _o.guard == constant("posted")
# An edit changes the post of its own visit: the card or the agent's case.
_EDITED = sa.case((_o.kind == constant("card_edit"), constant("card")), else_=constant("case"))
POST_IS_VISIBLE = sa.exists().where(
    *same_case(messages),
    messages.c.visit == _o.visit,
    messages.c.kind == _EDITED,
    messages.c.removed_at.is_(None),
)
POST_MAY_COME = sa.exists().where(
    *same_case(_post), _post.c.visit == _o.visit, _post.c.kind == _EDITED, one_of(_post.c.state, UNFINISHED)
)
# An edit stands back only as long as its post may still come.
POST_IS_DECIDED = sa.or_(sa.not_(IS_EDIT), POST_IS_VISIBLE, ~POST_MAY_COME)
