"""Documents that would rot otherwise: settings, stages, commands, images."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands

from everyid_site.env import Environment
from recognition.engine.manifest import WeightsEntry
from recognition.engine.profiles import every_entry
from tests.architecture.source import ROOT

README = ROOT / "README.md"


def read(path: str) -> str:
    return (ROOT / path).read_text()


@pytest.mark.parametrize("field", Environment.model_fields)
def test_every_setting_is_in_operations(field: str) -> None:
    assert f"`EVERYID_{field.upper()}`" in read("docs/operations.md")


@pytest.mark.parametrize("field", Environment.model_fields)
def test_every_setting_says_what_it_is(field: str) -> None:
    assert Environment.model_fields[field].description


def test_operations_knows_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"EVERYID_[A-Z_]*[A-Z]", read("docs/operations.md")))
    known = {f"EVERYID_{field.upper()}" for field in Environment.model_fields}
    compose = set(re.findall(r"\$\{(EVERYID_[A-Z_]+)", read("docker/compose.yml")))
    assert named <= known | compose


@pytest.mark.parametrize("stage", settings.PIPELINE)
def test_every_stage_is_in_the_data_path(stage: str) -> None:
    assert f"`{stage}`" in read("docs/data-path.md")


def test_the_readmes_manage_commands_exist() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", README.read_text()))
    assert named, "the README shows no command"
    assert named <= set(get_commands())


def test_the_readmes_make_targets_exist() -> None:
    named = set(re.findall(r"(?<![\w-])make ([a-z]+)(?=[\s`]|$)", _code_in(README)))
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    assert {"demo", "test", "check"} <= targets
    assert named <= targets


def test_the_readmes_modules_exist() -> None:
    for module in set(re.findall(r"python -m ([a-z_.]+)", README.read_text())):
        if module.split(".")[0] in {"evaluation", "training"}:
            path = ROOT / Path(*module.split("."))
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_links_between_documents_lead_somewhere() -> None:
    for document in [README, *(ROOT / "docs").rglob("*.md"), *ROOT.glob("[A-Z]*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
            if "://" not in target and not target.startswith("mailto:"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def _code_in(document: Path) -> str:
    text = document.read_text()
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_entrypoint_is_valid_shell() -> None:
    script = ROOT / "docker" / "entrypoint"
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", str(script)], check=True)


def test_ci_is_executable() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ()), ("requirements-test.lock", ("test",)),
     ("requirements-models.lock", ("models",))],
)  # fmt: skip
def test_the_locks_hold_what_pyproject_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    asked = [*project["dependencies"], *(d for e in extras for d in _extra(project, e))]
    held = {line.partition("==")[0].partition("[")[0] for line in read(lock).splitlines()}
    names = {_bare(text) for text in asked}
    assert names <= {_bare(name) for name in held if name.strip()}
    assert "://" not in re.sub(r"#.*", "", read(lock)), "a lock names an index"


def test_the_base_install_carries_no_torch() -> None:
    for lock in ("requirements.lock", "requirements-test.lock"):
        assert not re.search(r"^(torch|transformers|ultralytics|nvidia-)", read(lock), re.MULTILINE)


def _extra(project: Any, name: str) -> list[str]:
    found: list[str] = project["optional-dependencies"][name]
    return found


def _bare(requirement: str) -> str:
    match = re.match(r"\s*([A-Za-z0-9_.-]+)", requirement)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""


@pytest.mark.parametrize("entry", every_entry(), ids=lambda entry: str(entry.name))
def test_every_network_is_in_the_docs_with_what_binds(entry: WeightsEntry) -> None:
    rows = [row for row in read("docs/models.md").splitlines() if row.startswith("| `")]
    found = [row for row in rows if f"`{entry.name}`" in row or _short(entry.name) in row]
    assert found, f"docs/models.md has no row for {entry.name}"
    if "agpl" in entry.terms:
        assert any("AGPL-3.0" in row for row in found)
    if "research" in entry.terms:
        assert any("research" in row for row in found)


def _short(name: str) -> str:
    """How a row names one of several sizes: `-0288` after its fellow."""
    return f"`-{name.rpartition('-')[2]}`"
