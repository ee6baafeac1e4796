"""Checkpoints in every form that others save them in; code in them is never run."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from recognition.engine.backends.state_dicts import fill, read_state
from recognition.engine.errors import WeightsDamaged, WeightsError


def network() -> Any:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model": {f"module.{k}": v for k, v in state.items()}, "optimizer": {}},
        lambda state: {f"_orig_mod.{k}": v for k, v in state.items()},
    ],
)
def test_a_pickle_of_tensors_is_read_in_all_its_wrappings(tmp_path: Path, wrap: Any) -> None:
    source, other = network(), network()
    torch.save(wrap(source.state_dict()), tmp_path / "a.pth")
    torch.nn.init.zeros_(other[0].weight)
    fill("net", other, read_state("net", tmp_path / "a.pth"))
    assert torch.equal(other[0].weight, source[0].weight)


def test_safetensors_whole_and_in_shards(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    state = network().state_dict()
    save_file(state, tmp_path / "a.safetensors")
    assert read_state("net", tmp_path / "a.safetensors").keys() == state.keys()
    names = {key: f"{n}.safetensors" for n, key in enumerate(state)}
    for key, name in names.items():
        save_file({key: state[key]}, tmp_path / name)
    (tmp_path / "m.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    assert read_state("net", tmp_path / "m.safetensors.index.json").keys() == state.keys()


class Evil:
    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.where),))

    def __init__(self, where: Path):
        self.where = where


def test_a_pickle_with_code_is_refused_and_not_run(tmp_path: Path) -> None:
    torch.save({"a": Evil(tmp_path / "ran")}, tmp_path / "a.pth")
    with pytest.raises(WeightsError, match="would run code"):
        read_state("net", tmp_path / "a.pth")
    (tmp_path / "b.bin").write_bytes(pickle.dumps(Evil(tmp_path / "ran"), protocol=2))
    with pytest.raises(WeightsError):
        read_state("net", tmp_path / "b.bin")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors", "a.safetensors.index.json"])
@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"PK\3\4 half a zip"])
def test_what_is_no_checkpoint_is_one_clear_sentence(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=r"a\.(pth|safetensors)"):
        read_state("net", tmp_path / name)


def test_no_tensors_is_no_network(tmp_path: Path) -> None:
    torch.save({"epoch": 3}, tmp_path / "a.pth")
    with pytest.raises(WeightsDamaged, match="no tensors by name"):
        read_state("net", tmp_path / "a.pth")


def test_another_architecture_is_told_by_its_names() -> None:
    state = dict(network().state_dict())
    state["2.weight"] = state.pop("1.weight")
    state["0.weight"] = torch.zeros(5, 3)
    with pytest.raises(WeightsError) as caught:
        fill("net", network(), state)
    sentence = str(caught.value)
    for part in ("1 missing (1.weight)", "1 unexpected (2.weight)", "0.weight (5, 3) instead of"):
        assert part in sentence
    with pytest.raises(WeightsError, match=r"20 missing .* and 14 more"):
        fill("net", torch.nn.Sequential(*(torch.nn.Linear(1, 1) for _ in range(10))), {})


def test_a_classifier_that_is_not_used_may_be_there() -> None:
    state = {**network().state_dict(), "classifier.weight": torch.zeros(9, 2)}
    fill("net", network(), state, extra=("classifier.",))


def test_the_real_osnet_is_read(shared_dir: Path) -> None:
    state = read_state("net", shared_dir / "teachers/osnet/osnet_x0_25_msmt17.pt")
    assert "conv1.conv.weight" in state and len(state) > 100
