"""Rules that only the source can show."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import PRODUCT, ROOT, TOOLS, files_of, name_of, tree_of

ALL = list(files_of(*PRODUCT, *TOOLS))
IN_PRODUCT = list(files_of(*PRODUCT))
# Who may catch everything, because it must not die of anything: and who hands errors on.
MAY_CATCH_ALL = {
    "everyid_site/errors.py",
    "everyid_site/embedded/supervisor.py",
    "ingest/pipeline/runner.py",
}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


def test_the_environment_is_read_in_one_place() -> None:
    offences = []
    for path, node in _nodes(IN_PRODUCT, ast.Attribute, ast.ImportFrom):
        if name_of(path) == "everyid_site/env.py":
            continue
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            read = node.module == "os" and not names.isdisjoint({"environ", "getenv"})
        else:
            read = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        if read:
            offences.append(_place(path, node))
    assert not offences


def test_nobody_swallows_everything() -> None:
    offences = []
    for path, node in _nodes(ALL, ast.ExceptHandler):
        assert isinstance(node, ast.ExceptHandler)
        # What is raised again is not swallowed: cleaning up is allowed.
        if _catches_all(node) and not isinstance(node.body[-1], ast.Raise):
            offences.append(_place(path, node))
    assert {offence.partition(":")[0] for offence in offences} <= MAY_CATCH_ALL, offences


def test_every_module_says_what_it_is() -> None:
    silent = [
        name_of(path)
        for path in ALL
        if tree_of(path).body and path.stem != "apps" and not ast.get_docstring(tree_of(path))
    ]
    assert not silent


def test_no_module_has_a_vague_name() -> None:
    assert not [name_of(path) for path in ALL if path.stem in VAGUE]


def test_no_file_is_too_long() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in ALL}
    too_long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}
    assert not too_long


def test_no_function_is_too_long() -> None:
    too_long = [
        f"{_place(path, node)} {node.name}"
        for path, node in _nodes(ALL, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert not too_long


def test_no_signals_steer_the_rooms() -> None:
    """Django's signals hide who does what; Celery's tell a worker of its own life."""
    offences = [
        _place(path, node)
        for path, node in _nodes(IN_PRODUCT, ast.ImportFrom)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "") in {"django.db.models.signals", "django.dispatch"}
    ]
    assert not offences


def test_tasks_only_delegate() -> None:
    for node in ast.walk(tree_of(ROOT / "ingest" / "tasks.py")):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 10, node.name


def _nodes(paths: list[Path], *kinds: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    for path in paths:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, kinds):
                yield path, node


def _place(path: Path, node: ast.AST) -> str:
    return f"{name_of(path)}:{getattr(node, 'lineno', 0)}"


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"} for n in named)
