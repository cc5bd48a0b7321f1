"""Where a process can die so that it matters: before and after each commit and each call of Slack in the code.

The points are not written into the code under test but found in it, by its syntax: each `store.write()` and each call
of the gateway is a site, named by the function it stands in. So nothing is left out, and production runs no hook.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("slackbot/services", "slackbot/slack", "handlers")
_FUNCTIONS = (ast.FunctionDef, ast.ClassDef)

COMMIT, CALL = "commit", "call"
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Site:
    """A transaction or a call of Slack: `services.sweep:Sweep.step`, with a number where a function has several."""

    name: str
    what: str
    file: str
    first: int
    last: int

    @property
    def points(self) -> tuple[str, str]:
        """Name the moment before and the moment after."""
        return point(BEFORE, self), point(AFTER, self)


def point(when: str, site: Site) -> str:
    """Name a point, as the command line of a victim takes it."""
    return f"{when} {site.what} {site.name}"


@cache
def sites() -> tuple[Site, ...]:
    """Find every site in the code."""
    found: list[Site] = []
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            found += _of_file(file)
    return tuple(found)


@cache
def _by_file() -> Mapping[str, list[Site]]:
    files: dict[str, list[Site]] = {}
    for site in sites():
        files.setdefault(site.file, []).append(site)
    return files


def site_at(file: str, line: int) -> Site | None:
    """Find the site that a line of a running frame belongs to, the narrowest where they nest."""
    fitting = [site for site in _by_file().get(file, ()) if site.first <= line <= site.last]
    return min(fitting, key=lambda site: site.last - site.first, default=None)


def _of_file(file: Path) -> list[Site]:
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removeprefix("slackbot.")
    seen: dict[str, int] = {}
    found = []
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for owner, where, what in _calls(tree, "", tree.body[0]):
        name = f"{module}:{owner}"
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name}#{seen[name]}"
        found.append(Site(numbered, what, str(file), where.lineno, where.end_lineno or where.lineno))
    return found


def _calls(node: ast.AST, owner: str, within: ast.stmt) -> Iterator[tuple[str, ast.stmt | ast.expr, str]]:
    """Find the sites with what they span: pages are read one by one somewhere in the function that asked for them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _FUNCTIONS):
            yield from _calls(child, f"{owner}.{child.name}".strip("."), child)
            continue
        if isinstance(child, ast.Call) and (what := _kind(child.func)) is not None:
            paged = isinstance(child.func, ast.Attribute) and child.func.attr == "pages"
            yield owner, within if paged else child, what
        yield from _calls(child, owner, within)


def _kind(function: ast.expr) -> str | None:
    match function:
        case ast.Attribute(attr="write", value=ast.Attribute(attr="store")):
            return COMMIT
        case ast.Attribute(attr="call" | "pages", value=ast.Attribute(attr=name) | ast.Name(id=name)):
            return CALL if name.endswith("gateway") else None
        case _:
            return None
