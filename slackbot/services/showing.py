"""Gathering what a message or form shows of a case."""

from __future__ import annotations

from datetime import datetime

from slackbot.core.messages import Kind
from slackbot.core.model import Escalation, Workspace
from slackbot.core.policy import Rules
from slackbot.slack.views import CaseView, Happened
from storage.unit_of_work import Transaction


def permalink(workspace: Workspace, channel: str, ts: str, thread_ts: str | None = None) -> str:
    """Write the address of a message as Slack does (docs.slack.dev/reference/methods/chat.getPermalink)."""
    address = f"{workspace.url}archives/{channel}/p{ts.replace('.', '')}"
    if thread_ts is None or thread_ts == ts:
        return address
    return f"{address}?thread_ts={thread_ts}&cid={channel}"


def view_of(
    tx: Transaction,
    workspace: Workspace,
    escalation: Escalation,
    rules: Rules,
    now: datetime,
    *,
    history: bool = False,
) -> CaseView:
    """Gather a case as it stands in this transaction; the history only where it is to be shown."""
    links = {
        posted.visit: permalink(workspace, posted.channel, posted.ts)
        for posted in tx.messages.of(workspace.id, escalation.id)
        if posted.kind is Kind.CARD
    }
    happened = (
        [Happened(entry.at, entry.actor, entry.event) for entry in tx.history.of(workspace.id, escalation.id)]
        if history
        else ()
    )
    return CaseView(
        escalation=escalation,
        rules=rules,
        fields=tx.fields.read(workspace.id, escalation.id),
        now=now,
        workspace=workspace,
        links=links,
        history=happened,
    )
