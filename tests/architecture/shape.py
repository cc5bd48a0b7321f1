"""Sizes, types, docstrings and names that keep every file readable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from tests.architecture.source import Module, functions

FILE_LINES = 300
FUNCTION_LINES = 40
FUNCTION_LINES_P90 = 25

# Names that say nothing about what is inside.
EMPTY_NAMES = frozenset({"util", "utils", "helper", "helpers", "manager", "misc"})


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function from its `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def long_files(module: Module) -> Iterator[str]:
    """Find files over the budget."""
    lines = len(module.text.splitlines())
    if lines > FILE_LINES:
        yield f"{module.path}:1: {lines} lines, at most {FILE_LINES}"


def long_functions(module: Module) -> Iterator[str]:
    """Find functions over the budget."""
    for function in functions(module):
        if length(function) > FUNCTION_LINES:
            found = f"{function.name} has {length(function)} lines, at most {FUNCTION_LINES}"
            yield module.at(function, found)


def lengthy_as_a_whole(modules: Sequence[Module]) -> Iterator[str]:
    """Find a house whose 90th percentile of function lengths is over the budget."""
    lengths = sorted(length(function) for module in modules for function in functions(module))
    if lengths and lengths[int(len(lengths) * 0.9)] > FUNCTION_LINES_P90:
        at = lengths[int(len(lengths) * 0.9)]
        yield f"the 90th percentile of function lengths is {at}, at most {FUNCTION_LINES_P90}"


def untyped(module: Module) -> Iterator[str]:
    """Find parameters and results without a type."""
    methods = {
        id(child)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        for child in node.body
        if not _is_static(child)
    }
    for function in functions(module):
        given = function.args
        parameters = [*given.posonlyargs, *given.args]
        parameters = parameters[1:] if id(function) in methods else parameters
        parameters += [*given.kwonlyargs, *(a for a in (given.vararg, given.kwarg) if a)]
        for parameter in parameters:
            if parameter.annotation is None:
                yield module.at(function, f"{function.name}: {parameter.arg} has no type")
        if function.returns is None:
            yield module.at(function, f"{function.name} does not say what it returns")


def _is_static(node: ast.stmt) -> bool:
    """Say whether a method takes no `self`."""
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in decorators)


def undescribed(module: Module) -> Iterator[str]:
    """Find files without a docstring, and `__init__.py` files that hold more than one."""
    if ast.get_docstring(module.tree) is None:
        yield f"{module.path}:1: no docstring says why this file exists"
    if module.path.endswith("__init__.py") and len(module.tree.body) > 1:
        yield module.at(module.tree.body[1], "an __init__.py holds its docstring and nothing else")


def empty_names(module: Module) -> Iterator[str]:
    """Find folders, files and classes whose name could stand on anything."""
    for part in module.name.split("."):
        if EMPTY_NAMES & set(part.split("_")):
            yield f"{module.path}:1: {part} says nothing about what is inside"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            words = {word.lower() for word in re.findall(r"[A-Z][a-z]*", node.name)}
            if EMPTY_NAMES & words:
                yield module.at(node, f"{node.name} says nothing about what it is")
