"""The renderer: everything Rung shows, drawn from what it is given and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from slackbot.core.authorise import Denial
from slackbot.core.commands import Action
from slackbot.core.decision import RefusalCode
from slackbot.core.digest import Digest
from slackbot.core.messages import Kind, News
from slackbot.core.periods import Period
from slackbot.core.problems import Problem
from slackbot.core.summary import Behind, Part
from slackbot.core.summary_request import Scope, SummaryRequest
from slackbot.core.weekly import Missed, Schedule
from slackbot.slack.rendering import agent, answers, calls, case_forms, history, lists, pages, receipt, weekly
from slackbot.slack.rendering.behind import behind
from slackbot.slack.rendering.card import card
from slackbot.slack.rendering.fold import fold
from slackbot.slack.rendering.home import home
from slackbot.slack.rendering.intake_form import intake_form
from slackbot.slack.rendering.kit import Kit, build_kit
from slackbot.slack.rendering.summary import summary
from slackbot.slack.views import BehindView, CaseView, FormView, ListView, OutageView, Payload, WeeklyView
from slackbot.slack.words import read_words


class Renderer:
    """Draws messages and views. Pure: the same input gives the same output; safe to use from several threads."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def card(self, view: CaseView, visit: int) -> Payload:
        """Draw the card of a visit: in full for the current one, where the case went for an earlier one."""
        return card(self._kit, view, visit)

    def ping(self, view: CaseView, ordinal: int, *, broadcast: bool) -> Payload:
        """Call the tier again; `ordinal` counts pings from 1, `broadcast` marks the last one before the next tier."""
        return calls.ping(self._kit, view, ordinal, broadcast=broadcast)

    def ping_over(self, view: CaseView) -> Payload:
        """Say in place of a ping that its case does not wait for it any more."""
        return calls.ping_over(self._kit, view)

    def fold(self, views: Sequence[CaseView], gone: Sequence[CaseView] = ()) -> Payload:
        """Call for many waiting cases of one channel at once, the most urgent first, in place of a ping for each.

        `gone` are cases that the message called for when it was posted and that do not wait any more.
        """
        return fold(self._kit, views, gone)

    def owner_ping(self, view: CaseView, topic: str) -> Payload:
        """Call the owner; `topic` is `promise_missed` or `remind`."""
        return calls.owner_ping(self._kit, view, topic)

    def catcher(self, view: CaseView, ordinal: int) -> Payload:
        """Tell the catcher for the `ordinal`-th time (from 1) that every tier stays silent."""
        return calls.catcher(self._kit, view, ordinal)

    def admin_notice(self, view: CaseView, topic: str, detail: str) -> Payload:
        """Tell an admin; `topic` is `unreachable`, `unverified` or `message_dead`, `detail` Slack's error code."""
        return calls.admin_notice(self._kit, view, topic, detail)

    def outage(self, view: OutageView) -> Payload:
        """Tell an admin how long Rung was down and how many cases that touched."""
        return calls.outage(self._kit, view)

    def case(self, view: CaseView) -> Payload:
        """Draw the agent's direct message that follows the case and is edited in place."""
        return agent.case(self._kit, view)

    def news(self, view: CaseView, topic: News) -> Payload:
        """Tell the agent something by a new message."""
        return agent.news(self._kit, view, topic)

    def source_reply(self, view: CaseView, topic: str) -> Payload:
        """Reply in the thread the case came from; `topic` is `raised` or a value of `News`."""
        return agent.source_reply(self._kit, view, topic)

    def resent(self, payload: Payload) -> Payload:
        """Add to a message that it may be there twice: Slack's answer was lost, and nobody can look."""
        return answers.resent(self._kit, payload)

    def minimal(self, view: CaseView, kind: Kind) -> Payload:
        """Say the least that helps, as text without blocks, where Slack refused the real payload."""
        return answers.minimal(self._kit, view, kind)

    def intake_form(self, form: FormView) -> dict[str, Any]:
        """Draw the form with which a case is raised."""
        return intake_form(self._kit, form)

    def receipt_view(self, view: CaseView, zone: str) -> dict[str, Any]:
        """Draw what the submitted form turns into; `zone` is the agent's time zone (IANA)."""
        return receipt.receipt_view(self._kit, view, zone)

    def receipt_message(self, view: CaseView, zone: str) -> Payload:
        """Draw the ephemeral receipt for a case raised by a line of text."""
        return receipt.receipt_message(self._kit, view, zone)

    def already(self, view: CaseView) -> Payload:
        """Draw the answer to a line that had raised its case before."""
        return receipt.already(self._kit, view)

    def promise_form(self, view: CaseView, *, change: bool) -> dict[str, Any]:
        """Draw the form that asks by when there is a first answer."""
        return case_forms.promise_form(self._kit, view, change=change)

    def escalate_form(self, view: CaseView) -> dict[str, Any]:
        """Draw the form that asks why a case is sent on by hand."""
        return case_forms.escalate_form(self._kit, view)

    def resolve_form(self, view: CaseView) -> dict[str, Any]:
        """Draw the form that asks for the solution."""
        return case_forms.resolve_form(self._kit, view)

    def read_all(self, view: CaseView) -> dict[str, Any]:
        """Draw the modal with everything people wrote about a case."""
        return pages.read_all(self._kit, view)

    def notice_view(self, title: str, text: str) -> dict[str, Any]:
        """Draw a modal that says one thing; mrkdwn if this renderer said it (a refusal), plain text otherwise."""
        return pages.notice(self._kit, title, text)

    def with_failure(self, shown: Mapping[str, Any], text: str) -> dict[str, Any]:
        """Draw a modal as it is shown, with a sentence above that says what failed."""
        return pages.with_failure(self._kit, shown, text)

    def listing(self, page: ListView) -> Payload:
        """Draw a page of escalations."""
        return lists.listing(self._kit, page)

    def show(self, view: CaseView) -> Payload:
        """Draw a case in full for whoever asks; posted to that person only."""
        return agent.whole_case(self._kit, view, for_agent=False)

    def why(self, view: CaseView, before: int | None = None) -> Payload:
        """Tell everything that happened to a case and why, `before` an entry; posted to one person only."""
        return history.why(self._kit, view, before)

    def summary(self, digest: Digest, *, public: bool, standing: Schedule | None = None) -> Payload:
        """Draw a summary; `public` for one that everybody in a channel reads.

        `standing` is what brings it to this channel by itself.
        """
        return summary(self._kit, digest, public=public, standing=standing)

    def weekly_summary(self, digest: Digest, missed: Missed | None) -> Payload:
        """Draw a summary that comes by itself; `missed` are those before it that did not."""
        return summary(self._kit, digest, public=True, missed=missed)

    def weekly_form(self, view: WeeklyView) -> dict[str, Any]:
        """Draw the form that has a summary come every week."""
        return weekly.weekly_form(self._kit, view)

    def weekly_done(self, schedule: Schedule, first: datetime) -> str:
        """Say what was set up, and when it comes for the first time."""
        return weekly.weekly_done(self._kit, schedule, first)

    def home(self, waiting: ListView | None, digest: Digest | None, note: str = "") -> dict[str, Any]:
        """Draw the Home tab; `note` says why there is nothing else to see."""
        return home(self._kit, waiting, digest, note)

    def behind(self, lists: Sequence[BehindView], asked: Behind | Part, period: Period) -> dict[str, Any]:
        """Draw the modal with the cases behind a figure of a summary, or behind all that is counted of a part."""
        return behind(self._kit, lists, asked, period)

    def unusable(self, problem: str, kind: str, value: str, known: Sequence[str]) -> str:
        """Say why what was asked of a summary can't be summed up."""
        return answers.unusable(self._kit, problem, kind, value, known)

    def export_note(self, request: SummaryRequest, *, whole: bool) -> str:
        """Say what the files of an export are, in the message that brings them."""
        return answers.export_note(self._kit, request, whole=whole)

    def weekly_note(self, key: str, week: str, scope: Scope, destination: str) -> str:
        """Tell an admin what became of a weekly summary: `weekly_unknown`, `weekly_elsewhere` or `weekly_dead`."""
        return weekly.weekly_note(self._kit, key, week, scope, destination)

    def told(self, key: str, **values: str) -> str:
        """Say one sentence about a summary: `counting`, `posted`, `exported` and the like."""
        return self._kit.words.mrkdwn(f"summary.{key}", **values)

    def help(self, command: str, nearest: str | None) -> Payload:
        """Say how a command is used; `nearest` is what was probably meant by what was typed."""
        return lists.help_text(self._kit, command, nearest)

    def which_one(self, command: str, word: str) -> str:
        """Ask which case is meant, where a word of a command needs one."""
        return self._kit.words.mrkdwn("help.which_one", command=command, word=word)

    def refusal(self, view: CaseView, code: RefusalCode) -> str:
        """Say why something asked of a case is not done, with what happened since."""
        return answers.refusal(self._kit, view, code)

    def denial(self, code: Denial) -> str:
        """Say why somebody may not do that."""
        return answers.denial(self._kit, code)

    def problem(self, problem: Problem) -> str:
        """Say what is wrong with something somebody wrote; plain text, shown as it is."""
        return answers.problem(self._kit, problem)

    def failure(self, reference: str) -> str:
        """Say that something broke, with a reference to find it by."""
        return answers.failure(self._kit, reference)

    def expired(self) -> str:
        """Say that a form could not be opened in time."""
        return self._kit.words.mrkdwn("failure.expired")

    def confirmation(self, view: CaseView, action: Action) -> str:
        """Say that what somebody pressed is done; `raise` has its receipt, `look` needs none."""
        return agent.confirmation(self._kit, view, action)


@cache
def build_renderer(language: str = "en") -> Renderer:
    """Compile the templates and read the words, once for the whole process.

    Raises:
        FileNotFoundError: there are no words in that language.
        jinja2.TemplateSyntaxError: a template is damaged.
    """
    return Renderer(build_kit(read_words(language)))
