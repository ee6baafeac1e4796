"""Rules that only the source can show."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import PRODUCT, ROOT, TOOLS, files_of, name_of, tree_of

ALL = list(files_of(*PRODUCT, *TOOLS))
IN_PRODUCT = list(files_of(*PRODUCT))
# Who may catch everything, because it must not die of anything: and who hands errors on.
MAY_CATCH_ALL = {
    "everyid_site/errors.py",
    "everyid_site/embedded/supervisor.py",
    "ingest/pipeline/running.py",
}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


def ids(paths: list[Path]) -> list[str]:
    return [name_of(path) for path in paths]


@pytest.mark.parametrize("path", IN_PRODUCT, ids=ids(IN_PRODUCT))
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if name_of(path) == "everyid_site/env.py":
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"environ", "getenv", "environb"}, f"line {node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            assert not {alias.name for alias in node.names} & {"environ", "getenv"}


@pytest.mark.parametrize("path", ALL, ids=ids(ALL))
def test_nobody_swallows_everything(path: Path) -> None:
    if name_of(path) in MAY_CATCH_ALL:
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node):
            # What is raised again is not swallowed: cleaning up is allowed.
            again = any(isinstance(last, ast.Raise) for last in node.body[-1:])
            assert again, f"line {node.lineno} catches everything"


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"} for n in named)


@pytest.mark.parametrize("path", ALL, ids=ids(ALL))
def test_every_module_has_a_name_and_says_what_it_is(path: Path) -> None:
    assert path.stem not in VAGUE
    tree = tree_of(path)
    if tree.body and path.stem != "apps":
        assert ast.get_docstring(tree), "a module says in its docstring what it is"


@pytest.mark.parametrize("path", ALL, ids=ids(ALL))
def test_nothing_is_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", IN_PRODUCT, ids=ids(IN_PRODUCT))
def test_no_signals_steer_the_rooms(path: Path) -> None:
    """Django's signals hide who does what; Celery's tell a worker of its own life."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("django.db.models.signals")
            assert node.module != "django.dispatch"


def test_tasks_only_delegate() -> None:
    for node in ast.walk(tree_of(ROOT / "ingest" / "tasks.py")):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 10, node.name
