"""``manage.py weights`` and ``manage.py networks``."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recognition.engine import profiles
from recognition.engine.manifest import read_manifest
from tests.fakes import FakeLoader

NAMES = ("eyes", "ears")
PROFILES = ("builtin", "light", "standard", "full")
ROLES_OF_TESTS = {"detector": "eyes", "person": "ears", "scene": "prompts", "open_set": ""}


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    """A mirror with two weights, of which a manifest knows."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    entries = []
    for name in NAMES:
        content = f"weights of {name}".encode()
        (folder / f"{name}.bin").write_bytes(content)
        entries.append(
            {
                "name": name,
                "role": name,
                "file": f"{name}.bin",
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "licence": "Apache-2.0",
                "source": "made for a test",
            }
        )
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"weights": entries}))
    found = read_manifest(manifest)
    monkeypatch.setattr(profiles, "light_weights", lambda: found)
    monkeypatch.setattr(profiles, "network_weights", lambda: ())
    monkeypatch.setattr(profiles, "builtin_weights", lambda: ())
    monkeypatch.setattr(profiles, "_profiles", lambda: dict.fromkeys(PROFILES, ROLES_OF_TESTS))
    settings.WEIGHTS_DIR = tmp_path / "here"
    settings.WEIGHTS_MIRROR = str(folder)
    return folder


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("weights", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def states(*words: str) -> dict[str, str]:
    return {item["name"]: item["state"] for item in json.loads(run(*words, "--json"))["weights"]}


def test_it_lists_what_is_missing(mirror: Path) -> None:
    assert states("list") == dict.fromkeys(NAMES, "missing")
    assert "missing" in run("list")
    assert "Apache-2.0" in run("list")


def test_it_pulls_after_agreement(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert states("pull") == dict.fromkeys(NAMES, "here")
    assert states("verify") == dict.fromkeys(NAMES, "here")


def test_the_licence_is_shown_before_anything_is_pulled(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    shown = io.StringIO()

    def refuse(_: str) -> str:
        assert "eyes: Apache-2.0" in shown.getvalue()
        assert not settings.WEIGHTS_DIR.exists()
        return "n"

    monkeypatch.setattr("builtins.input", refuse)
    with pytest.raises(CommandError, match="Nothing was pulled"):
        call_command("weights", "pull", stdout=io.StringIO(), stderr=shown)
    assert states("list") == dict.fromkeys(NAMES, "missing")


def test_nobody_there_to_answer_is_no_agreement(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CommandError, match="--yes"):
        run("pull")


def test_one_can_be_pulled_by_name(mirror: Path) -> None:
    assert states("pull", "eyes", "--yes") == {"eyes": "here"}
    assert states("list") == {"eyes": "here", "ears": "missing"}


def test_pulling_again_asks_nothing(mirror: Path) -> None:
    run("pull", "--yes")
    assert states("pull") == dict.fromkeys(NAMES, "here")


def test_a_damaged_file_is_found_and_pulled_anew(mirror: Path, settings: Any) -> None:
    run("pull", "--yes")
    (settings.WEIGHTS_DIR / "eyes.bin").write_bytes(b"something else")
    assert states("list")["eyes"] == "damaged"
    with pytest.raises(CommandError, match="1 of 2 weights"):
        run("verify")
    assert states("pull", "--yes")["eyes"] == "here"


def test_a_wrong_mirror_is_said_in_a_sentence(mirror: Path) -> None:
    with pytest.raises(CommandError, match="could not be pulled"):
        run("pull", "--yes", "--mirror", str(mirror / "nowhere"))


def test_a_profile_stands_for_what_it_needs(mirror: Path) -> None:
    assert states("pull", "standard", "--yes") == dict.fromkeys(NAMES, "here")


def test_a_licence_that_binds_is_accepted_by_name(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = [replace(entry, terms=("agpl",)) for entry in profiles.every_entry()]
    monkeypatch.setattr(profiles, "light_weights", lambda: careful)
    with pytest.raises(CommandError, match=r"eyes, ears binds.*--accept-licence"):
        run("pull", "--yes")
    assert states("list") == dict.fromkeys(NAMES, "missing")
    assert states("pull", "--accept-licence") == dict.fromkeys(NAMES, "here")


def test_it_removes_what_is_named(mirror: Path) -> None:
    run("pull", "--yes")
    with pytest.raises(CommandError, match="Which weights"):
        run("remove")
    assert states("remove", "eyes") == {"eyes": "missing"}
    assert states("list") == {"eyes": "missing", "ears": "here"}


def test_it_tells_how_far_it_is(mirror: Path) -> None:
    told = io.StringIO()
    call_command("weights", "pull", "--yes", stdout=io.StringIO(), stderr=told)
    assert "eyes.bin: 0.0 of 0.0 MB" in told.getvalue()


def test_offline_takes_a_folder_and_nothing_else(mirror: Path, settings: Any) -> None:
    settings.OFFLINE = True
    settings.WEIGHTS_MIRROR = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="EVERYID_OFFLINE"):
        run("pull", "--yes")
    assert states("pull", "--yes", "--mirror", str(mirror)) == dict.fromkeys(NAMES, "here")


def test_an_unknown_name_is_said_in_a_sentence(mirror: Path) -> None:
    with pytest.raises(CommandError, match="No weights are called nose"):
        run("list", "nose")


@pytest.mark.django_db
def test_networks_says_what_is_at_work(loader: FakeLoader) -> None:
    out = io.StringIO()
    call_command("networks", stdout=out)
    assert "Profile fake" in out.getvalue()
    assert "fake detector" in out.getvalue()
    out = io.StringIO()
    call_command("networks", "--json", stdout=out)
    body = json.loads(out.getvalue())
    assert body["profile"] == "fake"
    assert {item["role"] for item in body["networks"]} >= {"detector", "image"}
