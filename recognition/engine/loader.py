"""From a profile's name to networks ready to run.

``describe`` and ``load_text_encoder`` are for the web process: the first reads manifests
only, the second opens the text tower alone. ``load`` opens everything, once per process.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recognition.engine import attributes, scenes
from recognition.engine.attributes import (
    BinaryAttributes,
    ClothingAttributes,
    PromptAttributes,
)
from recognition.engine.backends import builtin, openvino, yolox
from recognition.engine.clustering import same_person_for
from recognition.engine.errors import WeightsError, WeightsMissing
from recognition.engine.manifest import (
    BUILTIN_DIR,
    HEADS_DIR,
    WeightsEntry,
    builtin_weights,
    by_role,
    head_weights,
    light_weights,
)
from recognition.engine.runtime import close_all
from recognition.engine.scenes import PromptScenes, read_head
from recognition.engine.types import NetworkInfo, Networks, PersonEncoder, TextEncoder
from recognition.engine.weights import is_present, verify

PROFILES = ("auto", "builtin", "light")
CODE_VERSION = "1"
"""Raised when code outside the backends changes what comes out of the same weights."""
LIGHT_ROLES = ("detector", "features", "person", "attributes")

_lock = threading.RLock()
_networks: dict[tuple[str, str, int], Networks] = {}
_texts: dict[str, TextEncoder] = {}


@dataclass(frozen=True, slots=True)
class Resolution:
    """The profile at work and, in a sentence, why it is that one."""

    profile: str
    reason: str


def resolve_profile(profile: str, weights_dir: Path | None = None) -> Resolution:
    """What a profile's name comes to on this machine; ``auto`` prefers ``light``."""
    if profile not in PROFILES:
        raise WeightsError(f"There is no profile “{profile}”; there are {', '.join(PROFILES)}.")
    if profile != "auto":
        return Resolution(profile, f"The profile “{profile}” was asked for.")
    if weights_dir is None:
        return Resolution("builtin", "No folder for pulled weights is set.")
    if not _openvino_is_installed():
        return Resolution(
            "builtin", "OpenVINO, which “light” needs, is not installed (pip install openvino)."
        )
    missing = [e.name for e in light_weights() if not is_present(e, weights_dir)]
    if missing:
        return Resolution(
            "builtin",
            f"The weights of “light” are not all in {weights_dir} (missing or damaged: "
            f"{', '.join(missing)}); `manage.py weights pull` fetches them.",
        )
    return Resolution("light", f"All weights of “light” are in {weights_dir} and verified.")


def describe(profile: str, weights_dir: Path | None = None) -> list[NetworkInfo]:
    """The networks that ``load`` would bring, without opening any of them."""
    chosen = resolve_profile(profile, weights_dir).profile
    return list(_infos(chosen).values())


def load(profile: str, *, weights_dir: Path | None = None, threads: int | None = None) -> Networks:
    """All networks of a profile, from verified weights; the same object for the same call.

    Raises ``WeightsMissing`` or ``WeightsDamaged`` when a file is not as recorded.
    """
    chosen = resolve_profile(profile, weights_dir).profile
    key = (chosen, str(weights_dir or ""), threads or 0)
    with _lock:
        if key not in _networks:
            make = _load_light if chosen == "light" else _load_builtin
            _networks[key] = make(weights_dir, threads)
        return _networks[key]


def load_text_encoder(profile: str, weights_dir: Path | None = None) -> TextEncoder:
    """The text tower of a profile and nothing else; every profile here shares one tower.

    Its ``info.detail["space"]`` is the space of the pictures' vectors; compare vectors only
    with those of the profile's image encoder (``describe``).
    """
    resolve_profile(profile, weights_dir)
    entry = by_role(builtin_weights(), "text")
    key = entry.fingerprint
    with _lock:
        if key not in _texts:
            path = verify(entry, BUILTIN_DIR)
            _texts[key] = builtin.OnnxTextEncoder(entry, path, _text_info(entry))
        return _texts[key]


def load_person_encoder(
    profile: str, weights_dir: Path | None = None, *, threads: int | None = None
) -> PersonEncoder:
    """The person network of a profile and nothing else (evaluations need no more)."""
    if resolve_profile(profile, weights_dir).profile == "light":
        entry, folder = by_role(light_weights(), "person"), _pulled(weights_dir)
        info = _info("person", entry.name, [entry], openvino.VERSION)
        return openvino.OpenVinoPersonEncoder(entry, verify(entry, folder), info, threads)
    entry = by_role(builtin_weights(), "person")
    info = _info("person", entry.name, [entry], builtin.VERSION)
    return builtin.OnnxPersonEncoder(entry, verify(entry, BUILTIN_DIR), info, threads)


def _pulled(weights_dir: Path | None) -> Path:
    if weights_dir is None:
        raise WeightsMissing("The profile “light” needs a folder of pulled weights.")
    return weights_dir


def _scene_reader(texts: TextEncoder, infos: dict[str, NetworkInfo]) -> PromptScenes:
    """Prompts, and a head if one was fitted to this very image encoder."""
    entry = _head_entry(infos["image"])
    head = read_head(verify(entry, HEADS_DIR), entry.labels) if entry else None
    return PromptScenes(texts, infos["scene"], head)


def _head_entry(image: NetworkInfo) -> WeightsEntry | None:
    """The scene head of an image encoder and of today's labels; any other is passed over."""
    for entry in head_weights():
        fits = entry.space == image.detail["weights"] and entry.labels == tuple(scenes.LABELS)
        if fits and entry.role.startswith("scene"):
            return entry
    return None


def close() -> None:
    """Let go of all networks of this process."""
    with _lock:
        _networks.clear()
        _texts.clear()
        close_all()


def _openvino_is_installed() -> bool:
    from importlib.util import find_spec

    return find_spec("openvino") is not None


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
    }
    if role == "person" and last:
        measured = last.calibration.get("same_person", same_person_for(last.space))
        detail["same_person"] = str(measured)
    return NetworkInfo(
        name,
        role,
        digest.hexdigest()[:16],
        last.dimension if last else 0,
        "; ".join(licences) or "part of the program",
        detail,
    )


def _text_info(entry: WeightsEntry) -> NetworkInfo:
    return _info("text", entry.name, [entry], builtin.VERSION)


def _infos(profile: str) -> dict[str, NetworkInfo]:
    """Role → info, in the order in which a page would list them."""
    own = builtin_weights()
    text = by_role(own, "text")
    if profile == "light":
        light = light_weights()
        detector, features = by_role(light, "detector"), by_role(light, "features")
        image = [features, detector, by_role(own, "projection")]
        read: list[WeightsEntry]
        people, crossroad = by_role(light, "person"), by_role(light, "attributes")
        image_name = f"{features.name} + {image[-1].name}"
        read, version = [*image, text, crossroad], openvino.VERSION
        attribute_name = f"{crossroad.name} + prompts + colours"
        detector_version = yolox.VERSION
    else:
        detector, people = by_role(own, "detector"), by_role(own, "person")
        image = [by_role(own, "image")]
        image_name, version = image[0].name, builtin.VERSION
        read = []  # arithmetic, no weights
        attribute_name, detector_version = "colours", builtin.VERSION
    image_info = _info("image", image_name, image, version)
    head = _head_entry(image_info)
    seen = [*image, text, head] if head else [*image, text]
    return {
        "detector": _info("detector", detector.name, [detector], detector_version),
        "image": image_info,
        "text": _text_info(text),
        "person": _info("person", people.name, [people], version),
        "attributes": _info("attributes", attribute_name, read, attributes.VERSION, version),
        "scene": _info("scene", head.name if head else "prompts", seen, scenes.VERSION, version),
    }


def _load_builtin(weights_dir: Path | None, threads: int | None) -> Networks:
    own, infos = builtin_weights(), _infos("builtin")
    entries = {role: by_role(own, role) for role in ("detector", "image")}
    paths = {role: verify(entry, BUILTIN_DIR) for role, entry in entries.items()}
    texts = load_text_encoder("builtin")
    images = builtin.OnnxImageEncoder(entries["image"], paths["image"], infos["image"], threads)
    return Networks(
        profile="builtin",
        detector=builtin.OnnxDetector(
            entries["detector"], paths["detector"], infos["detector"], threads
        ),
        images=images,
        texts=texts,
        people=load_person_encoder("builtin", threads=threads),
        attributes=ClothingAttributes(infos["attributes"]),
        scenes=_scene_reader(texts, infos),
    )


def _load_light(weights_dir: Path | None, threads: int | None) -> Networks:
    folder = _pulled(weights_dir)
    light, infos = light_weights(), _infos("light")
    entries = {role: by_role(light, role) for role in LIGHT_ROLES}
    paths = {role: verify(entry, folder) for role, entry in entries.items()}
    projection = by_role(builtin_weights(), "projection")
    texts = load_text_encoder("light", folder)
    images = openvino.FrozenFeatureEncoder(
        (entries["features"], entries["detector"]),
        (paths["features"], paths["detector"]),
        (projection, verify(projection, BUILTIN_DIR)),
        infos["image"],
        threads,
    )
    crossroad = openvino.CrossroadAttributes(entries["attributes"], paths["attributes"], threads)
    return Networks(
        profile="light",
        detector=yolox.YoloxDetector(
            entries["detector"], paths["detector"], infos["detector"], threads
        ),
        images=images,
        texts=texts,
        people=load_person_encoder("light", folder, threads=threads),
        attributes=BinaryAttributes(
            crossroad,
            infos["attributes"],
            PromptAttributes(images, texts, infos["attributes"]),
        ),
        scenes=_scene_reader(texts, infos),
    )
