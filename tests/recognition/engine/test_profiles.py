"""Profiles, overrides per role, and mixed choices of networks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recognition.engine import loader, lock
from recognition.engine.backends import registry
from recognition.engine.errors import WeightsError, WeightsMissing
from recognition.engine.loader import Setup
from recognition.engine.manifest import by_name, network_weights
from recognition.engine.profiles import (
    PROFILES,
    ROLES,
    choices,
    entries_of,
    every_entry,
    profile_networks,
    resolve_profile,
)


@pytest.mark.parametrize("profile", PROFILES[1:])
def test_a_profile_names_a_network_for_every_role(profile: str) -> None:
    networks = profile_networks(profile)
    assert tuple(sorted(networks)) == tuple(sorted(ROLES))
    for role, name in networks.items():
        assert not name or name in choices(role)


def test_names_are_given_once() -> None:
    names = [entry.name for entry in every_entry()]
    assert len(names) == len(set(names))


def test_every_network_says_what_it_costs() -> None:
    for entry in network_weights():
        assert entry.licence and entry.source and entry.backend in registry.FAMILIES
        assert entry.kind != "hub" or (entry.repo and entry.revision)
        if "AGPL" in entry.licence or "research" in entry.licence:
            assert entry.is_careful, entry.name


def test_an_override_wins_and_none_leaves_a_role_out() -> None:
    found = resolve_profile(
        "full", None, {"person": "everyid-person-1", "captions": "none", "detector": ""}
    )
    assert found.networks["person"] == "everyid-person-1"
    assert found.networks["captions"] == "" and found.networks["detector"] == "yolo11x"
    assert "person: everyid-person-1" in found.reason


@pytest.mark.parametrize(
    ("role", "name"),
    [("detector", "nonesuch"), ("detector", "everyid-person-1"), ("person", "none")],
)
def test_a_wrong_override_names_the_right_ones(role: str, name: str) -> None:
    with pytest.raises(WeightsError, match=f"“{name}” cannot be") as caught:
        resolve_profile("builtin", None, {role: name})
    assert choices(role)[0] in str(caught.value)


def test_composed_networks_need_their_parts() -> None:
    names = {entry.name for entry in entries_of(profile_networks("light"))}
    assert {"mobilenet-v1-features", "yolox-nano", "everyid-text-1"} <= names
    assert "everyid-text-1" not in {e.name for e in entries_of(profile_networks("full"))}


def test_roles_of_two_profiles_work_together(teachers: Path) -> None:
    overrides = (("detector", "yolox-nano"), ("person", "person-reidentification-retail-0277"))
    setup = Setup(overrides)
    infos = {info.role: info for info in loader.describe("builtin", teachers, setup)}
    networks = loader.load("builtin", weights_dir=teachers, threads=1, setup=setup)
    assert networks.detector.info == infos["detector"]
    assert networks.people.info == infos["person"]
    assert networks.images.info.name == "everyid-image-1"
    frame = np.zeros((64, 32, 3), np.uint8)
    assert networks.people.encode_people([frame]).shape == (1, 256)
    assert networks.detector.labels[1] == "bicycle"


def test_attributes_of_a_network_without_prompts_over_the_weak_pair(teachers: Path) -> None:
    setup = Setup((("attributes", "person-attributes-recognition-crossroad-0230"),))
    networks = loader.load("builtin", weights_dir=teachers, threads=1, setup=setup)
    assert "prompts" not in networks.attributes.info.name
    light = loader.describe("light", teachers)
    assert "prompts" in {i.role: i for i in light}["attributes"].name


def test_what_was_not_pulled_is_said_with_the_command(tmp_path: Path) -> None:
    setup = Setup((("person", "osnet-x0.25-msmt17"),))
    with pytest.raises(WeightsMissing, match=r"weights pull osnet-x0\.25-msmt17"):
        loader.describe("builtin", tmp_path, setup)


def test_the_lock_gives_checksums_and_a_fingerprint(tmp_path: Path) -> None:
    entry = by_name(network_weights(), "osnet-x0.25-msmt17")
    assert not lock.locked(entry, tmp_path).is_locked
    from dataclasses import replace

    lock.record(entry, [replace(entry.main, sha256="1" * 64, bytes=9)], tmp_path)
    known = lock.locked(entry, tmp_path)
    assert known.is_locked and known.main.bytes == 9
    lock.record(entry, [replace(entry.main, sha256="2" * 64, bytes=9)], tmp_path)
    assert lock.locked(entry, tmp_path).fingerprint != known.fingerprint
    assert not lock.locked(replace(entry, revision="other"), tmp_path).is_locked
    lock.forget(entry, tmp_path)
    assert not lock.locked(entry, tmp_path).is_locked


@pytest.mark.parametrize("text", ["{", "[]", '{"weights": {"a": {"files": {"b": {}}}}}'])
def test_a_damaged_lock_is_one_clear_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / lock.LOCK_NAME).write_text(text)
    with pytest.raises(WeightsError, match="is damaged"):
        lock.read_lock(tmp_path)


def test_describing_the_large_networks_loads_no_vendor(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from recognition.engine import loader, lock\n"
        "from recognition.engine.manifest import by_name, network_weights\n"
        "here = Path(sys.argv[1])\n"
        "for entry in network_weights():\n"
        "    if entry.files:\n"
        "        lock.record(entry, [replace(entry.main, sha256='1' * 64)], here)\n"
        "for profile in ('standard', 'full'):\n"
        "    try: loader.describe(profile, here)\n"
        "    except loader.WeightsError as error: assert 'backend' in str(error), error\n"
        "vendors = {'torch', 'transformers', 'ultralytics', 'open_clip', 'openvino'}\n"
        "bad = vendors & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    subprocess.run(command, check=True, timeout=600)


def test_close_lets_go_and_users_go_on() -> None:
    networks = loader.load("builtin", threads=1)
    loader.close()
    assert networks.texts.encode_texts(["a dog"]).shape == (1, 256)
    assert loader.load("builtin", threads=1) is not networks
