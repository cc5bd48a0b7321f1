"""The figures of /metrics: what was measured since the start, and what the database says at the moment of asking.

No label names a workspace, a channel, a person or a case.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily

from slackbot.errors import RungError

log = logging.getLogger(__name__)

ACK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; after three of them Slack shows an error (docs.slack.dev/interactivity/handling-user-interaction)."""

LATE_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)


KIND = CONTENT_TYPE_LATEST
"""The content type of the exposition."""


class Waiting(Protocol):
    """What waits, in seconds of wire time and counts."""

    @property
    def overdue(self) -> float:
        """Say how long ago the longest due case should have been acted on."""
        ...

    @property
    def messages(self) -> Mapping[str, int]:
        """Count messages by state."""
        ...

    @property
    def paused_lanes(self) -> int:
        """Count the lanes that Slack has paused."""
        ...

    @property
    def longest_pause(self) -> float:
        """Say when the last of them is open again."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures of the moment come from."""

    ages: Callable[[], Mapping[str, float]]
    waiting: Callable[[], Waiting]
    schema: str


class Metrics:
    """Notes what happens, and writes it down in Prometheus' text format."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._acks = Histogram(
            "rung_ack_seconds",
            "From a request's arrival to its answer; Slack waits three seconds.",
            buckets=ACK_BUCKETS,
            registry=self._registry,
        )
        self._acted = Histogram(
            "rung_deadline_lateness_seconds",
            "From a case's moment to the commit of what it asked for.",
            buckets=LATE_BUCKETS,
            registry=self._registry,
        )
        self._sent = Histogram(
            "rung_message_lateness_seconds",
            "From the commit that wanted a message to Slack's taking it, waiting for its channel's pace included.",
            buckets=LATE_BUCKETS,
            registry=self._registry,
        )
        self._refused = Counter(
            "rung_http_refused_total", "Requests that were not read.", ["reason"], registry=self._registry
        )
        ProcessCollector(registry=self._registry)

    def acked(self, seconds: float) -> None:
        """Note how long a request waited here for its answer."""
        self._acks.observe(seconds)

    def refused(self, why: str) -> None:
        """Note a request that was not read."""
        self._refused.labels(why).inc()

    def acted(self, late: float) -> None:
        """Note how many seconds after its moment a case was acted on."""
        self._acted.observe(late)

    def sent(self, after: float) -> None:
        """Note how many seconds after it was wanted a message was taken."""
        self._sent.observe(after)

    def read(self, sources: Sources) -> None:
        """Ask these, too, at every scrape."""
        self._registry.register(_Momentary(sources))

    def exposition(self) -> bytes:
        """Write everything down (prometheus.io/docs/instrumenting/exposition_formats)."""
        return generate_latest(self._registry)


class _Momentary:
    """Collects the figures of the moment; where the database does not answer, it says that and leaves out the rest."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def describe(self) -> list[Metric]:
        """Tell nothing in advance: nothing is to be read before the house stands."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Read them now."""
        labels = {"version": version("rung"), "schema": self._sources.schema, "python": platform.python_version()}
        yield _labelled("rung_build_info", "What runs.", labels, [(list(labels.values()), 1.0)])
        ages = [([name], age) for name, age in self._sources.ages().items()]
        yield _labelled("rung_loop_heartbeat_age_seconds", "Since a loop last went round.", ["loop"], ages)
        try:
            waiting = self._sources.waiting()
        except RungError as error:
            log.warning("the figures of the database are missing: %s", error)
            yield _gauge("rung_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("rung_database_up", "Whether the database answers.", 1)
        yield _gauge(
            "rung_oldest_overdue_seconds", "Since the longest due case should have been acted on.", waiting.overdue
        )
        counts = [([state], float(count)) for state, count in waiting.messages.items()]
        yield _labelled(
            "rung_outbox_messages", "Messages that are neither sent nor given up, and dead ones.", ["state"], counts
        )
        yield _gauge(
            "rung_paused_lanes", "Channels and methods that Slack has told us to leave alone.", waiting.paused_lanes
        )
        yield _gauge("rung_longest_pause_seconds", "Until the last of them is open again.", waiting.longest_pause)


def _gauge(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_, value=value)


def _labelled(name: str, help_: str, labels: Iterable[str], values: Iterable[tuple[Sequence[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=list(labels))
    for values_of, value in values:
        family.add_metric(values_of, value)
    return family
