"""Scripts are served under names that change with them, and so are the scripts that they import."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from everyid_site import settings as shipped
from everyid_site.env import BASE_DIR


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything, collected as ``manage.py up`` does."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STORAGES=shipped.STORAGES, STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def hashed(folder: Path, name: str) -> Path:
    """The one copy of a script whose name holds a digest."""
    (found,) = (
        p for p in (folder / "js").iterdir() if re.fullmatch(rf"{name}\.\w{{12}}\.js", p.name)
    )
    return found


def test_every_import_names_a_file_with_a_digest(collected: Path) -> None:
    imports = 0
    for source in (BASE_DIR / "static" / "js").glob("*.js"):
        wanted = re.findall(r'^import .* from "\./(\w+)\.js";$', source.read_text(), re.MULTILINE)
        text = hashed(collected, source.stem).read_text()
        for name in wanted:
            assert f'from "./{hashed(collected, name).name}";' in text
        assert len(re.findall(r'\bfrom "\./', text)) == len(wanted)
        imports += len(wanted)
    assert imports >= 8


def test_a_changed_script_changes_the_name_of_what_imports_it(
    collected: Path, tmp_path: Path
) -> None:
    files = tmp_path / "static"
    (files / "js").mkdir(parents=True)
    for name in ("player", "timecode"):
        text = (BASE_DIR / "static" / "js" / f"{name}.js").read_text()
        (files / "js" / f"{name}.js").write_text(text + "// changed\n" * (name == "timecode"))
    with override_settings(
        STORAGES=shipped.STORAGES, STATIC_ROOT=tmp_path / "root", STATICFILES_DIRS=[files]
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert hashed(tmp_path / "root", "player").name != hashed(collected, "player").name
