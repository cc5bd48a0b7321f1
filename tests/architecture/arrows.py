"""Who may import whom, and what the core and its neighbours may not reach for."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from tests.architecture.source import Module, dotted, functions, imports, meanings

# Read: the package on the left may import itself, the standard library and what stands on the
# right; the longest name that fits a module counts. A new file right under slackbot/ needs a line.
ARROWS: dict[str, tuple[str, ...]] = {
    "slackbot": (),
    "slackbot.errors": (),
    "slackbot.clock": (),
    "slackbot.ids": (),
    "slackbot.settings": ("slackbot.errors",),
    "slackbot.core": (),
    "storage": (
        "slackbot.core",
        "slackbot.errors",
        "slackbot.clock",
        "sqlalchemy",
        "alembic",
    ),
    "templates": (),
    "slackbot.policy_file": ("slackbot.core", "slackbot.errors", "pydantic", "pydantic_core"),
    "slackbot.slack": (
        "slackbot.core",
        "slackbot.policy_file.directory",
        "slackbot.ids",
        "slackbot.errors",
        "slackbot.clock",
        "templates",
        "slack_sdk",
        "jinja2",
    ),
    "slackbot.services": (
        "slackbot.core",
        "slackbot.policy_file",
        "storage",
        "slackbot.slack",
        "slackbot.ids",
        "slackbot.errors",
        "slackbot.clock",
    ),
    "handlers": (
        "slackbot.services",
        "slackbot.slack",
        "slackbot.core",
        "slackbot.ids",
        "slackbot.errors",
        "slack_bolt",
    ),
    "slackbot.runtime": (
        "slackbot.settings",
        "slackbot.clock",
        "slackbot.errors",
        "slackbot.ids",
        "apscheduler",
        "prometheus_client",
        "starlette",
        "uvicorn",
        "slack_sdk.socket_mode",
        "slack_sdk.errors",
        "slack_bolt",
        "websocket",
    ),
    "slackbot.simulator": (
        "slackbot.clock",
        "slackbot.errors",
        "starlette",
        "uvicorn",
        "websockets",
        "jinja2",
        "markupsafe",
    ),
    "slackbot.app": ("*",),
    "slackbot.engine": ("slackbot.clock", "slackbot.services", "slackbot.slack", "storage"),
    "slackbot.cli": ("*",),
    "slackbot.__main__": ("slackbot.cli", "slackbot.errors"),
}

# The dispatcher alone chooses what to load while it runs.
MAY_IMPORT_LATE = ("slackbot.__main__",)

# Standard library that reaches outside: chance, the clock, the machine, the network, threads.
NOT_FOR_CORE = frozenset(
    [
        "asyncio",
        "http",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    ]
)
NOT_CALLED_IN_CORE = frozenset({"open", "print", "input", "exec", "eval", "__import__"})

TAKES_TIME_AS_A_VALUE = (
    *("slackbot.core", "slackbot.policy_file", "slackbot.services", "slackbot.slack"),
    *("handlers", "storage", "templates"),
)
READS_A_CLOCK = frozenset(
    {f"datetime.{name}" for name in ("datetime.now", "datetime.utcnow", "datetime.today")}
    | {"datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime"}
    | {"sqlalchemy.func.now", "sqlalchemy.func.current_timestamp", "sqlalchemy.sql.func.now"}
)


def fits(name: str, packages: Sequence[str]) -> bool:
    """Say whether a dotted name is one of these packages or lies inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def line_of(module: Module) -> str | None:
    """Find the line of the table that a module falls under."""
    lines = [line for line in ARROWS if line != "slackbot" and fits(module.name, (line,))]
    return max(lines, key=len) if lines else ("slackbot" if module.name == "slackbot" else None)


def wrong_arrows(module: Module) -> Iterator[str]:
    """Find imports that the table has no arrow for."""
    line = line_of(module)
    if line is None:
        yield f"{module.path}:1: {module.name} has no line in ARROWS; give it one"
        return
    allowed = (line, *ARROWS[line])
    for node, target in imports(module):
        top = target.partition(".")[0]
        if top in sys.stdlib_module_names or ("*" in allowed and not fits(target, ("tests",))):
            continue
        if not fits(target, allowed):
            yield module.at(node, f"{line} may not import {target}")


def neighbours(module: Module) -> Iterator[str]:
    """Find handlers that import a neighbouring folder; only top-level modules may see them all."""
    match module.name.split("."):
        case ["handlers", folder, _, *_]:
            for node, target in imports(module):
                match target.split("."):
                    case ["handlers", other, _, _, *_] if other != folder:
                        yield module.at(node, f"handlers.{folder} may not import handlers.{other}")


def cycles(modules: Sequence[Module]) -> Iterator[str]:
    """Find a ring of imports among our own files; imports for types alone count too."""
    names = {module.name for module in modules}
    graph: dict[str, set[str]] = {}
    for module in modules:
        needs = graph.setdefault(module.name, set())
        for _, target in imports(module):
            needs |= {t for t in (target, target.rpartition(".")[0]) if t in names} - {module.name}
            if target in names:
                needs.discard(target.rpartition(".")[0])
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield "imports go round: " + " -> ".join(error.args[1])


def hidden_imports(module: Module) -> Iterator[str]:
    """Find imports inside functions and imports by name while the program runs."""
    if module.within(*MAY_IMPORT_LATE):
        return
    for function in functions(module):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield module.at(node, f"import inside {function.name}")
    known = meanings(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func, known)
            if name in {"importlib.import_module", "__import__"}:
                yield module.at(node, f"{name} loads a module while the program runs")


def impure_core(module: Module) -> Iterator[str]:
    """Find what ties the core to a machine: modules that reach outside, and reading or printing."""
    if not module.within("slackbot.core"):
        return
    for node, target in imports(module):
        if target.partition(".")[0] in NOT_FOR_CORE:
            yield module.at(node, f"core may not import {target}")
    for call in ast.walk(module.tree):
        match call:
            case ast.Call(func=ast.Name(id=name)) if name in NOT_CALLED_IN_CORE:
                yield module.at(call, f"core may not call {name}")


def clock_readings(module: Module) -> Iterator[str]:
    """Find code that asks a clock where `now` must come in as a value, SQL included."""
    if not module.within(*TAKES_TIME_AS_A_VALUE):
        return
    known = meanings(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node, known) in READS_A_CLOCK:
            yield module.at(node, f"{dotted(node, known)} reads a clock; take `now` as a value")
