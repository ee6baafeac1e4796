"""OSNet-type person networks (torchreid's weights): one crop to 512 numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recognition.engine.backends.on_torch import Batcher, Place, picture_of, place_for
from recognition.engine.backends.registry import WeightsFiles
from recognition.engine.backends.state_dicts import fill, read_state
from recognition.engine.embedding import unit
from recognition.engine.errors import WeightsError
from recognition.engine.manifest import Preprocessing, WeightsEntry
from recognition.engine.runtime import Runtime
from recognition.engine.types import Floats, Image, NetworkInfo

VERSION = "1"


class TorchPersonEncoder:
    """A ``PersonEncoder`` over any network of torch that takes crops."""

    def __init__(
        self, network: Any, info: NetworkInfo, place: Place, picture: Preprocessing
    ) -> None:
        self.info = info
        self._batcher = Batcher(info.name, network, place, picture)

    def encode_people(self, crops: Sequence[Image]) -> Floats:
        """Unit rows (n, dimension) of RGB crops, upright."""
        return unit(self._batcher.rows(crops, self.info.dimension))


def read_network(name: str, path: Path) -> Any:
    """An OSNet of the widths that its weights have, filled."""
    from recognition.engine.backends import osnet_network

    state = {n.removeprefix("module."): value for n, value in read_state(name, path).items()}
    state = {n: value for n, value in state.items() if not osnet_network.is_left_out(n)}
    try:
        network = osnet_network.network_for(state)
    except KeyError as error:
        raise WeightsError(f"{path} is no OSNet: it has no {error}.") from error
    return fill(name, network, state)


def open_network(entry: WeightsEntry, files: WeightsFiles, runtime: Runtime) -> TorchPersonEncoder:
    """The person encoder of a file."""
    place = place_for(entry, runtime)
    network = read_network(entry.name, files.main)
    return TorchPersonEncoder(network, runtime.info, place, picture_of(entry))
