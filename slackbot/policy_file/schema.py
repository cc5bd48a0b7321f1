"""The form of a policy file: its tables, keys and defaults. What they mean together is checked in `sense`."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from slackbot.core.policy import Severity, Timers
from slackbot.policy_file.values import (
    MOST_OPTIONS,
    Catcher,
    Channel,
    Customer,
    Duration,
    FormField,
    Mention,
    Name,
    Person,
    PromiseChoice,
    SeverityName,
    TicketPattern,
    TimeOfDay,
    Weekday,
    Zone,
)

PING_EVERY = timedelta(minutes=10)
RESPOND_WITHIN = timedelta(minutes=30)
LAST_PING_EVERY = timedelta(minutes=30)
LAST_AT_MOST = timedelta(days=1)


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Table(BaseModel):
    """A table of the file: no key beyond those named, no value quietly turned into another type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class PromiseTable(Table):
    """How long an acknowledgement may promise, and what happens afterwards."""

    default: Duration = timedelta(hours=1)
    choices: list[PromiseChoice] = Field(default=["15m", "1h", "4h", "today"], min_length=1, max_length=MOST_OPTIONS)
    grace: Duration = timedelta(minutes=15)
    remind: Duration = timedelta(days=1)


class CategoryTable(Table):
    """A kind of case and what the form requires for it."""

    name: Name = Field(examples=['name = "Billing"'])
    require: list[FormField] = ["summary"]


class OverrideTable(Table):
    """A tier's timers for one severity; what is left out is the tier's."""

    ping_every: Duration | None = None
    respond_within: Duration | None = None


class TierTable(Table):
    """A level of support."""

    name: Name = Field(examples=['name = "Team leads"'])
    channel: Channel = Field(examples=['channel = "#tier-2"'])
    backup_channel: Channel | None = None
    notify: list[Mention] = Field(examples=['notify = ["lead@example.com"]'], min_length=1, max_length=MOST_OPTIONS)
    ping_every: Duration = PING_EVERY
    respond_within: Duration = RESPOND_WITHIN
    low: OverrideTable | None = None
    normal: OverrideTable | None = None
    high: OverrideTable | None = None
    urgent: OverrideTable | None = None

    def timers(self) -> dict[Severity, Timers]:
        """Work out the timers of every severity: its own table first, then the tier's."""
        overrides = {
            Severity.LOW: self.low,
            Severity.NORMAL: self.normal,
            Severity.HIGH: self.high,
            Severity.URGENT: self.urgent,
        }
        return {
            severity: Timers(
                (own and own.ping_every) or self.ping_every,
                (own and own.respond_within) or self.respond_within,
            )
            for severity, own in overrides.items()
        }


class LastTierTable(Table):
    """What goes on when the last tier's time is over."""

    ping_every: Duration = LAST_PING_EVERY
    growth: float = Field(default=2.0, ge=1, le=10)
    at_most: Duration = LAST_AT_MOST


class PolicyTable(Table):
    """An ordered list of tiers."""

    name: Name = Field(examples=['name = "support"'])
    tiers: list[TierTable] = Field(examples=["[[policies.tiers]]"], min_length=1)
    last_tier: LastTierTable = LastTierTable()


class WhenTable(Table):
    """Which cases a route takes; a key that is left out takes all."""

    category: Annotated[list[str] | None, BeforeValidator(_one_or_many)] = Field(default=None, min_length=1)
    severity: Annotated[list[SeverityName] | None, BeforeValidator(_one_or_many)] = Field(default=None, min_length=1)


class RouteTable(Table):
    """Which cases take which policy."""

    when: WhenTable = WhenTable()
    policy: str = Field(examples=['policy = "support"'])


class SummaryTable(Table):
    """A summary that comes by itself."""

    policy: str | None = None
    day: Weekday = "monday"
    at: TimeOfDay = time(9)
    timezone: Zone | None = None
    channel: Channel = Field(examples=['channel = "#support-managers"'])


class CustomerTierTable(Table):
    """Customers who are served alike."""

    name: Name = Field(examples=['name = "Gold"'])
    customers: list[Customer] = Field(examples=['customers = ["Nordic*"]'], min_length=1)


class PolicyFile(Table):
    """A whole policy file."""

    timezone: Zone = "UTC"
    managers: list[Person] = []
    admins: list[Person] = []
    admin_channel: Channel | None = None
    catcher: list[Catcher] = Field(examples=['catcher = ["#support-managers"]'], min_length=1)
    promise: PromiseTable = PromiseTable()
    close_after: Duration = timedelta(days=7)
    tickets: list[TicketPattern] = Field(default=[], max_length=10)
    categories: list[CategoryTable] = Field(examples=["[[categories]]"], min_length=1, max_length=MOST_OPTIONS)
    policies: list[PolicyTable] = Field(examples=["[[policies]]"], min_length=1)
    routes: list[RouteTable] = Field(examples=["[[routes]]"], min_length=1)
    summaries: list[SummaryTable] = []
    customer_tiers: list[CustomerTierTable] = []


TABLES: dict[tuple[str, ...], type[Table]] = {
    (): PolicyFile,
    ("promise",): PromiseTable,
    ("categories",): CategoryTable,
    ("policies",): PolicyTable,
    ("policies", "last_tier"): LastTierTable,
    ("policies", "tiers"): TierTable,
    **{("policies", "tiers", severity.value): OverrideTable for severity in Severity},
    ("routes",): RouteTable,
    ("routes", "when"): WhenTable,
    ("summaries",): SummaryTable,
    ("customer_tiers",): CustomerTierTable,
}
"""Where each table stands in the file."""
