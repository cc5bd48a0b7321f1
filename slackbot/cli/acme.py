"""Acme: the small support house of the demo, the tests and the benchmarks, in a simulated workspace."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from slackbot.clock import Clock
from slackbot.simulator.workspace import Workspace

ZONE = "Europe/Madrid"
LEADS = ("lena", "marco")
OWNER = "carla"
"""The workspace's primary owner, who is told when nobody else can be."""

CHANNELS = ("support", "support-managers", "tier-2", "tier-3", "tier-4")

_ZONES = {"ana": "Europe/Madrid", "ben": "America/New_York", "lena": "Europe/Madrid", "dana": "Europe/London"}
_NAMES = {
    "ana": "Ana Ruiz",
    "ben": "Ben Cole",
    "lena": "Lena Fischer",
    "marco": "Marco Bianchi",
    "dana": "Dana Okafor",
    "carla": "Carla Mendes",
}


def acme(clock: Clock) -> Workspace:
    """Furnish a workspace with Acme's people, channels and its group of team leads."""
    workspace = Workspace(clock, manifest=manifest())
    people = {
        name: workspace.add_person(
            name,
            real_name=full,
            email=f"{name}@acme.example",
            tz=_ZONES.get(name, ZONE),
            primary_owner=name == OWNER,
        ).id
        for name, full in _NAMES.items()
    }
    for channel in CHANNELS:
        workspace.add_channel(channel, members=people.values())
    workspace.add_group("support-leads", members=[people[name] for name in LEADS])
    return workspace


def manifest() -> Mapping[str, Any]:
    """Read the app's manifest: its scopes, commands and shortcuts."""
    return copy.deepcopy(_manifest_as_it_stands())


@cache
def _manifest_as_it_stands() -> dict[str, Any]:
    return dict(yaml.safe_load(shipped("manifest.yml")))


def shipped(name: str) -> str:
    """Read a file that stands in the repository's root or examples, and beside the code in an installed wheel."""
    beside = files("slackbot").joinpath("shipped", name)
    if beside.is_file():
        return beside.read_text("utf-8")
    root = Path(__file__).parents[2]
    return next(path for path in (root / name, root / "examples" / name) if path.exists()).read_text("utf-8")
