"""Reading cases for somebody who asks: lists, one case, and why it went as it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from slackbot.core.authorise import Denial, authorise
from slackbot.core.commands import Action
from slackbot.core.model import Escalation
from slackbot.ids import is_escalation_id
from slackbot.services.context import Requester, ServiceContext, person_asking
from slackbot.services.showing import view_of
from slackbot.services.transact import NoSuchCaseError, get_to_know
from slackbot.slack.views import CaseView, ListView
from storage.escalations import Cursor
from storage.retrying import within_a_press
from storage.unit_of_work import Transaction

PAGE = 8


@dataclass(frozen=True, slots=True)
class MayNotLook:
    """This person may not see cases."""

    reason: Denial


@within_a_press
def list_open(
    ctx: ServiceContext, requester: Requester, *, mine: bool, cursor: str | None = None
) -> ListView | MayNotLook:
    """Page through the open cases, those due next first; `cursor` is where the page before ended.

    Where all that followed has ended meanwhile, it starts again from the first page.
    """
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        denial = _denied(ctx, tx, requester)
        if denial is None:
            heading, author = ("mine", requester.user_id) if mine else ("open", None)
            found = tx.escalations.open_page(workspace.id, author, _cursor_from(cursor), PAGE + 1)
            found = found or tx.escalations.open_page(workspace.id, author, None, PAGE + 1)
            page, more = found[:PAGE], len(found) > PAGE
            cases = [view_of(tx, workspace, e, ctx.rules(tx, workspace.id, e.policy_version), ctx.now()) for e in page]
            total = tx.escalations.count_open(workspace.id, author)
            return ListView(heading, cases, total, f"{heading}:{_cursor_after(page[-1])}" if more else None)
    return _may_not_look(ctx, requester, denial)


def list_further(ctx: ServiceContext, requester: Requester, after: str) -> ListView | MayNotLook:
    """Go on with a list where a page ended; `after` is that page's `next_cursor`. A tampered one shows what is open."""
    heading, _, cursor = after.partition(":")
    return list_open(ctx, requester, mine=heading == "mine", cursor=cursor)


@within_a_press
def look_at(ctx: ServiceContext, requester: Requester, number: int, *, history: bool) -> CaseView | MayNotLook:
    """Show one case by its number, with its history where that is asked for.

    Raises:
        NoSuchCaseError: there is no such number in the workspace.
    """
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        denial = _denied(ctx, tx, requester)
        if denial is None:
            escalation = tx.escalations.by_number(workspace.id, number)
            if escalation is None:
                raise NoSuchCaseError
            rules = ctx.rules(tx, workspace.id, escalation.policy_version)
            return view_of(tx, workspace, escalation, rules, ctx.now(), history=history)
    return _may_not_look(ctx, requester, denial)


@within_a_press
def look_by_id(ctx: ServiceContext, requester: Requester, escalation_id: str) -> CaseView | MayNotLook:
    """Show one case by the opaque id that a button carries.

    Raises:
        NoSuchCaseError: the id belongs to no case of the requester's workspace.
    """
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        denial = _denied(ctx, tx, requester)
        if denial is None:
            escalation = tx.escalations.get(workspace.id, escalation_id)
            if escalation is None:
                raise NoSuchCaseError
            rules = ctx.rules(tx, workspace.id, escalation.policy_version)
            return view_of(tx, workspace, escalation, rules, ctx.now())
    return _may_not_look(ctx, requester, denial)


def _cursor_after(escalation: Escalation) -> str:
    moment = escalation.next_at
    return f"{moment.isoformat()}|{escalation.id}" if moment else ""


def _cursor_from(text: str | None) -> Cursor | None:
    """Read what a button carried; a tampered one starts from the first page."""
    moment, _, identity = (text or "").partition("|")
    try:
        told = datetime.fromisoformat(moment)
        ours = told.tzinfo is not None and is_escalation_id(identity)
        return Cursor(told.astimezone(UTC), identity) if ours else None
    except (ValueError, OverflowError):
        return None


def _denied(ctx: ServiceContext, tx: Transaction, requester: Requester) -> Denial | None:
    workspace = ctx.workspace(tx, requester.team_id)
    return authorise(person_asking(tx, workspace, requester), Action.LOOK, None, workspace)


def _may_not_look(ctx: ServiceContext, requester: Requester, denial: Denial) -> MayNotLook:
    if denial is Denial.UNKNOWN:
        with ctx.store.write() as tx:
            workspace = ctx.workspace(tx, requester.team_id)
            get_to_know(ctx, tx, workspace, requester)
        ctx.wake()
    return MayNotLook(denial)
