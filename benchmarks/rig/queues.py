"""A house of many channels: each has a category and a policy of its own, so that work can be spread evenly."""

from __future__ import annotations

from slackbot.cli.acme import acme
from slackbot.clock import SystemClock
from slackbot.simulator.limits import Limits
from slackbot.simulator.server import Simulator

CHANNELS = 10

_POLICY = """
timezone = "Europe/Madrid"
catcher = ["#support-managers"]
"""
_PART = """
[[categories]]
name = "{name}"

[[policies]]
name = "{name}"

  [[policies.tiers]]
  name = "Team {name}"
  channel = "#{name}"
  notify = ["lena@acme.example"]
  ping_every = "4h"
  respond_within = "8h"
"""
_ROUTE = """
[[routes]]
when = {{ category = "{name}" }}
policy = "{name}"
"""


def names() -> list[str]:
    """Name the channels, each with a category and a policy of its own."""
    return [f"queue-{number}" for number in range(CHANNELS)]


def policy() -> str:
    """Write the policy file."""
    parts = "".join(_PART.format(name=name) for name in names())
    routes = "".join(_ROUTE.format(name=name) for name in names()[1:])
    return f'{_POLICY}{parts}{routes}\n[[routes]]\npolicy = "{names()[0]}"\n'


def slack() -> Simulator:
    """Furnish a workspace with ten more channels, in which Slack's limits hold."""
    clock = SystemClock()
    workspace = acme(clock)
    for name in names():
        workspace.add_channel(name, members=[each.id for each in workspace.people()])
    return Simulator(workspace, limits=Limits(clock))
