"""What a network of OpenVINO costs, read off its graph: operations, and bytes that move."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Graph:
    """Of one picture: operations and bytes, as ``speed_rows.Cost`` has them; and ``parameters``."""

    flops: float
    weight_bytes: float
    other_bytes: float
    parameters: int


def graph_of(path: Path) -> Graph:
    """Convolutions and products counted as torch's counter does: two operations per
    multiplication; each operator's inputs and outputs are moved once, weights as float32."""
    import openvino

    network = openvino.Core().read_model(str(path))
    first = network.inputs[0].get_partial_shape()
    first[0] = 1
    network.reshape(first)
    flops, moved, parameters = 0.0, 0.0, 0
    for operator in network.get_ops():
        kind = operator.get_type_name()
        if kind == "Constant":
            parameters += _size(operator.output(0)) if _is_float(operator.output(0)) else 0
            continue
        if kind in ("Convert", "Reshape", "Result", "Parameter"):  # folded away, or views
            continue
        flops += _flops(operator, kind)
        moved += 4.0 * _size(operator.output(0))
        moved += sum(4.0 * _size(port) for port in _sources(operator))
    return Graph(flops, 4.0 * parameters, moved, parameters)


def _flops(operator: Any, kind: str) -> float:
    made = 2.0 * _size(operator.output(0))
    if kind == "Convolution":  # kernels: (out, in, rows, columns)
        return made * prod(_shape(operator.input(1))[1:])
    if kind == "GroupConvolution":  # (groups, out, in, rows, columns)
        return made * prod(_shape(operator.input(1))[2:])
    if kind == "MatMul":
        return made * _shape(operator.input(0))[-1]
    return 0.0


def _sources(operator: Any) -> list[Any]:
    """Inputs that are no weights, nor weights that are made larger first."""
    ports = [port.get_source_output() for port in operator.inputs()]
    return [p for p in ports if p.get_node().get_type_name() not in ("Constant", "Convert")]


def _is_float(port: Any) -> bool:
    return bool(port.get_element_type().is_real())


def _shape(port: Any) -> list[int]:
    return list(port.get_shape())


def _size(port: Any) -> int:
    return prod(_shape(port))
