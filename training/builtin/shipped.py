"""Warm start from the shipped ONNX files (`--from-shipped`): their weights back into a checkpoint.

The exporter folds batch norms into the convolutions before them. `restore` puts each folded
convolution back and then gives every norm the statistics that it meets on some of the product's
inputs, with the weight and bias that undo them: the same function, ready to train on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training.builtin import manifest
from training.builtin.labels import COCO_LABELS
from training.builtin.layers import Embedder


def _constants(network: Any) -> dict[str, Tensor]:
    """Initializers by the name that the nodes use, unpacked."""
    found = {
        w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in network.graph.initializer
    }
    for node in network.graph.node:
        if node.op_type == "Cast" and node.input[0] in found and node.output[0] not in found:
            found[node.output[0]] = found[node.input[0]].float()
        elif node.op_type == "Identity" and node.input[0] in found:
            found[node.output[0]] = found[node.input[0]]
        elif node.op_type == "Mul" and node.input[0] in found and node.input[1] in found:
            found[node.output[0]] = found[node.input[0]] * found[node.input[1]]
    return found


def _called(network: nn.Module, example: Tensor) -> list[tuple[str, nn.Module]]:
    """Convolutions and linear layers in the order in which they run, shared ones each time."""
    order: list[tuple[str, nn.Module]] = []
    hooks = []
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            hooks.append(module.register_forward_hook(lambda m, *_, n=name: order.append((n, m))))
    with torch.no_grad():
        network.eval()(example)
    for hook in hooks:
        hook.remove()
    return order


def _norm_after(network: nn.Module, name: str) -> nn.BatchNorm2d | None:
    parent, _, last = name.rpartition(".")
    follower = f"{parent}.{int(last) + 1}" if last.isdigit() else ""
    modules = dict(network.named_modules())
    found = modules.get(follower)
    return found if isinstance(found, nn.BatchNorm2d) else None


def fill(network: nn.Module, file: Path, example: Tensor) -> None:
    """Put the weights of an exported file into a network of the same shape."""
    model = onnx.load(str(file))
    constants = _constants(model)
    nodes = [n for n in model.graph.node if n.op_type in ("Conv", "Gemm")]
    called = _called(network, example)
    assert len(nodes) == len(called), f"{file.name}: {len(nodes)} layers, {len(called)} expected"
    with torch.no_grad():
        for node, (name, module) in zip(nodes, called, strict=True):
            weight, bias = (constants[i] for i in node.input[1:3])
            assert isinstance(module, nn.Conv2d | nn.Linear)
            module.weight.copy_(weight)
            norm = _norm_after(network, name)
            if norm is not None:
                norm.weight.fill_(1)
                norm.bias.copy_(bias)
                norm.running_mean.zero_()  # type: ignore[union-attr, unused-ignore]
                norm.running_var.fill_(1 - norm.eps)  # type: ignore[union-attr, unused-ignore]
            elif module.bias is not None:
                module.bias.copy_(bias)


def calibrate(network: nn.Module, inputs: Tensor) -> None:
    """Give every neutral norm the statistics of its input; weight and bias undo them."""

    def set_norm(norm: Any, given: Any) -> None:
        mean = given[0].mean((0, 2, 3))
        variance = given[0].var((0, 2, 3), unbiased=False)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.bias.copy_(folded[norm] + mean)
        norm.weight.copy_((variance + norm.eps).sqrt())

    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    folded = {norm: norm.bias.detach().clone() for norm in norms}
    hooks = [norm.register_forward_pre_hook(set_norm) for norm in norms]
    with torch.no_grad():
        network.eval()(inputs)
    for hook in hooks:
        hook.remove()


def restore(what: str, data_dir: Path, work: Path, folder: Path = manifest.SHIPPED) -> None:
    """Write the shipped weights of a network into the work folder, for `--resume`."""
    from training.builtin import data, detector_network, image, windows
    from training.builtin.layers import to_input

    if what in ("text", "projection"):
        raise SystemExit("text and projection train in minutes: no warm start")
    pictures = data.open_pictures(data_dir, work)
    entry = next(w for w in manifest.read(folder)["weights"] if w["role"] == what)
    made = entry["preprocessing"]
    rows = np.linspace(0, len(pictures.names) - 1, 64).astype(int)
    window = np.array([0, 0, data.SIDE_PX, data.SIDE_PX], np.float32)
    side = 256 if what == "detector" else made["height"]
    drawn = [windows.draw_view(pictures.pixels[row], window, False, side) for row in rows]
    inputs = to_input(torch.from_numpy(np.stack(drawn)))
    network: nn.Module = (
        Embedder() if what != "detector" else detector_network.Detector(len(COCO_LABELS))
    )
    fill(network, folder / entry["file"], inputs[:1])
    calibrate(network, inputs)
    state = network.state_dict()
    torch.save({"network": state}, work / f"{what}.pt")
    if what == "image":
        student = image.Student()
        student.tower.load_state_dict(state)
        torch.save({"network": student.state_dict()}, work / "image_student.pt")
