"""The documents say what there is: settings, commands, verbs, files; and their links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
import yaml

from slackbot.__main__ import VERBS
from slackbot.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
HEADINGS = ["## What we had to decide", "## What we weighed", "## What we decided", "## What follows"]


def _table(heading: str) -> list[list[str]]:
    """Read the rows of the first table under a heading of the README."""
    part = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def _prose(page: Path) -> str:
    """Read a page without its code."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_setting_is_in_the_table_and_nothing_else() -> None:
    """The README's table has exactly the settings that are read."""
    named = [row[0].strip("`") for row in _table("Settings")]
    assert sorted(named) == sorted(each.name.upper() for each in fields(Settings))


def test_the_defaults_in_the_table_are_the_defaults() -> None:
    """Where a setting has a default, the table gives it; what has none says so in words, not in Python's."""
    defaults = {each.name.upper(): each.default for each in fields(Settings)}
    for variable, _, default in _table("Settings"):
        ours = defaults[variable.strip("`")]
        if ours is not None and ours is not MISSING:
            assert default == f"`{ours}`"
        assert "None" not in default


def test_every_verb_is_described() -> None:
    """The README describes each verb of the command line and names no other, and so do the other pages."""
    described = set(re.findall(r"^\| `rung (\w+)", README, re.MULTILINE))
    assert described == set(VERBS)
    for page in PAGES:
        named = set(re.findall(r"`(?:\.venv/bin/)?rung (\w+)", page.read_text(encoding="utf-8")))
        assert named <= set(VERBS), page


def test_every_command_and_shortcut_is_described() -> None:
    """What the manifest offers in Slack is in the README, with every word that `/escalations` takes."""
    features = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))["features"]
    for command in features["slash_commands"]:
        assert f"`{command['command']}" in README
        words = re.findall(r"(?<![<\w])(?:mine|open|show|why|withdraw|help|find|summary)\b", command["usage_hint"])
        assert all(f"`{command['command']} {word}" in README for word in words)
    for shortcut in features["shortcuts"]:
        assert f"*{shortcut['name']}*" in README


def _links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
            yield page, target


@pytest.mark.parametrize(
    ("page", "target"), [*_links()], ids=lambda each: each.name if isinstance(each, Path) else each
)
def test_links_lead_somewhere(page: Path, target: str) -> None:
    """Every link inside the repository names a file, and its anchor a heading in it."""
    if "://" in target:
        return
    name, _, anchor = target.partition("#")
    file = (page.parent / name).resolve() if name else page
    assert file.exists()
    assert not anchor or anchor in _anchors(file)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_files_that_pages_name_are_there(page: Path) -> None:
    """A path in backticks that begins with a room of the house is a file or folder of it."""
    rooms = "slackbot|handlers|storage|templates|tests|docs|examples|benchmarks"
    for path in re.findall(rf"`((?:{rooms})/[\w./-]*)`", page.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_headings_and_its_line(page: Path) -> None:
    """Each decision has the five headings of the first, its number, and its line in the list."""
    text = page.read_text(encoding="utf-8")
    title = re.match(rf"# {page.stem[:4]}: (.+)\n\n- Status: (\w+)", text)
    assert title is not None
    assert re.findall(r"^## .+$", text, re.MULTILINE) == HEADINGS
    line = f"| [{page.stem[:4]}]({page.name}) | {title[1]} | {title[2]} |"
    assert line in (page.parent / "README.md").read_text(encoding="utf-8")


def test_the_list_of_decisions_has_no_other_lines() -> None:
    """The list names as many decisions as there are."""
    text = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| \[\d{4}\]", text, re.MULTILINE)) == len(DECISIONS)


def test_the_picture_is_of_the_card_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's picture is drawn from today's templates; else run `python docs/pictures/draw_card.py`."""
    script = ROOT / "docs" / "pictures" / "draw_card.py"
    spec = importlib.util.spec_from_file_location("draw_card", script)
    assert spec is not None
    assert spec.loader is not None
    drawing = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, drawing)
    spec.loader.exec_module(drawing)
    assert drawing.PICTURE.read_text(encoding="utf-8") == drawing.draw()
