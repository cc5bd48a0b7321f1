"""The modules of the house as syntax trees, and what a name in one of them stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("slackbot", "handlers", "storage", "templates")


@dataclass(frozen=True, slots=True)
class Module:
    """One file: its dotted name, where it is, its text and its tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    def at(self, node: ast.AST, message: str) -> str:
        """Say something about a place in this file."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {message}"

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]

    def within(self, *packages: str) -> bool:
        """Say whether this file is one of these modules or inside one of these packages."""
        return any(self.name == p or self.name.startswith(f"{p}.") for p in packages)


def load(root: Path = ROOT) -> tuple[Module, ...]:
    """Read every Python file of the house."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = path.read_text(encoding="utf-8")
            found.append(Module(name, str(path.relative_to(root)), text, ast.parse(text)))
    return tuple(found)


def sample(name: str, text: str) -> Module:
    """Make a module out of a text, to show a rule something it must catch."""
    return Module(name, f"{name.replace('.', '/')}.py", text, ast.parse(text))


def import_targets(module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str, str]]:
    """Give for each imported name: the local name, what it stands for, the imported target."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield alias.asname or first, alias.name if alias.asname else first, alias.name
        return
    base = node.module or ""
    if node.level:
        parts = module.package.split(".")
        parts = parts[: len(parts) - node.level + 1]
        base = ".".join([*parts, base] if base else parts)
    for alias in node.names:
        target = f"{base}.{alias.name}"
        yield alias.asname or alias.name, target, target


def imports(module: Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Give every imported dotted name, wherever in the file the import stands."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for _, _, target in import_targets(module, node):
                yield node, target


def meanings(module: Module) -> dict[str, str]:
    """Map each imported or top-level name of a file to the dotted name it stands for."""
    known: dict[str, str] = {}
    for statement in module.tree.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                known[name] = f"{module.name}.{name}"
            case ast.ClassDef(name=name):
                known[name] = f"{module.name}.{name}"
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                known[name] = f"{module.name}.{name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            known |= {local: meaning for local, meaning, _ in import_targets(module, node)}
    return known


def dotted(node: ast.expr, known: dict[str, str]) -> str:
    """Say what an expression such as `a.b.c` stands for; calls on the way are looked through."""
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value, known)}.{attr}"
        case ast.Call(func=func):
            return dotted(func, known)
        case ast.Subscript(value=value):
            return dotted(value, known)
        case ast.Constant(value=value):
            return type(value).__name__
        case _:
            return f"<{type(node).__name__}>"


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function and method of a file, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def docstrings(module: Module) -> set[ast.AST]:
    """Give the constants that are docstrings, of the module, its classes and its functions."""
    found: set[ast.AST] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as constant), *_]:
                    found.add(constant)
    return found
