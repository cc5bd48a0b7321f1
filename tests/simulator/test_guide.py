"""The guide to the simulator: its example runs as printed, and it names what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from slackbot.simulator.facts import load_facts
from slackbot.simulator.faults import FaultScript
from slackbot.simulator.mishaps import DeliveryScript
from slackbot.simulator.server import Simulator

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")


def test_the_example_runs_as_printed(tmp_path: Path) -> None:
    """Copied out and started, the example ends well and has said what it found."""
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    file = tmp_path / "example.py"
    file.write_text(example, encoding="utf-8")
    ran = subprocess.run([sys.executable, file], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "No answer, and yet: " in ran.stdout


def test_every_method_is_named_and_no_other() -> None:
    """The list of methods is the list of methods."""
    part = GUIDE.split("\nMethods: ", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"`([a-z.A-Z0-9]+\.[A-Za-z]+)`", part) == sorted(load_facts())


def test_what_it_orders_can_be_ordered() -> None:
    """Every fault, mishap and trouble of a connection in the table is one the simulator knows."""
    trouble = GUIDE.split("\n## Trouble to order\n", 1)[1].split("\n## ", 1)[0]
    faults = set(re.findall(r"`faults\.(\w+)", trouble))
    assert faults
    assert all(hasattr(FaultScript, name) for name in faults)
    assert set(re.findall(r"mishaps\.(\w+)", trouble)) <= set(vars(DeliveryScript))
    bare = re.findall(r"`(\w+)\((?:\"warning\")?\)`", trouble)
    assert len(bare) == 6
    assert all(hasattr(Simulator, name) for name in bare)
