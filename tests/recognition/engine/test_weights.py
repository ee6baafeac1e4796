from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from recognition.engine import weights
from recognition.engine.errors import WeightsDamaged, WeightsError, WeightsMissing
from recognition.engine.manifest import (
    HEADS_DIR,
    WeightsEntry,
    head_weights,
    light_weights,
    read_manifest,
)
from recognition.engine.pulling import Origin, pull
from recognition.engine.scenes import read_head


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "the mirror"
    (folder / "net").mkdir(parents=True)
    (folder / "net/a.onnx").write_bytes(b"A" * 1000)
    (folder / "net/a.bin").write_bytes(b"B" * 10)
    return folder


@pytest.fixture
def entry(tmp_path: Path) -> WeightsEntry:
    path = tmp_path / "manifest.json"
    item = {
        "name": "a",
        "role": "image",
        "file": "net/a.onnx",
        "sha256": sha(b"A" * 1000),
        "bytes": 1000,
        "files": {"net/a.bin": sha(b"B" * 10)},
        "preprocessing": {"width": 8, "height": 8, "align": "centre", "mean": [1, 2, 3]},
    }
    path.write_text(json.dumps({"version": 1, "weights": [item]}))
    return read_manifest(path)[0]


@pytest.mark.parametrize("as_address", [False, True])
def test_it_pulls_verifies_and_tells_progress(
    entry: WeightsEntry, mirror: Path, tmp_path: Path, as_address: bool
) -> None:
    told: list[tuple[str, int, int]] = []
    into = tmp_path / "weights"
    where = mirror.as_uri() if as_address else str(mirror)
    path = pull(entry, Origin(mirror=where), into, lambda *step: told.append(step))
    assert path == weights.verify(entry, into) == into / "net/a.onnx"
    assert told[0] == ("net/a.onnx", 1000, 1000) and told[-1][0] == "net/a.bin"
    assert sorted(p.name for p in (into / "net").iterdir()) == ["a.bin", "a.onnx"]


def test_a_second_pull_fetches_nothing(entry: WeightsEntry, mirror: Path, tmp_path: Path) -> None:
    pull(entry, Origin(mirror=str(mirror)), tmp_path / "w")
    pull(entry, Origin(mirror=str(tmp_path / "gone")), tmp_path / "w")


def test_another_file_under_the_name_is_refused_and_not_kept(
    entry: WeightsEntry, mirror: Path, tmp_path: Path
) -> None:
    (mirror / "net/a.onnx").write_bytes(b"C" * 1000)
    with pytest.raises(WeightsDamaged, match="nothing was kept"):
        pull(entry, Origin(mirror=str(mirror)), tmp_path / "w")
    assert list((tmp_path / "w/net").iterdir()) == []


def test_offline_or_absent_is_one_clear_sentence(entry: WeightsEntry, tmp_path: Path) -> None:
    for mirror in (tmp_path / "nowhere", "http://127.0.0.1:9/weights"):
        with pytest.raises(WeightsMissing, match="could not be pulled"):
            pull(entry, Origin(mirror=str(mirror)), tmp_path / "w")
    with pytest.raises(WeightsMissing, match="EVERYID_WEIGHTS_MIRROR"):
        pull(entry, Origin(), tmp_path / "w")
    with pytest.raises(WeightsError, match="folder"):
        pull(entry, Origin(mirror="ftp://example.org"), tmp_path / "w")


def test_a_damaged_file_is_found_on_load_and_healed_by_pull(
    entry: WeightsEntry, mirror: Path, tmp_path: Path
) -> None:
    into = tmp_path / "w"
    pull(entry, Origin(mirror=str(mirror)), into)
    (into / "net/a.bin").write_bytes(b"B" * 9 + b"X!")
    with pytest.raises(WeightsDamaged, match="checksum"):
        weights.verify(entry, into)
    pull(entry, Origin(mirror=str(mirror)), into)
    weights.verify(entry, into)


def test_a_missing_file_is_named(entry: WeightsEntry, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"a\.onnx"):
        weights.verify(entry, tmp_path)
    assert not weights.is_present(entry, tmp_path)
    assert not weights.is_present(entry, None)


def test_preprocessing_comes_from_the_manifest(entry: WeightsEntry) -> None:
    assert entry.picture is not None and entry.text is None
    assert (entry.picture.mean, entry.picture.align) == ((1.0, 2.0, 3.0), "center")


def test_a_broken_manifest_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    with pytest.raises(WeightsMissing):
        read_manifest(path)
    for text in ("{", "[]", '{"weights": [{"name": "a"}]}'):
        path.write_text(text)
        with pytest.raises(WeightsError, match="cannot be read"):
            read_manifest(path)


def test_fingerprints_follow_checksums_and_preprocessing(tmp_path: Path) -> None:
    base = {"name": "a", "role": "image", "file": "a", "sha256": "1" * 64}
    prints = set()
    for change in ({}, {"sha256": "2" * 64}, {"preprocessing": {"width": 1, "height": 1}}):
        path = tmp_path / "m.json"
        path.write_text(json.dumps({"weights": [base | change]}))
        prints.add(read_manifest(path)[0].fingerprint)
    assert len(prints) == 3


def test_the_light_manifest_is_complete() -> None:
    entries = light_weights()
    assert [e.role for e in entries] == ["detector", "features", "person", "attributes"]
    for entry in entries:
        assert entry.licence == "Apache-2.0" and entry.source and entry.picture
        assert all(len(f.sha256) == 64 and f.bytes > 0 for f in entry.files)
    assert sum(e.bytes for e in entries) < 16_000_000


def test_light_pulls_from_the_mirror_of_development(teachers: Path, tmp_path: Path) -> None:
    for entry in light_weights():
        pull(entry, Origin(mirror=teachers.as_uri()), tmp_path)
        assert weights.is_present(entry, tmp_path)


def test_heads_are_what_their_manifest_records() -> None:
    for entry in head_weights():
        path = weights.verify(entry, HEADS_DIR)
        head = read_head(path, entry.labels)
        assert head.weights.shape == (len(entry.labels), entry.dimension)
        assert (HEADS_DIR / entry.card).is_file()
