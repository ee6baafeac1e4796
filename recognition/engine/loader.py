"""From a profile's name to networks ready to run.

``describe`` and ``load_text_encoder`` are for the web process: the first reads manifests
only, the second opens the text tower alone. ``load`` opens everything, once per process.
``profiles`` says which network fills a role, ``backends.registry`` who opens it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recognition.engine.attributes import (
    BinaryAttributes,
    ClothingAttributes,
    PromptAttributes,
)
from recognition.engine.backends import openvino, registry
from recognition.engine.backends.registry import Pair
from recognition.engine.describing import (
    asks_by_prompts,
    entry_named,
    head_entry_for,
    infos_of,
    pair_entries,
    pair_infos,
    simple_info,
)
from recognition.engine.errors import WeightsError, WeightsMissing
from recognition.engine.manifest import BUILTIN_DIR, HEADS_DIR, WeightsEntry
from recognition.engine.profiles import (
    COLOURS,
    PROFILES,
    PROMPTS,
    Resolution,
    folder_of,
    resolve_profile,
)
from recognition.engine.runtime import Runtime, forget_all, free_gpu_memory, pick_device
from recognition.engine.scenes import PromptScenes, read_head
from recognition.engine.types import (
    AttributeReader,
    ImageEncoder,
    NetworkInfo,
    Networks,
    PersonEncoder,
    SceneReader,
    TextEncoder,
)
from recognition.engine.weights import not_pulled, verify

__all__ = ["PROFILES", "Resolution", "Setup", "WeightsError", "WeightsMissing", "resolve_profile"]

_lock = threading.RLock()
_opened: dict[tuple[Any, ...], Any] = {}


@dataclass(frozen=True, slots=True)
class Setup:
    """What settings say beside the profile.

    ``overrides``: (role, name) pairs over the profile's; ``device``: ``auto``, ``cpu``, ``cuda``
    or ``cuda:N``; ``captions``: (option, value) pairs of a captioning server.
    """

    overrides: tuple[tuple[str, str], ...] = ()
    device: str = "auto"
    captions: tuple[tuple[str, str], ...] = ()

    def resolve(self, profile: str, weights_dir: Path | None) -> Resolution:
        """The profile with these overrides."""
        return resolve_profile(profile, weights_dir, dict(self.overrides))


PLAIN = Setup()


def describe(
    profile: str, weights_dir: Path | None = None, setup: Setup = PLAIN
) -> list[NetworkInfo]:
    """The networks that ``load`` would bring, without opening any of them.

    Raises ``WeightsMissing`` for weights without a checksum in the manifest that were not pulled.
    """
    chosen = setup.resolve(profile, weights_dir)
    return list(infos_of(chosen.networks, weights_dir, setup.captions).values())


def load(
    profile: str,
    *,
    weights_dir: Path | None = None,
    threads: int | None = None,
    setup: Setup = PLAIN,
) -> Networks:
    """All networks of a profile, from verified weights; the same object for the same call.

    Raises ``WeightsMissing`` or ``WeightsDamaged`` when a file is not as recorded.
    """
    chosen = setup.resolve(profile, weights_dir)
    infos = infos_of(chosen.networks, weights_dir, setup.captions)
    prints = tuple(info.fingerprint for info in infos.values())
    with _lock:
        key = ("networks", str(weights_dir or ""), threads or 0, setup.device, *prints)
        if key not in _opened:
            opener = _Opener(weights_dir, threads, setup)
            _opened[key] = opener.networks(chosen, infos)
        found: Networks = _opened[key]
        return found


def load_text_encoder(
    profile: str, weights_dir: Path | None = None, setup: Setup = PLAIN
) -> TextEncoder:
    """The text tower of a profile and nothing else.

    Its ``info.detail["space"]`` is the space of the pictures' vectors; compare vectors only
    with those of the profile's image encoder (``describe``).
    """
    name = setup.resolve(profile, weights_dir).networks["image_text"]
    return _Opener(weights_dir, None, setup).texts(name)


def load_pair(
    name: str,
    weights_dir: Path | None = None,
    *,
    threads: int | None = None,
    setup: Setup = PLAIN,
) -> Pair:
    """Both towers of an image-text network by its name, whatever the profile."""
    return _Opener(weights_dir, threads, setup).pair(name)


def load_image_encoder(
    profile: str,
    weights_dir: Path | None = None,
    *,
    threads: int | None = None,
    setup: Setup = PLAIN,
) -> ImageEncoder:
    """The picture tower of a profile's joint space; opened once per process."""
    name = setup.resolve(profile, weights_dir).networks["image_text"]
    info = pair_infos(name, weights_dir)["image"]
    with _lock:
        key = ("images", info.fingerprint, threads or 0, setup.device)
        if key not in _opened:
            _opened[key] = load_pair(name, weights_dir, threads=threads, setup=setup).images
        found: ImageEncoder = _opened[key]
        return found


def load_kept_person_encoder(
    profile: str,
    weights_dir: Path | None = None,
    *,
    threads: int | None = None,
    setup: Setup = PLAIN,
) -> PersonEncoder:
    """As ``load_person_encoder``, opened once per process."""
    name = setup.resolve(profile, weights_dir).networks["person"]
    info = simple_info("person", entry_named(name, weights_dir))
    with _lock:
        key = ("person", info.fingerprint, threads or 0, setup.device)
        if key not in _opened:
            _opened[key] = load_person(name, weights_dir, threads=threads, setup=setup)
        found: PersonEncoder = _opened[key]
        return found


def load_person_encoder(
    profile: str,
    weights_dir: Path | None = None,
    *,
    threads: int | None = None,
    setup: Setup = PLAIN,
) -> PersonEncoder:
    """The person network of a profile and nothing else (evaluations need no more)."""
    name = setup.resolve(profile, weights_dir).networks["person"]
    return load_person(name, weights_dir, threads=threads, setup=setup)


def load_person(
    name: str,
    weights_dir: Path | None = None,
    *,
    threads: int | None = None,
    setup: Setup = PLAIN,
) -> PersonEncoder:
    """A person network by its name, whatever the profile."""
    encoder: PersonEncoder = _Opener(weights_dir, threads, setup).simple("person", name)
    return encoder


def describe_one(role: str, name: str, weights_dir: Path | None = None) -> NetworkInfo:
    """An encoder by its name: ``role`` is ``image``, ``text``, ``person`` or ``detector``."""
    if role in ("image", "text"):
        return pair_infos(name, weights_dir)[role]
    return simple_info(role, entry_named(name, weights_dir))


def close() -> None:
    """Let go of all networks of this process; memory goes when the last user lets go.

    Whoever is using a network goes on with it; the next ``load`` opens anew.
    """
    with _lock:
        _opened.clear()
        forget_all()
    free_gpu_memory()


class _Opener:
    """Opens networks, each once per process."""

    def __init__(self, weights_dir: Path | None, threads: int | None, setup: Setup):
        self._folder, self._threads, self._setup = weights_dir, threads, setup

    def networks(self, chosen: Resolution, infos: Mapping[str, NetworkInfo]) -> Networks:
        """Everything of a resolved profile."""
        names = chosen.networks
        pair = self.pair(names["image_text"])
        return Networks(
            profile=chosen.profile,
            detector=self.simple("detector", names["detector"]),
            images=pair.images,
            texts=pair.texts,
            people=self.simple("person", names["person"]),
            attributes=self._attributes(names, infos["attributes"], pair),
            scenes=self._scenes(names["scene"], infos, pair),
            open_set=self._optional("open_set", infos, names),
            captioner=self._optional("captions", infos, names),
        )

    def simple(self, role: str, name: str) -> Any:
        """The network of one entry."""
        entry = entry_named(name, self._folder)
        return self._open(entry, self._runtime(entry, simple_info(role, entry)))

    def pair(self, name: str) -> Pair:
        """Both towers of a joint space."""
        images, _ = pair_entries(name, self._folder)
        info = pair_infos(name, self._folder)["image"]
        if images[-1].role == "image_text":
            pair: Pair = self._open(images[0], self._runtime(images[0], info))
            return pair
        texts = self.texts(name)
        if images[-1].role == "image":
            return Pair(self._open(images[0], self._runtime(images[0], info)), texts)
        return Pair(self._frozen_features(images, info), texts)

    def texts(self, name: str) -> TextEncoder:
        """The text tower of a joint space, alone where its family can do that."""
        entry = pair_entries(name, self._folder)[1][0]
        info = pair_infos(name, self._folder)["text"]
        runtime, folder = self._runtime(entry, info), folder_of(entry, self._folder)
        with _lock:
            key = ("texts", info.fingerprint, runtime.device)
            if key not in _opened:
                _opened[key] = (
                    registry.open_texts(entry, folder, runtime)
                    if entry.role == "image_text"
                    else registry.open_network(entry, folder, runtime)
                )
            found: TextEncoder = _opened[key]
            return found

    def _open(self, entry: WeightsEntry, runtime: Runtime) -> Any:
        return registry.open_network(entry, folder_of(entry, self._folder), runtime)

    def _runtime(self, entry: WeightsEntry, info: NetworkInfo, pair: Pair | None = None) -> Runtime:
        on_gpu = registry.runs_on_gpu(entry)
        if on_gpu:
            registry.family_module(entry)  # says in a sentence what is not installed
        return Runtime(
            info,
            pick_device(self._setup.device) if on_gpu else "cpu",
            self._threads,
            images=pair.images if pair else None,
            texts=pair.texts if pair else None,
            options=dict(self._setup.captions) if entry.role == "captions" else {},
        )

    def _optional(
        self, role: str, infos: Mapping[str, NetworkInfo], names: Mapping[str, str]
    ) -> Any:
        if role not in infos:
            return None
        entry = entry_named(names[role], self._folder)
        return self._open(entry, self._runtime(entry, infos[role]))

    def _frozen_features(
        self, entries: Sequence[WeightsEntry], info: NetworkInfo
    ) -> openvino.FrozenFeatureEncoder:
        features, detector, projection = entries
        if self._folder is None:
            raise WeightsMissing(not_pulled(features))
        return openvino.FrozenFeatureEncoder(
            (features, detector),
            (verify(features, self._folder), verify(detector, self._folder)),
            (projection, verify(projection, BUILTIN_DIR)),
            info,
            self._threads,
        )

    def _attributes(
        self, names: Mapping[str, str], info: NetworkInfo, pair: Pair
    ) -> AttributeReader:
        choice = names["attributes"]
        if choice == COLOURS:
            return ClothingAttributes(info)
        images, _ = pair_entries(names["image_text"], self._folder)
        prompts = (
            PromptAttributes(pair.images, pair.texts, info)
            if asks_by_prompts(names, images)
            else None
        )
        if choice == PROMPTS:
            assert prompts is not None
            return prompts
        entry = entry_named(choice, self._folder)
        network = self._open(entry, self._runtime(entry, info, pair))
        return BinaryAttributes(network, info, prompts)

    def _scenes(self, choice: str, infos: Mapping[str, NetworkInfo], pair: Pair) -> SceneReader:
        if choice != PROMPTS:
            entry = entry_named(choice, self._folder)
            reader: SceneReader = self._open(entry, self._runtime(entry, infos["scene"], pair))
            return reader
        head_entry = head_entry_for(infos["image"])
        head = read_head(verify(head_entry, HEADS_DIR), head_entry.labels) if head_entry else None
        return PromptScenes(pair.texts, infos["scene"], head)
