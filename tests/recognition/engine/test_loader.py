from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from recognition.engine import loader
from recognition.engine.errors import WeightsError, WeightsMissing
from recognition.engine.types import Image, Networks

Need = Callable[[str], None]
ROLES = ["detector", "image", "text", "person", "attributes", "scene"]


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def check(networks: Networks) -> None:
    """Everything answers with the shapes that the protocols promise."""
    frames = [noise(120, 200), noise(90, 60)]
    crops = [noise(128, 50)]
    for found in networks.detector.detect(frames):
        assert found.xyxy_norm.shape == (len(found), 4)
        assert set(found.labels) <= set(networks.detector.labels)
        assert ((found.xyxy_norm >= 0) & (found.xyxy_norm <= 1)).all()
    assert networks.detector.detect([]) == []
    dimension = networks.images.info.dimension
    vectors = networks.images.encode_images(frames)
    words = networks.texts.encode_texts(["a dog", "", "xyzzy qqq", "word " * 200])
    people = networks.people.encode_people(crops)
    assert vectors.shape == (2, dimension) and words.shape == (4, dimension)
    for rows in (vectors, words, people):
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-4)
    assert networks.images.encode_images([]).shape == (0, dimension)
    assert networks.texts.encode_texts([]).shape == (0, dimension)
    assert networks.people.encode_people([]).shape == (0, networks.people.info.dimension)
    assert len(networks.attributes.read(crops)) == 1
    assert networks.attributes.read([]) == []
    assert len(networks.scenes.read_scenes(frames, vectors)) == 2
    once = networks.images.encode_images(frames[:1])
    assert once[0] == pytest.approx(vectors[0], abs=1e-4)


def test_builtin_runs(need_role: Need) -> None:
    for role in ("detector", "image", "person", "text"):
        need_role(role)
    networks = loader.load("builtin", threads=1)
    assert networks.profile == "builtin"
    assert loader.load("builtin", threads=1) is networks
    check(networks)


def test_light_runs_from_the_mirror(teachers: Path, need_role: Need) -> None:
    pytest.importorskip("openvino")
    need_role("projection")
    networks = loader.load("light", weights_dir=teachers, threads=1)
    assert networks.profile == "light"
    check(networks)


@pytest.mark.parametrize("profile", ["builtin", "light"])
def test_description_is_what_would_be_loaded(profile: str, need_role: Need) -> None:
    for role in ("detector", "image", "person", "text", "projection"):
        need_role(role)
    infos = loader.describe(profile)
    assert [info.role for info in infos] == ROLES
    assert all(len(info.fingerprint) == 16 and info.licence for info in infos)
    image, text = infos[1], infos[2]
    assert image.detail["space"] == text.detail["space"]
    assert float(infos[3].detail["same_person"]) > 0
    if profile == "builtin":
        networks = loader.load("builtin", threads=1)
        parts = (networks.detector, networks.images, networks.texts, networks.people)
        assert [p.info for p in parts] == infos[:4]


def test_profiles_never_share_the_space_of_pictures(need_role: Need) -> None:
    for role in ("detector", "image", "person", "text", "projection"):
        need_role(role)
    one, other = loader.describe("builtin"), loader.describe("light")
    assert one[1].fingerprint != other[1].fingerprint
    assert one[3].fingerprint != other[3].fingerprint
    assert one[2].fingerprint == other[2].fingerprint


def test_auto_says_which_and_why(tmp_path: Path, teachers: Path) -> None:
    assert loader.resolve_profile("auto", None).profile == "builtin"
    empty = loader.resolve_profile("auto", tmp_path)
    assert empty.profile == "builtin" and "yolox-nano" in empty.reason
    pytest.importorskip("openvino")
    assert loader.resolve_profile("auto", teachers).profile == "light"


def test_an_unknown_profile_is_one_clear_sentence() -> None:
    with pytest.raises(WeightsError, match="builtin, light"):
        loader.resolve_profile("enormous")


def test_light_without_weights_says_so(tmp_path: Path, need_role: Need) -> None:
    need_role("projection")
    for folder in (None, tmp_path):
        with pytest.raises(WeightsMissing):
            loader.load("light", weights_dir=folder)


def test_threads_share_one_text_tower(need_role: Need) -> None:
    need_role("text")
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(loader.load_text_encoder("builtin")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(item) for item in found}) == 1


def test_words_of_one_meaning_lie_close(need_role: Need) -> None:
    need_role("text")
    texts = ["a woman in a red coat", "a lady in a crimson jacket", "a car on a highway"]
    vectors = loader.load_text_encoder("builtin").encode_texts(texts)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.15


def test_describing_and_importing_load_no_vendor(need_role: Need) -> None:
    need_role("text")
    program = (
        "import sys\n"
        "from recognition.engine import loader\n"
        "loader.resolve_profile('auto')\n"
        "try: loader.describe('builtin')\n"
        "except loader.WeightsMissing: pass\n"
        "bad = {'onnxruntime', 'openvino', 'torch', 'django', 'hdbscan'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=600)


def test_the_engine_knows_no_framework() -> None:
    import recognition.engine as engine

    assert isinstance(engine, ModuleType) and engine.__file__
    for path in Path(engine.__file__).parent.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for name in ("django", "celery", "pgvector", "psycopg"):
            assert f"import {name}" not in source and f"from {name}" not in source, path
