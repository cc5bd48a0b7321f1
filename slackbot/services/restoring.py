"""Going on with an older copy of the database: look before anything is sent, and show what it knows."""

from __future__ import annotations

import logging

from slackbot.core.decision import show_state
from slackbot.core.model import Workspace
from slackbot.ids import new_message_key
from slackbot.services.context import ServiceContext
from slackbot.services.weekly_plan import plan_weekly
from storage.escalations import Cursor
from storage.restored import NUMBERS_LEFT_OUT, distrust
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

PAGE = 200


def after_restore(ctx: ServiceContext) -> None:
    """Prepare a restored database, in one transaction, before anything runs on it.

    What was on its way is looked for in Slack by its key, and so is the newest weekly summary, of which this copy
    may know nothing; every open card and every agent's view is drawn anew, since Slack may show a state that this copy
    does not know; numbers go on where no case can have one yet.
    """
    with ctx.store.write() as tx:
        in_doubt = distrust(tx.connection, ctx.wire_now()) + plan_weekly(ctx, tx, ctx.now(), in_doubt=True)
        open_cases = sum(_redraw(ctx, tx, workspace) for workspace in tx.workspaces.all())
    log.warning(
        "after a restore: %s messages are looked for before they are sent, %s open cases are drawn anew, "
        "numbers go on %s higher",
        *(in_doubt, open_cases, NUMBERS_LEFT_OUT),
    )


def _redraw(ctx: ServiceContext, tx: Transaction, workspace: Workspace) -> int:
    count, cursor = 0, None
    while cases := tx.escalations.open_page(workspace.id, None, cursor, PAGE):
        wanted = [(case, [(edit, new_message_key()) for edit in show_state(case)]) for case in cases]
        tx.outbox.enqueue_many(wanted, ctx.wire_now())
        count, cursor = count + len(cases), Cursor.after(cases[-1])
    return count
