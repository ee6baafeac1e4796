"""What would be at work, without opening it: each network's name, size and fingerprint.

Reads manifests, locks and nothing else: the web process asks this with every query.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from recognition.engine import attributes, scenes
from recognition.engine.backends import registry
from recognition.engine.centres import centre_of
from recognition.engine.clustering import same_person_for
from recognition.engine.errors import WeightsMissing
from recognition.engine.lock import locked
from recognition.engine.manifest import (
    WeightsEntry,
    builtin_weights,
    by_name,
    by_role,
    head_weights,
    light_weights,
)
from recognition.engine.profiles import COLOURS, PROMPTS, every_entry
from recognition.engine.types import NetworkInfo
from recognition.engine.weights import not_pulled

CODE_VERSION = "1"
"""Raised when code outside the backends changes what comes out of the same weights."""


def entry_named(name: str, weights_dir: Path | None) -> WeightsEntry:
    """An entry with every checksum known."""
    entry = locked(by_name(every_entry(), name), weights_dir)
    if not entry.is_locked:
        raise WeightsMissing(not_pulled(entry))
    return entry


def pair_entries(
    name: str, weights_dir: Path | None
) -> tuple[list[WeightsEntry], list[WeightsEntry]]:
    """The entries that a pair's image tower and its text tower are made of."""
    entry = entry_named(name, weights_dir)
    if entry.role == "image_text":
        return [entry], [entry]
    texts = [by_role(builtin_weights(), "text")]
    if entry.role == "projection":
        light = light_weights()
        return [by_role(light, "features"), by_role(light, "detector"), entry], texts
    return [entry], texts


def pair_infos(name: str, weights_dir: Path | None) -> dict[str, NetworkInfo]:
    """Descriptions of both towers of a joint space: ``image`` and ``text``."""
    images, texts = pair_entries(name, weights_dir)
    title = f"{images[0].name} + {images[-1].name}" if len(images) > 1 else images[0].name
    return {
        "image": _info("image", title, images, registry.version_of(images[0])),
        "text": _info("text", texts[0].name, texts, registry.version_of(texts[0])),
    }


def simple_info(role: str, entry: WeightsEntry, *more: str) -> NetworkInfo:
    """The description of a network that is one entry; ``more``: what else its outputs depend on."""
    return _info(role, entry.name, [entry], registry.version_of(entry), *more)


def asks_by_prompts(networks: Mapping[str, str], image: Sequence[WeightsEntry]) -> bool:
    """Whether attributes are asked by prompts too: the built-in image tower is too weak."""
    return networks["attributes"] == PROMPTS or image[0].role != "image"


def infos_of(
    networks: Mapping[str, str], weights_dir: Path | None, captions: Sequence[tuple[str, str]] = ()
) -> dict[str, NetworkInfo]:
    """Role → info, in the order in which a page would list them."""
    pair = pair_infos(networks["image_text"], weights_dir)
    found = {
        "detector": simple_info("detector", entry_named(networks["detector"], weights_dir)),
        **pair,
        "person": simple_info("person", entry_named(networks["person"], weights_dir)),
        "attributes": _attributes_info(networks, weights_dir),
        "scene": _scene_info(networks, weights_dir, pair["image"]),
    }
    if networks["open_set"]:
        found["open_set"] = simple_info("open_set", entry_named(networks["open_set"], weights_dir))
    if networks["captions"]:
        captioner = entry_named(networks["captions"], weights_dir)
        server = [f"{key}={value}" for key, value in captions if key != "key"]
        more = server if captioner.kind == "server" else []
        found["captions"] = simple_info("captions", captioner, *more)
    return found


def _attributes_info(networks: Mapping[str, str], weights_dir: Path | None) -> NetworkInfo:
    choice = networks["attributes"]
    images, texts = pair_entries(networks["image_text"], weights_dir)
    prompts = [*images, *texts] if asks_by_prompts(networks, images) else []
    if choice == COLOURS:
        return _info("attributes", "colours", [], attributes.VERSION)
    versions = [attributes.VERSION, *map(registry.version_of, prompts[:1])]
    if choice == PROMPTS:
        return _info("attributes", "prompts + colours", prompts, *versions)
    entry = entry_named(choice, weights_dir)
    parts = [entry.name, *(["prompts"] if prompts else []), "colours"]
    versions.append(registry.version_of(entry))
    return _info("attributes", " + ".join(parts), [*prompts, entry], *versions)


def _scene_info(
    networks: Mapping[str, str], weights_dir: Path | None, image: NetworkInfo
) -> NetworkInfo:
    if networks["scene"] != PROMPTS:
        return simple_info("scene", entry_named(networks["scene"], weights_dir), scenes.VERSION)
    images, texts = pair_entries(networks["image_text"], weights_dir)
    head = head_entry_for(image)
    seen = [*images, *texts, head] if head else [*images, *texts]
    version = registry.version_of(images[0])
    return _info("scene", head.name if head else "prompts", seen, scenes.VERSION, version)


def head_entry_for(image: NetworkInfo) -> WeightsEntry | None:
    """The scene head of an image encoder and of today's labels; any other is passed over."""
    for entry in head_weights():
        fits = entry.space == image.detail["weights"] and entry.labels == tuple(scenes.LABELS)
        if fits and entry.role.startswith("scene"):
            return entry
    return None


def _info(role: str, name: str, entries: Sequence[WeightsEntry], *versions: str) -> NetworkInfo:
    """One network's description; its fingerprint covers every entry and code version."""
    digest = hashlib.sha256(f"{role}|{CODE_VERSION}|{'|'.join(versions)}".encode())
    for entry in entries:
        digest.update(entry.fingerprint.encode())
    last = entries[-1] if entries else None
    licences = dict.fromkeys(entry.licence for entry in entries)
    detail = {
        "backend": ", ".join(dict.fromkeys(entry.backend for entry in entries)),
        "bytes": str(sum(entry.bytes for entry in entries)),
        "space": last.space if last else "",
        "weights": "+".join(entry.fingerprint for entry in entries),
        "gpu": "yes" if any(registry.runs_on_gpu(entry) for entry in entries) else "",
    }
    if role == "person" and last:
        detail |= _person_detail(last)
    return NetworkInfo(
        name,
        role,
        digest.hexdigest()[:16],
        last.dimension if last else 0,
        "; ".join(licences) or "part of the program",
        detail,
    )


def _person_detail(entry: WeightsEntry) -> dict[str, str]:
    """When two tracks are one person; ``centre`` names the space's file where it is centred."""
    centred = centre_of(entry)
    if centred is not None:
        return {
            "same_person": str(centred.same_person),
            "slope": str(centred.slope),
            "centre": entry.space,
        }
    return {"same_person": str(entry.calibration.get("same_person", same_person_for(entry.space)))}
