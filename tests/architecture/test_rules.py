"""Each file keeps the rules of the house, and each rule catches what it is there for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import arrows, literals, shape
from tests.architecture.source import Module, sample

Rule = Callable[[Module], Iterator[str]]

ARROWS: tuple[Rule, ...] = (
    arrows.wrong_arrows,
    arrows.neighbours,
    arrows.hidden_imports,
    arrows.impure_core,
    arrows.clock_readings,
)
SHAPE: tuple[Rule, ...] = (
    shape.long_files,
    shape.long_functions,
    shape.untyped,
    shape.undescribed,
    shape.empty_names,
)
LITERALS: tuple[Rule, ...] = (
    literals.loose_ids,
    literals.block_literals,
    literals.stray_clients,
    literals.calls_to_slack,
)
RULES = ARROWS + SHAPE + LITERALS


def body(lines: int) -> str:
    """Write a described module with one function of so many lines."""
    return '"""A sample."""\n\n\ndef f() -> None:\n' + "    pass\n" * (lines - 1)


BAD: tuple[tuple[Rule, str, str], ...] = (
    (arrows.wrong_arrows, "slackbot.core.decide", "import sqlalchemy"),
    (arrows.wrong_arrows, "slackbot.core.decide", "from slackbot.errors import RungError"),
    (arrows.wrong_arrows, "slackbot.core.decide", "from ..errors import RungError"),
    (arrows.wrong_arrows, "storage.tables", "from slackbot.services import intake"),
    (arrows.wrong_arrows, "storage.engine", "import slack_sdk"),
    (arrows.wrong_arrows, "slackbot.slack.gateway", "from slack_bolt import App"),
    (arrows.wrong_arrows, "slackbot.services.intake", "from slack_bolt import App"),
    (arrows.wrong_arrows, "slackbot.services.sweep", "import apscheduler.schedulers.background"),
    (arrows.wrong_arrows, "slackbot.services.sweep", "from handlers.views import intake"),
    (arrows.wrong_arrows, "handlers.actions.resolve", "from storage import tables"),
    (arrows.wrong_arrows, "handlers.register", "import storage.engine"),
    (arrows.wrong_arrows, "slackbot.runtime.loop", "from slackbot.services import sweep"),
    (arrows.wrong_arrows, "slackbot.runtime.loop", "import slack_sdk.web"),
    (arrows.wrong_arrows, "slackbot.simulator.web", "from slackbot.core import model"),
    (arrows.wrong_arrows, "slackbot.simulator.web", "from slackbot import app"),
    (arrows.wrong_arrows, "slackbot.simulator.web", "import slackbot.ids"),
    (arrows.wrong_arrows, "slackbot.services.intake", "import slackbot.app"),
    (arrows.wrong_arrows, "slackbot.cli.run", "from tests import harness"),
    (arrows.wrong_arrows, "slackbot.__main__", "from slackbot.app import build"),
    (arrows.wrong_arrows, "slackbot.surprise", "import json"),
    (arrows.wrong_arrows, "slackbot.core.model", "def f():\n    import jinja2"),
    (arrows.neighbours, "handlers.actions.resolve", "from handlers.views.intake import opened"),
    (arrows.neighbours, "handlers.views.intake", "import handlers.actions.resolve.deep"),
    (arrows.hidden_imports, "slackbot.app", "def build():\n    import json"),
    (arrows.hidden_imports, "slackbot.cli.run", "def f():\n    def g():\n        from a import b"),
    (arrows.hidden_imports, "slackbot.app", "import importlib\nx = importlib.import_module('a')"),
    (arrows.hidden_imports, "slackbot.app", "x = __import__('a')"),
    (arrows.impure_core, "slackbot.core.decide", "import random"),
    (arrows.impure_core, "slackbot.core.decide", "from uuid import uuid4"),
    (arrows.impure_core, "slackbot.core.decide", "from os import path"),
    (arrows.impure_core, "slackbot.core.decide", "import time"),
    (arrows.impure_core, "slackbot.core.decide", "def f():\n    open('x')"),
    (arrows.clock_readings, "slackbot.core.x", "import datetime\nx = datetime.datetime.now()"),
    (arrows.clock_readings, "storage.x", "from datetime import datetime\nx = datetime.utcnow()"),
    (arrows.clock_readings, "storage.x", "from datetime import datetime as d\nx = d.today"),
    (arrows.clock_readings, "slackbot.services.x", "from datetime import date\nx = date.today()"),
    (arrows.clock_readings, "handlers.x", "import time\nx = time.time()"),
    (arrows.clock_readings, "storage.x", "from sqlalchemy import func\nx = func.now()"),
    (arrows.clock_readings, "storage.x", "import sqlalchemy as sa\nx = sa.func.now()"),
    (shape.long_files, "storage.x", '"""A sample."""\n' + "X = 1\n" * 300),
    (shape.long_functions, "storage.x", body(41)),
    (shape.long_functions, "storage.x", body(41).replace("def", "async def")),
    (shape.untyped, "storage.x", "def f(a) -> None: ..."),
    (shape.untyped, "storage.x", "def f(a: int): ..."),
    (shape.untyped, "storage.x", "def f(*, a) -> None: ..."),
    (shape.untyped, "storage.x", "def f(*a: int, **b) -> None: ..."),
    (shape.untyped, "storage.x", "class A:\n    def f(self, a) -> None: ..."),
    (shape.untyped, "storage.x", "class A:\n    @staticmethod\n    def f(a) -> None: ..."),
    (shape.untyped, "storage.x", "class A:\n    def __init__(self): ..."),
    (shape.untyped, "storage.x", "def f() -> None:\n    def g(): ..."),
    (shape.undescribed, "storage.x", "X = 1"),
    (shape.undescribed, "storage.__init__", '"""Storage."""\nfrom storage import x'),
    (shape.empty_names, "storage.utils", ""),
    (shape.empty_names, "slackbot.misc.thing", ""),
    (shape.empty_names, "slackbot.time_helpers", ""),
    (shape.empty_names, "slackbot.loop", "class LoopManager: ..."),
    (literals.loose_ids, "handlers.x", "x = {'action_id': 'acknowledge'}"),
    (literals.loose_ids, "slackbot.slack.x", "render(callback_id=f'view_{1}')"),
    (literals.loose_ids, "handlers.register", "def f(app):\n    app.action('ack')(g)"),
    (literals.loose_ids, "handlers.register", "def f(app):\n    app.event('user_change')(g)"),
    (literals.block_literals, "slackbot.slack.x", "x = {'type': 'section', 'text': {}}"),
    (literals.block_literals, "handlers.views.x", "x = {**a, 'type': 'plain_text'}"),
    (literals.block_literals, "slackbot.services.x", "x = dict(type='modal')"),
    (literals.block_literals, "slackbot.slack.x", "from slack_sdk.models.blocks import Button"),
    (literals.stray_clients, "handlers.x", "from slack_sdk import WebClient\nx = WebClient()"),
    (literals.stray_clients, "slackbot.cli.x", "import slack_sdk\nslack_sdk.WebClient(token='')"),
    (literals.calls_to_slack, "handlers.x", "def f(client):\n    client.chat_postMessage(text='x')"),
    (literals.stray_clients, "slackbot.slack.x", "from slack_sdk import WebClient as C\nC()"),
)

GOOD: tuple[tuple[tuple[Rule, ...], str, str], ...] = (
    (ARROWS, "slackbot.core.decide", "import json\nfrom slackbot.core import model"),
    (ARROWS, "slackbot.core.decide", "from datetime import time, timedelta\nfrom . import model"),
    (ARROWS, "storage.tables", "from slackbot.core.model import State\nimport sqlalchemy as sa"),
    (ARROWS, "slackbot.services.intake", "from storage import tables\nfrom slackbot import ids"),
    (ARROWS, "handlers.actions.resolve", "from handlers.answers import say\nimport slack_bolt"),
    (ARROWS, "handlers.actions.resolve", "from handlers.actions import parts"),
    (ARROWS, "handlers.register", "from handlers.views import intake\nfrom handlers.actions import resolve"),
    (ARROWS, "slackbot.app", "from slackbot.services import sweep\nimport handlers.register\nimport storage"),
    (ARROWS, "slackbot.__main__", "import importlib\ndef main():\n    import slackbot.cli.run"),
    (ARROWS, "slackbot.runtime.loop", "import time\nfrom datetime import UTC, datetime\ndatetime.now(UTC)"),
    (SHAPE, "storage.x", body(40)),
    (SHAPE, "storage.x", '"""A sample."""\n' + "X = 1\n" * 299),
    (SHAPE, "storage.x", '"""A."""\nclass A:\n    def f(self, a: int) -> None: ...'),
    (SHAPE, "storage.__init__", '"""Storage."""'),
    (SHAPE, "slackbot.managers", '"""The people who ask for summaries."""\nclass Managers: ...'),
    (LITERALS, "slackbot.ids", "X = {'action_id': 'acknowledge'}"),
    (LITERALS, "handlers.register", "def f(app):\n    app.action(ids.ACKNOWLEDGE)(g)"),
    (LITERALS, "slackbot.simulator.x", "x = {'type': 'section', 'block_id': 'a'}"),
    (LITERALS, "slackbot.slack.parse", "def f(p):\n    return p['action_id'], {'type': 'escalated'}"),
    (LITERALS, "slackbot.slack.gateway", "from slack_sdk import WebClient\ndef f():\n    WebClient()"),
    (LITERALS, "handlers.x", "def f(client):\n    client.views_open(view={})"),
    (LITERALS, "slackbot.app", "from slack_sdk import WebClient\ndef f():\n    WebClient()"),
)


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_the_rule(rule: Rule, house: tuple[Module, ...]) -> None:
    """No file of the house breaks this rule."""
    assert [finding for module in house for finding in rule(module)] == []


@pytest.mark.parametrize(("rule", "name", "text"), BAD)
def test_the_rule_catches(rule: Rule, name: str, text: str) -> None:
    """The rule finds the fault in a small bad sample."""
    assert list(rule(sample(name, text)))


@pytest.mark.parametrize(("rules", "name", "text"), GOOD)
def test_the_rules_let_pass(rules: tuple[Rule, ...], name: str, text: str) -> None:
    """Code as it should be breaks none of the rules of its kind."""
    assert [finding for rule in rules for finding in rule(sample(name, text))] == []


def test_every_rule_has_a_sample() -> None:
    """There is a bad sample for every rule, so none is a rule that can't fail."""
    assert {rule for rule, _, _ in BAD} == set(RULES)
