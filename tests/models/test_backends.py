"""Every family opened from files in the vendors' own formats, through the registry, and run."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from recognition.engine.backends import llava, registry, yolo
from recognition.engine.backends.grounding_dino import token_spans
from recognition.engine.errors import BadValue, WeightsError
from recognition.engine.manifest import WeightsEntry, by_name, network_weights
from recognition.engine.runtime import Runtime
from recognition.engine.types import Image, NetworkInfo, Turn

from . import tiny
from .conftest import record_pulled

SHARED = Path(__file__).resolve().parents[3] / "shared"


def noise(height: int, width: int, seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


FRAMES = [noise(120, 200), noise(90, 60, 1), noise(64, 64, 2)]
CROPS = [noise(128, 50), noise(90, 40, 1)]


def entry_of(name: str) -> WeightsEntry:
    return by_name(network_weights(), name)


def runtime_of(entry: WeightsEntry) -> Runtime:
    return Runtime(NetworkInfo(entry.name, entry.role, "tiny", entry.dimension), threads=1)


def opened(name: str, weights: Path) -> object:
    entry = record_pulled(entry_of(name), weights)
    return registry.open_network(entry, weights, runtime_of(entry))


def place_of(name: str, weights: Path) -> Path:
    path = weights / entry_of(name).main.path
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def check_detections(detector: object) -> None:
    for found in detector.detect(FRAMES):  # type: ignore[attr-defined]
        assert set(found.labels) <= set(detector.labels)  # type: ignore[attr-defined]
        assert ((found.xyxy_norm >= 0) & (found.xyxy_norm <= 1)).all()
        assert (found.confidence >= yolo.MIN_CONFIDENCE).all()
    assert detector.detect([]) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("architecture", ["yolo11n.yaml", "yolo26n.yaml"])
def test_yolo(tmp_path: Path, architecture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tiny.yolo(tmp_path / "made", architecture)
    file.rename(place_of("yolo11n", tmp_path))
    detector = opened("yolo11n", tmp_path)
    assert isinstance(detector, yolo.YoloDetector)
    assert detector.labels[:2] == ("person", "car") and len(detector.labels) == 80
    assert detector._place.batch == yolo.CPU_BATCH
    monkeypatch.setattr(yolo, "MIN_CONFIDENCE", 0.0)  # random weights are sure of nothing
    check_detections(detector)
    assert any(len(found) for found in detector.detect(FRAMES))


def test_yolo_boxes_are_those_of_ultralytics_own_predictor(tmp_path: Path) -> None:
    from ultralytics.utils.nms import non_max_suppression

    rng = np.random.default_rng(0)
    raw = rng.random((84, 300), dtype=np.float32)
    raw[:2] *= 600
    raw[2:4] = 40 + 60 * raw[2:4]
    raw[4:] **= 40
    boxes, confidence, labels = yolo.decode(raw, 80)
    near = confidence >= 0.25
    theirs = non_max_suppression(torch.from_numpy(raw[None]), 0.25, 1.0, max_det=300)[0].numpy()
    order = np.argsort(-confidence[near], kind="stable")
    assert boxes[near][order] == pytest.approx(theirs[:, :4], abs=1e-3)
    assert list(labels[near][order]) == [int(i) for i in theirs[:, 5]]
    end_to_end = np.array([[1, 2, 3, 4, 0.9, 7]], dtype=np.float32)
    boxes, confidence, labels = yolo.decode(end_to_end, 80)
    assert boxes.tolist() == [[1, 2, 3, 4]] and labels.tolist() == [7]
    with pytest.raises(WeightsError, match="gives boxes"):
        yolo.decode(np.zeros((7, 9), np.float32), 80)


class Runs:
    """What a pickle could do to whoever opens it."""

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (Path("/tmp/never"),))


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    bad = place_of("yolo11n", tmp_path)
    torch.save({"model": Runs()}, bad)
    with pytest.raises(WeightsError, match=r"refused|cannot be opened"):
        opened("yolo11n", tmp_path)
    bad.write_bytes(pickle.dumps({"model": Runs()}))
    with pytest.raises(WeightsError):
        opened("yolo11n", tmp_path)
    assert not Path("/tmp/never").exists()
    file = place_of("osnet-x0.25-msmt17", tmp_path)
    torch.save({"state_dict": Runs()}, file)
    with pytest.raises(WeightsError):
        opened("osnet-x0.25-msmt17", tmp_path)


def test_rf_detr(tmp_path: Path) -> None:
    tiny.detection_transformer(place_of("rf-detr-nano", tmp_path).parent)
    detector = opened("rf-detr-nano", tmp_path)
    assert detector.labels == ("person", "car", "phone")  # type: ignore[attr-defined]
    check_detections(detector)


def test_grounding_dino_gives_each_box_one_of_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recognition.engine.backends import grounding_dino

    tiny.grounding_dino(place_of("grounding-dino-tiny", tmp_path).parent)
    looker = opened("grounding-dino-tiny", tmp_path)
    assert isinstance(looker, grounding_dino.GroundingDino)
    monkeypatch.setattr(grounding_dino, "MIN_CONFIDENCE", 0.0)
    words = ["Red coat", "hat", *(f"thing {i}" for i in range(14))]
    found = looker.find(FRAMES, words)
    assert len(found) == 3 and all(set(one.labels) <= set(words) for one in found)
    assert len({label for one in found for label in one.labels}) > 2
    alone = looker.find(FRAMES[:1], ["hat"])[0]
    assert set(alone.labels) == {"hat"} and ((alone.xyxy_norm >= 0) & (alone.xyxy_norm <= 1)).all()
    for nonsense in ("", " . ", "x" * 100):
        with pytest.raises(BadValue, match="nothing that can be looked for"):
            looker.find(FRAMES, [nonsense])


def test_words_keep_their_own_tokens() -> None:
    assert token_spans([1, 7, 8, 5, 9, 5, 2], stop=5, count=2) == [(1, 3), (4, 5)]
    with pytest.raises(BadValue, match="do not fit"):
        token_spans([1, 7, 5, 2], stop=5, count=2)


@pytest.mark.parametrize("siglip", [False, True])
def test_open_clip(tmp_path: Path, siglip: bool) -> None:
    name = "ViT-B-16-SigLIP2" if siglip else "PE-Core-L-14-336"
    dimension = entry_of(name).dimension
    folder = place_of(name, tmp_path).parent
    tiny.open_clip_pair(folder, siglip=siglip, dimension=dimension)
    pair = opened(name, tmp_path)
    assert isinstance(pair, registry.Pair)
    vectors, words = (
        pair.images.encode_images(FRAMES),
        pair.texts.encode_texts(["a hat", "", "dog\0"]),
    )
    for rows in (vectors, words):
        assert rows.shape == (3, dimension) and rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-4)
    assert pair.images.encode_images([]).shape == (0, dimension)
    assert pair.images.encode_images(FRAMES[1:2])[0] == pytest.approx(vectors[1], abs=1e-4)
    entry = record_pulled(entry_of(name), tmp_path)
    alone = registry.open_texts(entry, tmp_path, runtime_of(entry))
    assert alone.encode_texts(["a hat"])[0] == pytest.approx(words[0], abs=1e-5)


def test_a_pair_of_another_width_is_refused(tmp_path: Path) -> None:
    tiny.open_clip_pair(place_of("PE-Core-L-14-336", tmp_path).parent, dimension=24)
    with pytest.raises(WeightsError, match="have 24 numbers, the manifest says 1024"):
        opened("PE-Core-L-14-336", tmp_path)


@pytest.mark.parametrize(
    ("name", "names"),
    [("transreid-vit-b-msmt17", "transreid"), ("personvit-b-msmt17", "transreid")],
)
def test_person_transformers(tmp_path: Path, name: str, names: str) -> None:
    tiny.person_transformer(place_of(name, tmp_path), names=names)
    people = opened(name, tmp_path)
    rows = people.encode_people(CROPS)  # type: ignore[attr-defined]
    assert rows.shape == (2, 768)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-4)
    assert people.encode_people([]).shape == (0, 768)  # type: ignore[attr-defined]


def test_everyperson_is_torchvisions_transformer_with_a_layer_on_top(tmp_path: Path) -> None:
    from torchvision.models import VisionTransformer

    from recognition.engine.backends.vit_reid import read_network

    file = tiny.person_transformer(tmp_path / "a.pth", width=192, names="everyperson")
    network = read_network("everyperson", file, (224, 224))
    state = torch.load(file, weights_only=True)
    theirs = VisionTransformer(224, 16, 1, 3, 192, 384).eval()
    theirs.load_state_dict(
        {k.removeprefix("backbone."): v for k, v in state.items() if k.startswith("backbone.")}
    )
    theirs.heads = torch.nn.Identity()
    crops = torch.randn(2, 3, 224, 224)
    with torch.inference_mode():
        expected = theirs(crops) @ state["embedding.0.weight"].T
        assert torch.allclose(network(crops), expected, atol=1e-4)


def test_transformers_own_names_and_the_jigsaw_branch_are_understood(tmp_path: Path) -> None:
    from timm.models.vision_transformer import VisionTransformer
    from transformers import ViTConfig, ViTModel

    from recognition.engine.backends.vit_reid import read_network

    torch.manual_seed(0)
    config = ViTConfig(hidden_size=128, num_hidden_layers=2, num_attention_heads=2,
                       intermediate_size=256, image_size=224)  # fmt: skip
    theirs = ViTModel(config, add_pooling_layer=False).eval()
    torch.save({f"backbone.{k}": v for k, v in theirs.state_dict().items()}, tmp_path / "hf.pth")
    crops = torch.randn(2, 3, 224, 224)
    with torch.inference_mode():
        ours = read_network("hf", tmp_path / "hf.pth", (224, 224))(crops)
        assert torch.allclose(ours, theirs(crops).last_hidden_state[:, 0], atol=5e-3)
    plain = VisionTransformer((256, 128), 16, embed_dim=128, depth=2, num_heads=2, num_classes=0)
    state = {f"base.{k}": v for k, v in plain.eval().state_dict().items()}
    jigsaw = {
        **{
            k: torch.randn_like(v) for k, v in state.items() if "blocks.1." in k or "base.norm" in k
        },
        **{k.replace("base.blocks.1.", "b1.0."): v for k, v in state.items() if "blocks.1." in k},
        **{k.replace("base.norm.", "b1.1."): v for k, v in state.items() if "base.norm" in k},
    }
    torch.save({**state, **jigsaw}, tmp_path / "jpm.pth")
    crops = torch.randn(2, 3, 256, 128)
    with torch.inference_mode():
        ours = read_network("jpm", tmp_path / "jpm.pth", (256, 128))(crops)
        assert torch.allclose(ours, plain.forward_features(crops)[:, 0], atol=1e-4)


def test_weights_of_another_architecture_are_refused_by_name(tmp_path: Path) -> None:
    file = place_of("transreid-vit-b-msmt17", tmp_path)
    torch.save({"conv1.weight": torch.zeros(3)}, file)
    with pytest.raises(WeightsError, match="no vision transformer"):
        opened("transreid-vit-b-msmt17", tmp_path)
    other = place_of("osnet-x0.25-msmt17", tmp_path)
    torch.save({"conv1.weight": torch.zeros(3)}, other)
    with pytest.raises(WeightsError, match="no OSNet"):
        opened("osnet-x0.25-msmt17", tmp_path)


def test_real_osnet_loads_whole_and_tells_people_apart(tmp_path: Path) -> None:
    real = SHARED / "teachers" / "osnet" / "osnet_x0_25_msmt17.pt"
    if not real.is_file():
        pytest.skip("others' weights are not on this machine")
    place_of("osnet-x0.25-msmt17", tmp_path).symlink_to(real)
    people = opened("osnet-x0.25-msmt17", tmp_path)
    red, blue = np.zeros((2, 128, 64, 3), np.uint8)
    red[..., 0], blue[..., 2] = 200, 200
    rows = people.encode_people([red, red, blue])  # type: ignore[attr-defined]
    assert rows.shape == (3, 512) and rows[0] @ rows[1] > 0.999 > rows[0] @ rows[2]


@pytest.mark.parametrize("named", [True, False])
def test_scene_classifier_with_prompts_for_other_places(tmp_path: Path, named: bool) -> None:
    folder = place_of("everyscene", tmp_path).parent
    tiny.scene_classifier(folder, named=named)
    reader = opened("everyscene", tmp_path)
    assert reader.labels[0] == "bathroom" and len(reader.labels) == 16  # type: ignore[attr-defined]
    assert reader.read_scenes(FRAMES, np.zeros((3, 4), np.float32)) == [[], [], []]  # type: ignore[attr-defined]
    tiny.scene_classifier(folder, named=False, classes=5)
    with pytest.raises(WeightsError, match="does not name its 5 scenes"):
        opened("everyscene", tmp_path)


@pytest.mark.parametrize("kind", ["llava-1.5-7b", "llava-onevision-0.5b", "without a template"])
def test_llava_answers_in_batches_as_one_by_one(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = kind if kind.startswith("llava") else "llava-1.5-7b"
    folder = place_of(name, tmp_path).parent
    if name == "llava-1.5-7b":
        tiny.llava(folder, template=kind == name)
    else:
        tiny.llava_onevision(folder)
    captioner = opened(name, tmp_path)
    assert isinstance(captioner, llava.Llava)
    monkeypatch.setattr(llava, "NEW_TOKENS", 6)
    monkeypatch.setattr(llava, "BATCH_SHARE", 1)
    turns = [
        Turn(FRAMES[0], "describe picture"),
        Turn(FRAMES[1], "describe one picture in words", "json", "answer one object"),
        Turn(FRAMES[2], "people"),
    ]
    together = captioner.answer(turns)
    assert together == [captioner.answer([turn])[0] for turn in turns]
    assert len(set(together)) > 1 and captioner.answer([]) == []


def test_a_damaged_folder_is_one_sentence(tmp_path: Path) -> None:
    folder = place_of("everyscene", tmp_path).parent
    tiny.scene_classifier(folder)
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(WeightsError, match="cannot be opened") as caught:
        opened("everyscene", tmp_path)
    assert "\n" not in str(caught.value)
