"""Pulling weights from a real server on this machine that cuts, refuses and lies."""

from __future__ import annotations

import errno
import hashlib
import json
import random
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from recognition.engine import fetching, lock, pulling
from recognition.engine.errors import WeightsDamaged, WeightsError, WeightsMissing
from recognition.engine.manifest import (
    WeightsEntry,
    by_name,
    light_weights,
    network_weights,
    read_manifest,
)
from recognition.engine.pulling import Origin, pull, remove
from recognition.engine.weights import is_present, verify
from tests.recognition.engine.hub import Hub, serve

BODY = random.Random(0).randbytes(3_000_000)
REPO = "someone/net"
ROOT = f"/{REPO}/resolve/main"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve() as found:
        found.files = {
            f"{ROOT}/config.json": b"{}",
            f"{ROOT}/model.safetensors": BODY,
        }
        yield found


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSES_S", (0.0, 0.0))


def entry_of(folder: Path, **changes: Any) -> WeightsEntry:
    item = {
        "name": "net",
        "role": "scene",
        "backend": "vit_scenes",
        "kind": "hub",
        "repo": REPO,
        "revision": "main",
        "file": "model.safetensors",
        "alternatives": {"model.safetensors": ["model.safetensors.index.json", "old.bin"]},
        "files": ["config.json", {"path": "merges.txt", "optional": True}],
        "licence": "Apache-2.0",
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps({"weights": [{**item, **changes}]}))
    return read_manifest(path)[0]


class Case(NamedTuple):
    hub: Hub
    entry: WeightsEntry
    origin: Origin
    into: Path

    @property
    def part(self) -> Path:
        return self.into / REPO / "model.safetensors.part"

    def pull(self, **changes: Any) -> Path:
        return pull(self.entry, replace(self.origin, **changes), self.into)


@pytest.fixture
def case(hub: Hub, tmp_path: Path) -> Case:
    return Case(hub, entry_of(tmp_path), Origin(hub_endpoint=hub.address), tmp_path / "w")


def test_a_repository_comes_whole_and_is_recorded(case: Case) -> None:
    told: list[tuple[str, int, int]] = []
    main = pull(case.entry, case.origin, case.into, lambda *step: told.append(step))
    assert main.read_bytes() == BODY
    assert sorted(p.name for p in main.parent.iterdir()) == ["config.json", "model.safetensors"]
    noted = lock.read_lock(case.into)["net"]
    assert noted["files"][f"{REPO}/model.safetensors"]["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert (f"{REPO}/model.safetensors", len(BODY), len(BODY)) in told
    assert is_present(case.entry, case.into)
    case.hub.requests.clear()
    case.pull()
    assert not case.hub.requests


def test_cut_connections_go_on_where_they_broke_off(case: Case) -> None:
    case.hub.cuts = [1_000_000, 700_000, 700_000]
    assert case.pull().read_bytes() == BODY
    ranges = [value for value in case.hub.asked("Range") if value]
    assert ranges == ["bytes=1000000-", "bytes=1700000-", "bytes=2400000-"]


def test_a_pull_that_gave_up_is_gone_on_with_by_the_next(case: Case) -> None:
    case.hub.cuts = [1_000_000, 0, 0, 0]
    with pytest.raises(WeightsMissing, match=r"broke off .* after 1\.0 of 3\.0 MB.*goes on"):
        case.pull()
    assert case.part.stat().st_size == 1_000_000
    assert not is_present(case.entry, case.into)
    case.hub.cuts.clear()
    assert case.pull().read_bytes() == BODY
    assert "bytes=1000000-" in case.hub.asked("Range")
    assert not case.part.exists()


def plain_entry(case: Case, **changes: Any) -> WeightsEntry:
    """A network of two files that somebody hands out at plain addresses."""
    case.hub.files = {"/releases/v1/net.pt": BODY, "/releases/v1/net.bin": b"more"}
    address = f"{case.hub.address}/releases/v1/"
    digest = hashlib.sha256(b"more").hexdigest()
    item = {
        "kind": "url",
        "repo": "",
        "file": "maker/net.pt",
        "url": f"{address}net.pt",
        "alternatives": {},
        "files": {"maker/net.bin": {"url": f"{address}net.bin", "sha256": digest, "bytes": 4}},
    }
    return entry_of(case.into.parent, **item | changes)


@pytest.mark.parametrize("date", ["", "Wed, 21 Oct 2015 07:28:00 GMT"], ids=["etag", "date"])
def test_plain_addresses_go_on_where_they_broke_off(case: Case, date: str) -> None:
    entry, case.hub.date, case.hub.cuts = plain_entry(case), date, [1_000_000, 700_000]
    main = pull(entry, Origin(token="secret"), case.into)
    assert main.read_bytes() == BODY and (main.parent / "net.bin").read_bytes() == b"more"
    assert [r for r in case.hub.asked("Range") if r] == ["bytes=1000000-", "bytes=1700000-"]
    assert set(case.hub.asked("Authorization")) == {""}  # the hub's token is for the hub
    noted = lock.read_lock(case.into)["net"]["files"]["maker/net.pt"]
    assert noted == {"sha256": hashlib.sha256(BODY).hexdigest(), "bytes": len(BODY)}
    case.hub.requests.clear()
    pull(entry, Origin(), case.into)
    assert not case.hub.requests


def test_a_plain_address_with_other_bytes_than_promised_is_refused(case: Case) -> None:
    entry = plain_entry(case, sha256=hashlib.sha256(b"promised").hexdigest())
    with pytest.raises(WeightsDamaged, match=r"net\.pt holds is not the “net” that is recorded"):
        pull(entry, Origin(), case.into)
    assert not list((case.into / "maker").glob("net.pt*"))


def test_a_plain_address_that_cannot_be_reached_is_one_sentence(case: Case) -> None:
    entry = plain_entry(case, url="http://127.0.0.1:9/net.pt")
    with pytest.raises(WeightsMissing, match=r"127\.0\.0\.1:9/net\.pt: .*machine offline"):
        pull(entry, Origin(), case.into)
    with pytest.raises(WeightsMissing, match="EVERYID_OFFLINE forbids"):
        pull(entry, Origin(is_offline=True), case.into)


def test_a_server_that_cannot_resume_starts_anew(case: Case) -> None:
    case.hub.can_resume = False
    case.hub.cuts = [1_000_000]
    assert case.pull().read_bytes() == BODY


def test_what_changed_while_it_was_away_is_not_joined_to_the_old(case: Case) -> None:
    case.hub.cuts = [1_000_000, 0, 0, 0]
    with pytest.raises(WeightsMissing):
        case.pull()
    case.hub.cuts.clear()
    case.hub.files[f"{ROOT}/model.safetensors"] = other = BODY[::-1]
    assert case.pull().read_bytes() == other


def test_a_spoiled_half_is_thrown_away_and_pulled_from_its_beginning(case: Case) -> None:
    case.hub.cuts = [1_000_000, 0, 0, 0]
    entry = entry_of(case.into.parent, sha256=hashlib.sha256(BODY).hexdigest())
    with pytest.raises(WeightsMissing):
        pull(entry, case.origin, case.into)
    case.part.write_bytes(bytes(1_000_000))
    case.hub.cuts.clear()
    assert pull(entry, case.origin, case.into).read_bytes() == BODY


def test_other_bytes_than_recorded_are_refused_until_removed(case: Case) -> None:
    main = case.pull()
    main.unlink()
    case.hub.files[f"{ROOT}/model.safetensors"] = b"something else"
    with pytest.raises(WeightsDamaged, match="weights remove net"):
        case.pull()
    assert not main.exists() and not case.part.exists()
    assert remove(case.entry, case.into) == 2
    assert case.pull().read_bytes() == b"something else"


def test_a_file_that_was_changed_on_disk_is_found_and_healed(case: Case) -> None:
    main = case.pull()
    main.write_bytes(b"X" + BODY[1:])
    with pytest.raises(WeightsDamaged, match="recorded checksum"):
        verify(case.entry, case.into)
    assert case.pull().read_bytes() == BODY


def test_a_private_repository_says_which_token_it_wants(case: Case) -> None:
    case.hub.token = "right"
    with pytest.raises(WeightsMissing, match=r"private, or its terms.*EVERYID_HUB_TOKEN"):
        case.pull()
    with pytest.raises(WeightsMissing, match="may not read it"):
        case.pull(token="wrong")
    assert case.pull(token="right").read_bytes() == BODY


def test_the_token_does_not_follow_to_another_host(case: Case) -> None:
    case.hub.token = "secret"
    with serve() as storage:
        storage.files, case.hub.storage = case.hub.files, storage.address
        assert case.pull(token="secret").read_bytes() == BODY
        assert set(storage.asked("Authorization")) == {""}
    assert lock.read_lock(case.into)["net"]["commit"] == "c0ffee"


def test_the_hubs_own_checksum_is_believed_before_its_storage(case: Case) -> None:
    with serve() as storage:
        storage.files = dict.fromkeys(case.hub.files, b"not that")
        case.hub.storage = storage.address
        with pytest.raises(WeightsDamaged, match="is not the “net” that is recorded"):
            case.pull()


def test_a_mirror_is_asked_without_the_token(case: Case) -> None:
    case.hub.files = {
        path.replace("/resolve/main", ""): body for path, body in case.hub.files.items()
    }
    main = case.pull(mirror=case.hub.address, token="secret", hub_endpoint="")
    assert main.read_bytes() == BODY
    assert set(case.hub.asked("Authorization")) == {""}


def test_404_names_the_address(case: Case) -> None:
    case.hub.files.clear()
    with pytest.raises(WeightsMissing, match=r"model\.safetensors answered 404.*no such file"):
        case.pull()


@pytest.mark.parametrize("code", [500, 503, 429])
def test_a_server_in_trouble_is_asked_again(case: Case, code: int) -> None:
    case.hub.codes[f"{ROOT}/config.json"] = [code]
    assert case.pull().read_bytes() == BODY
    case.hub.codes[f"{ROOT}/merges.txt"] = [code] * 9
    remove(case.entry, case.into)
    with pytest.raises(WeightsMissing, match=f"answered {code}"):
        case.pull()


def test_shards_are_found_through_their_index(case: Case) -> None:
    del case.hub.files[f"{ROOT}/model.safetensors"]
    shards = {f"model-0000{n}-of-00002.safetensors": bytes([n]) * 10 for n in (1, 2)}
    index = {"weight_map": {f"layer.{n}": name for n, name in enumerate(shards)}}
    case.hub.files[f"{ROOT}/model.safetensors.index.json"] = json.dumps(index).encode()
    case.hub.files |= {f"{ROOT}/{name}": body for name, body in shards.items()}
    main = case.pull()
    assert main.name == "model.safetensors.index.json"
    assert (main.parent / "model-00002-of-00002.safetensors").read_bytes() == b"\2" * 10
    assert len(lock.locked(case.entry, case.into).files) == 4


@pytest.mark.parametrize("name", ["../../evil", "/evil", "a/b"])
def test_an_index_cannot_write_elsewhere(case: Case, name: str) -> None:
    del case.hub.files[f"{ROOT}/model.safetensors"]
    index = json.dumps({"weight_map": {"a": name}}).encode()
    case.hub.files[f"{ROOT}/model.safetensors.index.json"] = index
    with pytest.raises(WeightsDamaged, match="other folders"):
        case.pull()


def test_a_pickle_comes_only_where_nothing_safer_is_there(case: Case) -> None:
    case.hub.files[f"{ROOT}/old.bin"] = b"pickle"
    assert case.pull().name == "model.safetensors"
    remove(case.entry, case.into)
    del case.hub.files[f"{ROOT}/model.safetensors"]
    assert case.pull().name == "old.bin"


def test_offline_asks_nobody_but_a_folder(case: Case) -> None:
    for origin in ({}, {"mirror": case.hub.address}):
        with pytest.raises(WeightsMissing, match="EVERYID_OFFLINE"):
            case.pull(is_offline=True, **origin)
    assert not case.hub.requests
    case.pull()
    copy = case.into.parent / "copy"
    main = pull(case.entry, Origin(mirror=str(case.into), is_offline=True), copy)
    assert main.read_bytes() == BODY
    assert lock.read_lock(copy)["net"]["files"] == lock.read_lock(case.into)["net"]["files"]


def test_no_network_is_one_clear_sentence(case: Case) -> None:
    with pytest.raises(WeightsMissing, match="Is this machine offline"):
        case.pull(hub_endpoint="http://127.0.0.1:9")


def test_too_little_room_is_said_before_anything_is_written(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(case.into.parent)._replace(free=50_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(WeightsError, match=r"needs 3 MB more in .* where 50 MB are free"):
        case.pull()
    assert not case.part.exists()


def test_a_disk_that_fills_up_keeps_what_came(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fetching._read
    reads = iter(range(100))

    def full(*args: Any) -> bytes:
        if next(reads) > 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args)

    monkeypatch.setattr(fetching, "_read", full)
    with pytest.raises(WeightsError, match="the disk is full"):
        case.pull()
    monkeypatch.setattr(fetching, "_read", real)
    assert case.pull().read_bytes() == BODY


def test_two_pulls_at_once_fetch_each_file_once(case: Case) -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(case.pull().read_bytes())) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [BODY] * 3
    asked = [path for path, _ in case.hub.requests]
    assert asked.count(f"{ROOT}/model.safetensors") == 1


def test_a_server_has_nothing_to_pull(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="nothing to pull"):
        pull(by_name(network_weights(), "chat-server"), Origin(), tmp_path)


def test_what_no_one_hands_out_asks_for_a_mirror(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="EVERYID_WEIGHTS_MIRROR"):
        pull(by_name(network_weights(), "osnet-x0.25-msmt17"), Origin(), tmp_path)


def test_the_real_small_networks_come_from_a_folder(teachers: Path, tmp_path: Path) -> None:
    for entry in (*light_weights(), by_name(network_weights(), "osnet-x0.25-msmt17")):
        main = pull(entry, Origin(mirror=teachers.as_uri(), is_offline=True), tmp_path)
        assert main.is_file() and is_present(entry, tmp_path)
    assert set(lock.read_lock(tmp_path)) == {"osnet-x0.25-msmt17"}
    entry = by_name(network_weights(), "osnet-x0.25-msmt17")
    assert remove(entry, tmp_path) > 0 and not is_present(entry, tmp_path)
    assert not (tmp_path / "osnet").exists()


def test_addresses_of_other_kinds_are_refused(case: Case) -> None:
    with pytest.raises(WeightsError, match="folder, file:// or http"):
        case.pull(mirror="ftp://example.org")
    assert pulling.INDEX in case.entry.main.alternatives[0]
