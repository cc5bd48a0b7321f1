"""What is only needed for a while is forgotten, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from slackbot.services.housekeeping import EVERY, KEEP, Housekeeping
from storage.drafts import Draft
from tests.services.still_house import StillHouse


def test_old_keys_and_drafts_go_and_young_ones_stay(still: StillHouse) -> None:
    """A week after it came, a request's key and a draft are gone; a minute earlier they are there."""
    ctx = still.engine.ctx
    housekeeping = Housekeeping(ctx)
    workspace_id = still.raises().workspace_id
    with ctx.store.write() as tx:
        tx.inbox.claim(workspace_id, "view:V1", "case-1", ctx.now())
        tx.drafts.add(Draft("D1", workspace_id, "U1", None, ctx.now()))

    still.clock.advance(KEEP - timedelta(minutes=1))
    housekeeping.step()
    with ctx.store.read() as tx:
        assert tx.drafts.get(workspace_id, "D1") is not None

    still.clock.advance(EVERY)
    assert housekeeping.next_moment() <= ctx.now()
    housekeeping.step()
    with ctx.store.write() as tx:
        assert tx.drafts.get(workspace_id, "D1") is None
        assert tx.inbox.claim(workspace_id, "view:V1", "case-2", ctx.now()) is None
