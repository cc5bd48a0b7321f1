"""Raising a case: by the form, or in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.core.authorise import Denial, authorise
from slackbot.core.commands import Action
from slackbot.core.intake import line_digest, missing, read_line, unescape
from slackbot.core.model import Escalation, Source, Why, Workspace
from slackbot.core.policy import REQUIRABLE, Rules, Severity
from slackbot.core.raising import NewCase, begin
from slackbot.core.text import clean, units
from slackbot.ids import new_draft_id, new_escalation_id
from slackbot.services.context import Requester, ServiceContext, person_asking
from slackbot.services.showing import permalink, view_of
from slackbot.services.transact import NoSuchCaseError, write_aftermath
from slackbot.slack.views import CaseView, FormView
from storage.drafts import Draft
from storage.unit_of_work import Transaction

TWIN_WINDOW = timedelta(minutes=2)
LONGEST_FIELD = 3000
FORM_TAKES: Mapping[str, int] = {"summary": 300, "customer": 200, "ticket": 200}
"""Where the form takes less than what a line may say."""
FIELDS = frozenset({"category", "severity", "quote", *REQUIRABLE})
"""What an agent writes about a case; everything else beside a case is Rung's or the tiers' to write."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The case is stored. `zone` is the agent's time zone (the policy's where it is not known yet).

    `repeated` says that this very request, or the same words within two minutes, had raised it before.
    """

    view: CaseView
    zone: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Invalid:
    """Nothing is stored: what is wrong with which field, by field name."""

    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Nothing is stored: the form has to be opened with what is known already."""

    values: Mapping[str, str]
    note: str | None


@dataclass(frozen=True, slots=True)
class Denied:
    """This person may not raise cases."""

    reason: Denial


@dataclass(frozen=True, slots=True)
class _Case:
    """A checked case on its way in; `digest` finds the same words said twice."""

    category: str
    severity: Severity
    fields: Mapping[str, str]
    source: Source | None
    digest: str | None = None


def open_form(
    ctx: ServiceContext, requester: Requester, values: Mapping[str, str], source: Source | None, note: str | None
) -> FormView | Denied:
    """Write a draft for a form that is about to open; the draft keeps where the case comes from, never its text."""
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        _, rules = ctx.rules_in_force(tx, workspace.id)
        denial = authorise(person_asking(tx, workspace, requester), Action.RAISE, None, workspace)
        if denial is not None:
            return Denied(denial)
        draft = Draft(new_draft_id(), workspace.id, requester.user_id, source, ctx.wire_now())
        tx.drafts.add(draft)
    return FormView(rules=rules, values=_tidy(values), draft_id=draft.id, note=note, source=source)


def redraw_form(ctx: ServiceContext, requester: Requester, values: Mapping[str, str], draft_id: str) -> FormView:
    """Gather the form anew after its category or severity was chosen."""
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        _, rules = ctx.rules_in_force(tx, workspace.id)
        source = _source_of(tx, workspace, requester, draft_id)
    return FormView(rules=rules, values=dict(values), draft_id=draft_id, source=source)


def submit_form(
    ctx: ServiceContext, requester: Requester, view_id: str, draft_id: str, values: Mapping[str, str]
) -> Submitted | Invalid | Denied:
    """Raise the case that a form describes; the same view submitted again gives the same case."""
    tidy = _tidy(values)
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        version, rules = ctx.rules_in_force(tx, workspace.id)
        problems = _problems(rules, tidy, ctx.now())
        if problems:
            return Invalid(problems)
        source = _source_of(tx, workspace, requester, draft_id)
        case = _case(rules, tidy | _link(workspace, source), source)
        outcome = _raise(ctx, tx, workspace, requester, version, rules, f"view:{view_id}", case)
    ctx.wake()
    return outcome


def submit_line(
    ctx: ServiceContext, requester: Requester, trigger_id: str, text: str
) -> Submitted | Incomplete | Denied:
    """Raise a case from the text of the command, when it says all that the category requires.

    The same person and text within two minutes gets the case that was raised before.
    """
    typed = unescape(text)
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        version, rules = ctx.rules_in_force(tx, workspace.id)
        reading = read_line(typed, rules)
        tidy = _tidy(reading.values)
        problems = _problems(rules, tidy, ctx.now())
        if reading.problems or problems:
            wrong = [why for name, why in problems.items() if name in tidy]
            return Incomplete(tidy, " ".join([*reading.problems, *wrong, *_too_long(tidy)]) or None)
        digest = line_digest(requester.user_id, typed)
        twin = tx.escalations.recent_twin(workspace.id, requester.user_id, digest, ctx.now() - TWIN_WINDOW)
        if twin is not None:
            return _receipt(ctx, tx, workspace, requester, twin, repeated=True)
        case = _case(rules, tidy, None, digest)
        outcome = _raise(ctx, tx, workspace, requester, version, rules, f"command:{trigger_id}", case)
    ctx.wake()
    return outcome


def _raise(
    ctx: ServiceContext,
    tx: Transaction,
    workspace: Workspace,
    requester: Requester,
    version: int,
    rules: Rules,
    key: str,
    case: _Case,
) -> Submitted | Denied:
    person = person_asking(tx, workspace, requester)
    denial = authorise(person, Action.RAISE, None, workspace)
    if denial is not None:
        return Denied(denial)
    identity = new_escalation_id()
    before = tx.inbox.claim(workspace.id, key, identity, ctx.wire_now())
    if before is not None:
        known = tx.escalations.get(workspace.id, before)
        if known is None:
            raise NoSuchCaseError
        return _receipt(ctx, tx, workspace, requester, known, repeated=True)
    new = NewCase(
        id=identity,
        workspace_id=workspace.id,
        number=tx.workspaces.take_number(workspace.id),
        category=case.category,
        severity=case.severity,
        raised_by=person.id,
        verified=person.verified,
        policy_version=version,
        source=case.source,
    )
    decision = begin(new, rules, ctx.now())
    tx.escalations.insert(decision.escalation, line_digest=case.digest)
    tx.fields.write(workspace.id, identity, case.fields, person.id, ctx.now())
    write_aftermath(ctx, tx, decision, person.id)
    if not person.verified:
        tx.people.meet(workspace.id, person.id, person.team_id, ctx.wire_now())
    view = CaseView(decision.escalation, rules, case.fields, ctx.now(), workspace)
    return Submitted(view, person.zone or rules.timezone, repeated=False)


def _receipt(
    ctx: ServiceContext,
    tx: Transaction,
    workspace: Workspace,
    requester: Requester,
    escalation: Escalation,
    *,
    repeated: bool,
) -> Submitted:
    rules = ctx.rules(tx, workspace.id, escalation.policy_version)
    person = person_asking(tx, workspace, requester)
    view = view_of(tx, workspace, escalation, rules, ctx.now())
    return Submitted(view, person.zone or rules.timezone, repeated=repeated)


def _tidy(values: Mapping[str, str]) -> dict[str, str]:
    cleaned = {name: clean(text, LONGEST_FIELD) for name, text in values.items() if name in FIELDS}
    return {name: text for name, text in cleaned.items() if text}


def _too_long(values: Mapping[str, str]) -> list[str]:
    """Repeat what a form can't hold, so that nothing typed is lost when it opens."""
    cut = {name: values[name] for name, most in FORM_TAKES.items() if units(values.get(name, "")) > most}
    return [f"The form takes less of the {name}. You wrote: {text}" for name, text in cut.items()]


def _problems(rules: Rules, values: Mapping[str, str], now: datetime) -> dict[str, str]:
    problems = dict.fromkeys(missing(rules, values), "This is needed before the case can go up.")
    if "summary" not in values:
        problems["summary"] = "Say in a sentence what happened."
    if "category" in values and rules.category(values["category"]) is None:
        problems["category"] = "This category is no longer in the policy. Choose another one."
    if values.get("severity", Severity.NORMAL) not in set(Severity):
        problems["severity"] = "Choose low, normal, high or urgent."
    if values.get("why", Why.OTHER) not in set(Why):
        problems["why"] = "Choose one of the reasons."
    if "deadline" in values and not _lies_ahead(values["deadline"], now):
        problems["deadline"] = "Choose a time that lies ahead."
    return problems


def _lies_ahead(text: str, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(text) > now
    except (ValueError, TypeError):
        return False


def _source_of(tx: Transaction, workspace: Workspace, requester: Requester, draft_id: str) -> Source | None:
    """Say which message a form was opened from; somebody else's draft tells nothing."""
    draft = tx.drafts.get(workspace.id, draft_id)
    return draft.source if draft is not None and draft.person == requester.user_id else None


def _link(workspace: Workspace, source: Source | None) -> dict[str, str]:
    """Write where the message stands; whoever may not see it there finds nothing behind the link."""
    if source is None or source.message_ts is None:
        return {}
    return {"source_link": permalink(workspace, source.channel, source.message_ts, source.thread_ts)}


def _case(rules: Rules, values: Mapping[str, str], source: Source | None, digest: str | None = None) -> _Case:
    category = rules.category(values["category"])
    if category is None:
        raise ValueError("a checked case names a category of its policy")
    fields = {name: text for name, text in values.items() if name not in {"category", "severity"}}
    return _Case(category.name, Severity(values.get("severity", Severity.NORMAL)), fields, source, digest)
