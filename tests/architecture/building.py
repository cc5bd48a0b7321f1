"""Nothing is built at import: what may be called while a module loads.

Values and definitions may: tables of dataclasses, compiled patterns, types. A call to a function or
class of ours is followed into its body, so a table may have its little constructors, but none that
opens a file or makes a client.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.architecture.source import Module, dotted, imports, meanings

# Makers of values: nothing in them reaches outside the process.
VALUES = (
    *("abc", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions"),
    *("functools", "itertools", "math", "operator", "re", "string", "textwrap", "types"),
    *("typing", "unicodedata", "pathlib"),
    *("contextlib.contextmanager", "contextlib.asynccontextmanager", "logging.getLogger"),
    *("pydantic", "pydantic_core"),
)
# Tables are definitions; they and the expressions over them may stand at the top in storage.
DEFINITIONS_IN_STORAGE = ("sqlalchemy", "alembic.op")
# Exceptions to the above.
ACTS = frozenset(
    {"open", "print", "input", "exec", "eval", "__import__", "breakpoint", "compile"}
    | {"datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"}
    | {"datetime.date.today"}
    | {"sqlalchemy.create_engine", "sqlalchemy.engine_from_config", "sqlalchemy.inspect"}
    | {"sqlalchemy.orm.sessionmaker", "sqlalchemy.event.listen", "sqlalchemy.event.listens_for"}
)
# Methods that act on whatever they are called on.
ACTING_METHODS = frozenset(
    {"connect", "execute", "glob", "iterdir", "mkdir", "open", "read_bytes", "read_text"}
    | {"rglob", "start", "stat", "unlink", "write_bytes", "write_text"}
)
# What runs when a class of ours is called.
MAKERS = frozenset({"__init__", "__new__", "__post_init__"})

# Alembic runs this file as a script.
SCRIPTS = ("storage.migrations.env",)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class House:
    """What is needed to follow a call: the definitions and top-level names of every module."""

    definitions: dict[str, tuple[Module, Definition]]
    constants: frozenset[str]

    @classmethod
    def of(cls, modules: Sequence[Module]) -> House:
        """Index the modules."""
        definitions: dict[str, tuple[Module, Definition]] = {}
        constants: set[str] = set()
        for module in modules:
            for statement in module.tree.body:
                match statement:
                    case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                        definitions[f"{module.name}.{statement.name}"] = (module, statement)
                    case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                        constants.add(f"{module.name}.{name}")
        return cls(definitions, frozenset(constants))


def built_at_import(module: Module, house: House) -> Iterator[str]:
    """Find calls at import that do more than make a value or define something."""
    if module.within(*SCRIPTS):
        return
    known = meanings(module)
    for place, func in calls_at_import(module.tree):
        name = dotted(func, known)
        if chain := culprit(module, name, house, frozenset()):
            yield module.at(place, f"called while the module loads: {' -> '.join(chain)}")


def calls_at_import(node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Give what is called while the module loads: calls, and decorators, which are calls too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Lambda) or _is_main_guard(child):
            continue
        if isinstance(child, ast.Call):
            yield child, child.func
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for decorator in child.decorator_list:
                if not isinstance(decorator, ast.Call) and not _is_property_part(decorator):
                    yield child, decorator
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            # The body waits; decorators and defaults do not.
            for part in (*child.decorator_list, *child.args.defaults, *child.args.kw_defaults):
                if part is not None:
                    yield from calls_at_import(ast.Expr(part))
            continue
        yield from calls_at_import(child)


def culprit(module: Module, name: str, house: House, seen: frozenset[str]) -> tuple[str, ...]:
    """Give the chain of calls from a name to the one that acts; empty when it makes a value."""
    if name in ACTS or name.rpartition(".")[2] in ACTING_METHODS:
        return (name,)
    if name in house.definitions:
        return () if name in seen else _culprit_inside(name, house, seen | {name})
    leading = {name, *_leading(name)}
    allowed = {*VALUES, *(DEFINITIONS_IN_STORAGE if module.within("storage") else ())}
    if leading & (allowed | house.constants | house.definitions.keys()):
        return ()
    return (name,) if _is_imported(name, module) else ()


def _culprit_inside(name: str, house: House, seen: frozenset[str]) -> tuple[str, ...]:
    """Follow a call into a function of ours, or into what runs when a class of ours is called."""
    module, definition = house.definitions[name]
    known = meanings(module)
    bodies: list[ast.AST] = [definition]
    names: list[str] = []
    if isinstance(definition, ast.ClassDef):
        bodies = [part for part in definition.body if getattr(part, "name", "") in MAKERS]
        names = [dotted(base, known) for base in definition.bases]
    for body in bodies:
        names += [dotted(func, known) for func in _called_by(body)]
    for inner in names:
        if chain := culprit(module, inner, house, seen):
            return (name, *chain)
    return ()


def _called_by(body: ast.AST) -> Iterator[ast.expr]:
    """Give what a function calls; a function that it only makes, as a decorator does, waits until somebody calls it."""
    made: dict[str, ast.AST] = {}
    left = [body]
    called: set[str] = set()
    while left:
        for node in ast.iter_child_nodes(left.pop()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                made[node.name] = node
                continue
            left.append(node)
            if isinstance(node, ast.Call):
                yield node.func
                called |= {node.func.id} if isinstance(node.func, ast.Name) else set()
    for name in called & made.keys():
        yield from _called_by(made[name])


def _leading(name: str) -> set[str]:
    """Give every leading part of a dotted name: `a` and `a.b` of `a.b.c`."""
    parts = name.split(".")
    return {".".join(parts[:count]) for count in range(1, len(parts))}


def _is_imported(name: str, module: Module) -> bool:
    """Say whether a dotted name starts outside the file; variables and builtins do not."""
    roots = {target.partition(".")[0] for _, target in imports(module)}
    return name.partition(".")[0] in roots


def _is_main_guard(node: ast.AST) -> bool:
    """Say whether a statement is `if __name__ == "__main__":`."""
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
    return False


def _is_property_part(func: ast.expr) -> bool:
    """Say whether a decorator adds a setter to a property of the same class."""
    return isinstance(func, ast.Attribute) and func.attr in {"setter", "deleter"}
