"""Raising a case: by the form, or in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from slackbot.core.authorise import authorise
from slackbot.core.commands import Action
from slackbot.core.intake import line_digest, missing, read_line, unescape
from slackbot.core.model import Source, Why, Workspace
from slackbot.core.policy import REQUIRABLE, Rules, Severity, customer_tier
from slackbot.core.problems import Problem, ProblemCode
from slackbot.core.text import clean, units
from slackbot.ids import new_draft_id
from slackbot.services.context import Requester, ServiceContext, person_asking
from slackbot.services.raising import Asked, Case, Denied, Submitted, raise_case, with_policy_in_force
from slackbot.services.showing import permalink
from slackbot.services.transact import LONGEST_FIELD, Invalid
from slackbot.slack.views import FormView
from storage.drafts import Draft
from storage.retrying import within_a_press
from storage.unit_of_work import Transaction

FORM_TAKES: Mapping[str, int] = {"summary": 300, "customer": 200, "ticket": 200}
"""Where the form takes less than what a line may say."""
FIELDS = frozenset({"category", "severity", "quote", *REQUIRABLE})
"""What an agent writes about a case; everything else beside a case is Rung's or the tiers' to write."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Nothing is stored: the form has to be opened with what is known already."""

    values: Mapping[str, str]
    problems: tuple[Problem, ...]


@within_a_press
def open_form(
    ctx: ServiceContext,
    requester: Requester,
    values: Mapping[str, str],
    source: Source | None,
    note: str | None,
    author: str | None = None,
) -> FormView | Denied:
    """Write a draft for a form that is about to open; the draft keeps where the case comes from, never its text.

    `author` is the id of who wrote the quoted message; the quote begins with their name if they are known.
    """
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        _, rules = ctx.rules_in_force(tx, workspace.id)
        denial = authorise(person_asking(tx, workspace, requester), Action.RAISE, None, workspace)
        if denial is not None:
            return Denied(denial)
        draft = Draft(new_draft_id(), workspace.id, requester.user_id, source, ctx.now())
        tx.drafts.add(draft)
        writer = tx.people.get(workspace.id, author) if author else None
    named = {"quote": f"{writer.name}: {values['quote']}"} if writer and writer.name and "quote" in values else {}
    tidy = _tidy({**values, **named})
    return FormView(rules=rules, values=tidy, draft_id=draft.id, note=note, source=source)


@within_a_press
def redraw_form(
    ctx: ServiceContext, requester: Requester, values: Mapping[str, str], draft_id: str, note: str | None
) -> FormView:
    """Gather the form anew after its category or severity was chosen; `note` stays on top of it."""
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        _, rules = ctx.rules_in_force(tx, workspace.id)
        source = _source_of(tx, workspace, requester, draft_id)
    return FormView(rules=rules, values=dict(values), draft_id=draft_id, note=note, source=source)


def submit_form(
    ctx: ServiceContext, requester: Requester, view_id: str, draft_id: str, values: Mapping[str, str]
) -> Submitted | Invalid | Denied:
    """Raise the case that a form describes; the same view submitted again gives the same case."""
    outcome = with_policy_in_force(lambda: _submit_form(ctx, requester, f"view:{view_id}", draft_id, _tidy(values)))
    ctx.wake()
    return outcome


def submit_line(ctx: ServiceContext, requester: Requester, text: str) -> Submitted | Incomplete | Denied:
    """Raise a case from the text of the command, when it says all that the category requires.

    The same person and text within two minutes gets the case that was raised before, if that is not over.
    """
    outcome = with_policy_in_force(lambda: _submit_line(ctx, requester, unescape(text)))
    ctx.wake()
    return outcome


@within_a_press
def _submit_form(
    ctx: ServiceContext, requester: Requester, key: str, draft_id: str, values: Mapping[str, str]
) -> Submitted | Invalid | Denied:
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        version, rules = ctx.rules_in_force(tx, workspace.id)
        problems = _problems(rules, values, ctx.now())
        if problems:
            return Invalid(problems)
        source = _source_of(tx, workspace, requester, draft_id)
        case = _case(rules, {**values, **_link(workspace, source)}, source)
        return raise_case(ctx, tx, Asked(workspace, requester, version, rules, key, wears_off=False), case)


@within_a_press
def _submit_line(ctx: ServiceContext, requester: Requester, typed: str) -> Submitted | Incomplete | Denied:
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        version, rules = ctx.rules_in_force(tx, workspace.id)
        reading = read_line(typed, rules)
        tidy = _tidy(reading.values)
        problems = _problems(rules, tidy, ctx.now())
        if reading.problems or problems:
            wrong = [why for name, why in problems.items() if name in tidy]
            return Incomplete(tidy, (*reading.problems, *wrong, *_too_long(tidy)))
        key = f"line:{line_digest(requester.user_id, typed)}"
        asked = Asked(workspace, requester, version, rules, key, wears_off=True)
        return raise_case(ctx, tx, asked, _case(rules, tidy, None))


def _tidy(values: Mapping[str, str]) -> dict[str, str]:
    cleaned = {name: clean(text, LONGEST_FIELD) for name, text in values.items() if name in FIELDS}
    return {name: text for name, text in cleaned.items() if text}


def _too_long(values: Mapping[str, str]) -> list[Problem]:
    """Repeat what a form can't hold, so that nothing typed is lost when it opens."""
    cut = {name: values[name] for name, most in FORM_TAKES.items() if units(values.get(name, "")) > most}
    return [Problem(ProblemCode.TOO_LONG, {"field": name, "text": text}) for name, text in cut.items()]


def _problems(rules: Rules, values: Mapping[str, str], now: datetime) -> dict[str, Problem]:
    problems = dict.fromkeys(missing(rules, values), Problem(ProblemCode.NEEDED))
    if "summary" not in values:
        problems["summary"] = Problem(ProblemCode.NO_SUMMARY)
    if "category" in values and rules.category(values["category"]) is None:
        problems["category"] = Problem(ProblemCode.CATEGORY_GONE)
    if values.get("severity", Severity.NORMAL) not in set(Severity):
        problems["severity"] = Problem(ProblemCode.SEVERITY_UNKNOWN)
    if values.get("why", Why.OTHER) not in set(Why):
        problems["why"] = Problem(ProblemCode.WHY_UNKNOWN)
    if "deadline" in values and not _lies_ahead(values["deadline"], now):
        problems["deadline"] = Problem(ProblemCode.DEADLINE_PAST)
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


def _case(rules: Rules, values: Mapping[str, str], source: Source | None) -> Case:
    category = rules.category(values["category"])
    if category is None:
        raise ValueError("a checked case names a category of its policy")
    fields = {name: text for name, text in values.items() if name not in {"category", "severity"}}
    tier = customer_tier(rules, fields.get("customer", ""))
    fields |= {"customer_tier": tier} if tier is not None else {}
    return Case(category.name, Severity(values.get("severity", Severity.NORMAL)), fields, source)
