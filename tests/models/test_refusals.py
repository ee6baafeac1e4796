"""Weights that are not what they are said to be: refused in a sentence, and never run."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from recognition.engine import lock
from recognition.engine.backends import on_torch, registry
from recognition.engine.errors import WeightsError
from recognition.engine.pulling import Origin, pull

from . import tiny
from .test_backends import CROPS, FRAMES, entry_of, opened, place_of, runtime_of

NEVER = Path("/tmp/everyid-never-made")
BUILDERS: dict[str, Callable[[Path], Path]] = {
    "everyscene": tiny.scene_classifier,
    "rf-detr-nano": tiny.detection_transformer,
    "grounding-dino-tiny": tiny.grounding_dino,
    "llava-1.5-7b": tiny.llava,
    "ViT-B-16-SigLIP2": lambda folder: tiny.open_clip_pair(folder, siglip=True, dimension=768),
    "PE-Core-L-14-336": lambda folder: tiny.open_clip_pair(folder, dimension=1024),
}


def refused(name: str, weights: Path) -> str:
    """The sentence with which weights are refused."""
    with pytest.raises(WeightsError) as caught:
        opened(name, weights)
    said = str(caught.value)
    assert "\n" not in said and name in said and len(said) < 700
    return said


@pytest.mark.parametrize("name", BUILDERS)
def test_what_the_weights_lack_is_not_made_up(tmp_path: Path, name: str) -> None:
    file = place_of(name, tmp_path)
    BUILDERS[name](file.parent)
    assert opened(name, tmp_path) is not None
    state = load_file(file)
    lost = next(key for key in state if key.endswith(("norm.weight", "ln_1.weight")))
    save_file({k: v for k, v in state.items() if k != lost}, file, {"format": "pt"})
    said = refused(name, tmp_path)
    assert "belong to another architecture" in said and lost.split(".")[-2] in said


@pytest.mark.parametrize("name", BUILDERS)
def test_another_networks_weights_are_refused(tmp_path: Path, name: str) -> None:
    file = place_of(name, tmp_path)
    BUILDERS[name](file.parent)
    save_file({"conv1.weight": torch.zeros(3, 3)}, file, {"format": "pt"})
    assert "belong to another architecture" in refused(name, tmp_path)


def test_a_tensor_of_another_shape_is_refused(tmp_path: Path) -> None:
    file = place_of("everyscene", tmp_path)
    tiny.scene_classifier(file.parent)
    state = load_file(file)
    save_file(state | {"classifier.weight": torch.zeros(5, 32)}, file, {"format": "pt"})
    assert "1 of another shape (classifier.weight)" in refused("everyscene", tmp_path)


def test_parameters_that_share_their_numbers_are_whole() -> None:
    class Tied(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = torch.nn.Linear(3, 3, bias=False)
            self.head = torch.nn.Linear(3, 3, bias=False)
            self.head.weight = self.words.weight

        @classmethod
        def from_pretrained(cls, folder: Path, **options: Any) -> Any:
            return cls(), {"missing_keys": ["head.weight"], "mismatched_keys": []}

    assert on_torch.whole_network(Tied, "tied", Path()) is not None
    Tied.from_pretrained = classmethod(  # type: ignore[assignment]
        lambda cls, folder, **options: (
            cls(),
            {"missing_keys": ["head.weight", "words.weight"], "mismatched_keys": []},
        )
    )
    with pytest.raises(WeightsError, match=r"2 missing \(head.weight, words.weight\)"):
        on_torch.whole_network(Tied, "tied", Path())


class Runs:
    """What runs when it is unpickled."""

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return (Path.touch, (NEVER,))


def pulled(name: str, mirror: Path, into: Path) -> Any:
    """A network pulled from a folder, by the manifest as it is, and opened."""
    entry = entry_of(name)
    pull(entry, Origin(mirror=str(mirror), is_offline=True), into)
    return registry.open_network(lock.locked(entry, into), into, runtime_of(entry))


def older(name: str, mirror: Path) -> Path:
    """A mirror's folder with the pickle that a network had before it had safetensors."""
    file = mirror / entry_of(name).main.path
    BUILDERS[name](file.parent)
    old = mirror / entry_of(name).main.alternatives[0]
    torch.save(load_file(file), old)
    file.unlink()
    return old


@pytest.mark.parametrize("name", ["everyscene", "PE-Core-L-14-336"])
def test_a_pickle_of_tensors_serves_where_nothing_safer_is_handed_out(
    tmp_path: Path, name: str
) -> None:
    old = older(name, tmp_path / "mirror")
    network = pulled(name, tmp_path / "mirror", tmp_path / "weights")
    if isinstance(network, registry.Pair):
        assert network.images.encode_images(FRAMES).shape == (3, 1024)
    else:
        assert len(network.labels) == 16
        network.read_scenes(FRAMES, np.zeros((3, 4), np.float32))
    assert (tmp_path / "weights" / entry_of(name).main.alternatives[0]).name == old.name


@pytest.mark.parametrize("name", ["everyscene", "PE-Core-L-14-336"])
@pytest.mark.parametrize("is_plain", [True, False], ids=["pickle", "torch"])
def test_a_pickle_with_code_is_refused_and_not_run(
    tmp_path: Path, name: str, is_plain: bool
) -> None:
    old = older(name, tmp_path / "mirror")
    content = {"a.weight": torch.zeros(3), "evil": Runs()}
    if is_plain:
        old.write_bytes(pickle.dumps(content, protocol=2))
    else:
        torch.save(content, old)
    with pytest.raises(WeightsError, match="cannot be opened"):
        pulled(name, tmp_path / "mirror", tmp_path / "weights")
    assert not NEVER.exists()


def test_everyperson_comes_as_its_author_hands_it_out(tmp_path: Path) -> None:
    entry = entry_of("everyperson-vit-b")
    folder = (tmp_path / "mirror" / entry.main.path).parent
    tiny.person_transformer(folder / "everyperson.pth", names="everyperson")
    people = pulled("everyperson-vit-b", tmp_path / "mirror", tmp_path / "weights")
    rows = people.encode_people(CROPS)
    assert rows.shape == (2, 512) and np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-4)
