"""Person transformers: EveryPerson, TransReID, PersonViT (see ``vit_network`` for their names)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recognition.engine.backends.on_torch import picture_of, place_for
from recognition.engine.backends.osnet import TorchPersonEncoder
from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.backends.state_dicts import fill, read_state
from recognition.engine.errors import WeightsError
from recognition.engine.manifest import WeightsEntry
from recognition.engine.runtime import Runtime

VERSION = "1"


def read_network(name: str, path: Path, size_px: tuple[int, int], pooling: str = "") -> Any:
    """A transformer of the shape that its weights have, filled; ``size_px`` (height, width)."""
    from recognition.engine.backends import vit_network

    state = read_state(name, path)
    try:
        network, named = vit_network.network_for(state, size_px, pooling)
    except (KeyError, ValueError) as error:
        said = error.args[0] if error.args else error
        raise WeightsError(f"{path} is no person transformer that is known: {said}.") from error
    return fill(name, network, named)


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> TorchPersonEncoder:
    """The person encoder of a file; ``pooling`` may stand in the manifest."""
    place, picture = place_for(entry, runtime), picture_of(entry)
    size_px = (picture.height, picture.width)
    pooling = str(entry.raw.get("pooling") or "")
    network = read_network(entry.name, files.main, size_px, pooling)
    return TorchPersonEncoder(network, runtime.info, place, picture)
