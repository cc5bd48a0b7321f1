"""A summary that comes by itself while a process is to die: in order, put off, lost, and where its channel is gone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from slackbot.clock import SystemClock
from slackbot.simulator.faults import in_channel
from tests.crash.play import POST, Play, Played
from tests.crash.process import Victim
from tests.crash.scene import Scene
from tests.crash.victim import NEVER


def due(scene: Scene, channel: str = "#support-managers") -> None:
    """Have a summary due that was set up a week ago, for an hour that has come."""
    with scene.victim(NEVER):
        pass
    now = SystemClock().now()
    came = now - timedelta(hours=2)
    summary = {
        "policy": "",
        "day": came.isoweekday(),
        "at": f"{came:%H:%M}",
        "zone": "UTC",
        "channel": scene.slack.channel(channel).id,
    }
    with scene.database() as tx:
        (workspace,) = tx.workspaces.all()
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        document = {**latest.document, "summaries": [summary]}
        version = tx.policies.add(workspace.id, document, "digest", "test", now - timedelta(days=9))
        tx.workspaces.use_policy(workspace.id, version.id)


def put_off(scene: Scene) -> None:
    """Have Slack want a second's pause first."""
    due(scene)
    scene.slack.faults.status(POST, 429, in_channel(scene.slack.channel("#support-managers").id), retry_after=1)


def lost(scene: Scene) -> None:
    """Have Slack's answer get lost."""
    due(scene)
    scene.slack.faults.drop_after(POST, in_channel(scene.slack.channel("#support-managers").id))


def archived(scene: Scene) -> None:
    """Have the channel archived: the catcher gets it."""
    due(scene, "#tier-4")
    scene.slack.workspace.archive(scene.slack.channel("#tier-4").id)


def comes(_scene: Scene, victim: Victim, told: str = "") -> None:
    """See it, and what the admin is told of it."""
    victim.shown("#support-managers", "Week")
    if told:
        victim.told("dana", told)


PLAYS: Played = {
    "summary": (
        Play(comes, due),
        (
            "commit services.weekly:WeeklySummaries.step",
            "call services.weekly:WeeklySummaries._post",
            "commit services.weekly:WeeklySummaries._sent",
        ),
    ),
    "summary put off": (
        Play(comes, put_off),
        ("commit services.weekly:WeeklySummaries._again",),
    ),
    "summary lost": (
        Play(partial(comes, told="Slack did not say"), lost),
        (
            "commit services.weekly:WeeklySummaries._settle",
            "call services.weekly:WeeklySummaries._told",
        ),
    ),
    "summary elsewhere": (
        Play(partial(comes, told="could not be posted"), archived),
        ("commit services.weekly:WeeklySummaries._redirect",),
    ),
}
