"""A case keeps the customer tier that the policy says when it is raised, and summaries part the cases by it."""

from __future__ import annotations

from slackbot.core.summary import Dimension
from slackbot.core.summary_request import SummaryRequest
from slackbot.services.exporting import export
from slackbot.services.intake import open_form, submit_form, submit_line
from slackbot.services.raising import Submitted
from slackbot.services.summaries import ask_for, sum_up
from slackbot.slack.views import FormView
from tests.services.still_house import StillHouse
from tests.services.test_summaries_of_replicas import other_replica_applies


def test_it_is_stored_with_the_case_and_counted(still: StillHouse) -> None:
    """By line and form, never by what somebody writes into a field of that name; a later policy changes none."""
    ctx, ana, dana = still.engine.ctx, still.requester("ana"), still.requester("dana")
    other_replica_applies(still, {"customer_tiers": [{"name": "Gold", "customers": ["Kite*"]}]})
    ctx.forget_policy(1)
    line = submit_line(ctx, ana, 'stuck category:Account customer:"Kite Tea"')
    form = open_form(ctx, ana, {}, None, None)
    assert isinstance(form, FormView)
    forged = {"category": "Account", "summary": "s", "customer": "Oakline", "customer_tier": "Gold"}
    plain = submit_form(ctx, ana, "V1", form.draft_id, forged)
    assert isinstance(line, Submitted)
    assert isinstance(plain, Submitted)
    with ctx.store.read() as tx:
        tiers = [tx.fields.read(1, each.view.escalation.id).get("customer_tier") for each in (line, plain)]
    assert tiers == ["Gold", None]
    other_replica_applies(still, {"customer_tiers": []})
    request = ask_for(ctx, dana, "this week")
    assert isinstance(request, SummaryRequest)
    groups = sum_up(ctx, dana, request).figures.groups[Dimension.CUSTOMER_TIER]
    assert groups["Gold"].raised == 1
    files, _ = export(ctx, dana, request)
    rows = files[0].content.decode("utf-8-sig").splitlines()
    assert [row.rpartition(",")[2] for row in rows if row.startswith(("case,", "ESC-1,"))] == ["customer_tier", "Gold"]
