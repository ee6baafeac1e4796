"""Writing ONNX files: torch networks, the text tower built node by node, weights packed as float16
or int8.

Packed weights are cast back to float32 by nodes that onnxruntime folds when a session opens, so
files are small and arithmetic is float32.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from training.builtin.joint import LOW, TextTower
from training.builtin.words import Vocabulary

OPSET = 17
PACK_FROM = 512
"""Weights of fewer values than this stay float32: biases and norms, where rounding buys nothing."""


def pack_weights(network: Any) -> None:
    """Store every large float32 weight of an ONNX model as float16 with a Cast back, in place."""
    graph = network.graph
    casts = []
    for number, weight in enumerate(list(graph.initializer)):
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < PACK_FROM:
            continue
        packed = numpy_helper.from_array(
            numpy_helper.to_array(weight).astype(np.float16), f"{weight.name}_f16"
        )
        casts.append(
            helper.make_node(
                "Cast", [packed.name], [weight.name], f"unpack_{number}", to=TensorProto.FLOAT
            )
        )
        graph.initializer.remove(weight)
        graph.initializer.append(packed)
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])


def quantise_linear(network: Any, name: str) -> None:
    """Store one float32 matrix [K, N] as int8 with a scale per column, in place."""
    graph = network.graph
    weight = next(w for w in graph.initializer if w.name == name)
    values = numpy_helper.to_array(weight)
    scales = (np.abs(values).max(axis=0) / 127 + 1e-12).astype(np.float32)
    small = np.rint(values / scales).astype(np.int8)
    graph.initializer.remove(weight)
    graph.initializer.extend(
        [numpy_helper.from_array(small, f"{name}_i8"), numpy_helper.from_array(scales, f"{name}_s")]
    )
    nodes = list(graph.node)
    del graph.node[:]
    cast = helper.make_node("Cast", [f"{name}_i8"], [f"{name}_c"], to=TensorProto.FLOAT)
    scale = helper.make_node("Mul", [f"{name}_c", f"{name}_s"], [name])
    graph.node.extend([cast, scale, *nodes])


def save(network: Any, file: Path) -> None:
    """Check and write a model."""
    onnx.checker.check_model(network)
    onnx.save(network, str(file))


def export_module(
    module: torch.nn.Module,
    example: torch.Tensor,
    file: Path,
    outputs: list[str],
    int8: bool = False,
) -> None:
    """Export a torch network with one input `images` (or `features`) of dynamic batch, weights
    packed.
    """
    name = "images" if example.ndim == 4 else "features"
    axes = {n: {0: "batch"} for n in [name, *outputs]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            (example,),
            str(file),
            input_names=[name],
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    network = onnx.load(str(file))
    if int8:
        large = [
            w.name
            for w in network.graph.initializer
            if len(w.dims) == 2 and np.prod(w.dims) > 1_000_000
        ]
        for weight in large:
            quantise_linear(network, weight)
    pack_weights(network)
    save(network, file)


def _linear(module: torch.nn.Linear, name: str) -> dict[str, Any]:
    return {
        f"{name}_w": module.weight.detach().numpy().T.copy(),
        f"{name}_b": module.bias.detach().numpy(),
    }


def _gru(module: torch.nn.GRU) -> dict[str, Any]:
    """Weights of a bidirectional GRU: torch stacks its gates reset, update, new; ONNX update,
    reset, hidden.
    """

    def both(kind: str) -> Any:
        found = []
        for end in ("", "_reverse"):
            reset, update, new = np.split(
                getattr(module, f"{kind}_l0{end}").detach().numpy(), 3, axis=0
            )
            found.append(np.concatenate([update, reset, new]))
        return np.stack(found)

    biases = np.concatenate([both("bias_ih"), both("bias_hh")], axis=1)
    return {"gru_w": both("weight_ih"), "gru_r": both("weight_hh"), "gru_b": biases}


def _text_nodes(hidden: int) -> list[Any]:
    node = helper.make_node
    return [
        node("Gather", ["table", "tokens"], ["row_i8"]),
        node("Cast", ["row_i8"], ["row"], to=TensorProto.FLOAT),
        node("Gather", ["scales", "tokens"], ["row_scale"]),
        node("Mul", ["row", "row_scale"], ["given"]),
        node("Cast", ["mask"], ["mask_float"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["mask_float", "two"], ["weight"]),
        node("Mul", ["given", "weight"], ["words"]),
        node("ReduceSum", ["mask", "one"], ["length_long"], keepdims=0),
        node("Cast", ["length_long"], ["length"], to=TensorProto.INT32),
        node("Transpose", ["words"], ["in_time"], perm=[1, 0, 2]),
        node(
            "GRU",
            ["in_time", "gru_w", "gru_r", "gru_b", "length"],
            ["both_ways"],
            hidden_size=hidden,
            direction="bidirectional",
            linear_before_reset=1,
        ),
        node("Transpose", ["both_ways"], ["by_row"], perm=[2, 0, 1, 3]),
        node("Reshape", ["by_row", "flat"], ["states"]),
        node("Cast", ["weight"], ["is_word"], to=TensorProto.BOOL),
        node("Where", ["is_word", "states", "low"], ["masked"]),
        node("ReduceMax", ["masked"], ["highest"], axes=[1], keepdims=0),
        node("ReduceSum", ["words", "one"], ["sum_words"], keepdims=0),
        node("ReduceSum", ["mask_float", "one"], ["count"], keepdims=1),
        node("Div", ["sum_words", "count"], ["mean"]),
        node("Concat", ["highest", "mean"], ["pooled"], axis=1),
        node("Gemm", ["pooled", "first_w", "first_b"], ["hidden"]),
        node("Div", ["hidden", "root_two"], ["scaled"]),
        node("Erf", ["scaled"], ["erf"]),
        node("Add", ["erf", "unit"], ["erf_1"]),
        node("Mul", ["hidden", "erf_1"], ["twice"]),
        node("Mul", ["twice", "half"], ["active"]),
        node("Gemm", ["active", "second_w", "second_b"], ["bent"]),
        node("Gemm", ["pooled", "skip_w", "skip_b"], ["straight"]),
        node("Add", ["bent", "straight"], ["sum"]),
        node("LpNormalization", ["sum"], ["vectors"], axis=-1, p=2),
    ]


def export_text(tower: TextTower, vocabulary: Vocabulary, file: Path) -> None:
    """Write the text tower: `tokens` int64 [B, T], `mask` int64 [B, T] → `vectors` float32 [B, 256]
    unit.
    """
    first, second = tower.head[0], tower.head[3]
    assert isinstance(first, torch.nn.Linear) and isinstance(second, torch.nn.Linear)
    values: dict[str, Any] = {
        "table": vocabulary.table,
        "scales": vocabulary.scales[:, None],
        **_gru(tower.recurrent),
        "flat": np.array([0, 0, 2 * tower.recurrent.hidden_size], np.int64),
        **_linear(first, "first"),
        **_linear(second, "second"),
        **_linear(tower.skip, "skip"),
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
        "low": np.array(LOW, np.float32),
        "root_two": np.array(2**0.5, np.float32),
        "unit": np.array(1, np.float32),
        "half": np.array(0.5, np.float32),
    }
    shape = ["batch", "length"]
    graph = helper.make_graph(
        _text_nodes(tower.recurrent.hidden_size),
        "everyid-text",
        [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("tokens", "mask")],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", 256])],
        [numpy_helper.from_array(v, n) for n, v in values.items()],
    )
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    pack_weights(network)
    save(network, file)
