"""Importing Rung builds nothing: no client, no engine, no file is read."""

from __future__ import annotations

import pytest

from tests.architecture.building import House, built_at_import
from tests.architecture.source import Module, sample

BAD = (
    "from slack_sdk import WebClient\nclient = WebClient()",
    "from sqlalchemy import create_engine\nengine = create_engine('sqlite://')",
    "import logging\nlogging.basicConfig()",
    "from slackbot.settings import load\nsettings = load()",
    "text = open('x').read()",
    "from pathlib import Path\ntext = Path('x').read_text()",
    "import threading\nclass A:\n    lock = threading.Lock()",
    "from datetime import datetime\ndef f(now=datetime.now()):\n    pass",
    "from handlers.register import app\n@app.event('message')\ndef f():\n    pass",
    "from handlers.register import register\n@register\ndef f():\n    pass",
    "import threading\nif True:\n    threading.Thread(target=f).start()",
    "import socket\nx = [socket.socket() for _ in range(3)]",
    "import socket\nclass Plain:\n    def __init__(self):\n        self.s = socket.socket()\nx = Plain()",
    "from slack_sdk import WebClient\nclass Ours(WebClient):\n    pass\nx = Ours()",
    "import os\ndef f():\n    return g()\ndef g():\n    return os.getenv('X')\nx = f()",
    "def words():\n    with open('x') as f:\n        return f.read()\nx = words()",
    "import time\ndef f():\n    def g():\n        time.sleep(1)\n    return g()\nx = f()",
    "import time\ndef slow(f):\n    time.sleep(1)\n    return f\n@slow\ndef g():\n    pass",
)

GOOD = (
    "import re\nPATTERN = re.compile('a+')",
    "from typing import NewType\nCaseId = NewType('CaseId', int)\nFIRST = CaseId(1)",
    (
        "from dataclasses import dataclass, field\n@dataclass(frozen=True)\nclass A:\n"
        "    x: list[int] = field(default_factory=list)\n    def f(self):\n        return make()\n"
        "NONE = A()"
    ),
    "from enum import Enum, auto\nclass A(Enum):\n    X = auto()\nB = A('x')",
    "import logging\nlog = logging.getLogger(__name__)",
    "from datetime import timedelta\nGRACE = timedelta(minutes=1)\nf = lambda: make()",
    "class A:\n    @property\n    def x(self):\n        return 1\n    @x.setter\n    def x(self, y):\n        pass",
    "def main():\n    return run()\nif __name__ == '__main__':\n    main()",
    "WORDS = frozenset('a b'.split())",
    "class Plain:\n    def __init__(self):\n        self.x = []\nx = Plain()",
    (
        "import time\nfrom functools import wraps\ndef later(f):\n    @wraps(f)\n    def g():\n        time.sleep(1)\n"
        "        f()\n    return g\n@later\ndef h():\n    pass"
    ),
    "import socket\ndef row(x):\n    return row(x[1:]) if x else ()\nx = row('abc')",
)


def found(name: str, text: str) -> list[str]:
    """Show the rule a sample that is the whole house."""
    module = sample(name, text)
    return list(built_at_import(module, House.of([module])))


def test_nothing_is_built_at_import(house: tuple[Module, ...]) -> None:
    """Loading the house calls only what makes values and definitions."""
    index = House.of(house)
    assert [finding for module in house for finding in built_at_import(module, index)] == []


@pytest.mark.parametrize("text", BAD)
def test_building_is_caught(text: str) -> None:
    """A client, an engine, a file or a registration made at import is found."""
    assert found("slackbot.services.sample", text)


@pytest.mark.parametrize("text", GOOD)
def test_values_and_definitions_pass(text: str) -> None:
    """Constants, types and patterns may stand at the top of a file."""
    assert found("slackbot.services.sample", text) == []


def test_tables_are_definitions_in_storage_only() -> None:
    """A table may stand at the top in storage, an engine may not, and neither elsewhere."""
    table = "import sqlalchemy as sa\nmetadata = sa.MetaData()\nt = sa.Table('t', metadata)"
    engine = "import sqlalchemy as sa\nengine = sa.create_engine('sqlite://')"
    assert found("storage.tables", table) == []
    assert found("storage.engine", engine)
    assert found("slackbot.services.x", table)
