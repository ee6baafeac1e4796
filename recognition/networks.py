"""The networks of this installation, as ``settings.PROFILE`` and the overrides name them.

A reindex may have switched a space to another encoder: that choice is a row of the catalogue and
goes before settings (``Encoder.is_chosen``), so that pictures and words always meet in one space.

Workers call ``networks()``, the web side only ``text_encoder()`` and ``network_infos()``. The
loader keeps what it opened for as long as the process lives. Which profile ``auto`` comes to is
asked anew each time: when better weights have been pulled, the next call brings them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from django.conf import settings
from django.db import DatabaseError

from recognition.engine import loader
from recognition.engine.errors import EngineError
from recognition.engine.loader import Resolution, Setup
from recognition.engine.types import (
    Floats,
    Image,
    ImageEncoder,
    NetworkInfo,
    Networks,
    PersonEncoder,
    TextEncoder,
)
from recognition.models import Encoder

Encode: TypeAlias = Callable[[Sequence[Image]], Floats]
"""Pictures to unit rows (n, dimension)."""


ROLE_OF_SPACE = {Encoder.Space.JOINT: "image_text", Encoder.Space.PERSON: "person"}


def setup() -> Setup:
    """What settings and the catalogue say beside the profile."""
    return _setup({**settings.NETWORK_OVERRIDES, **chosen_networks()})


def chosen_networks() -> dict[str, str]:
    """Role → name of what a reindex switched to; empty while the database is away."""
    try:
        rows = list(Encoder.objects.filter(is_chosen=True).values_list("space", "network"))
    except DatabaseError:
        return {}
    return {ROLE_OF_SPACE[Encoder.Space(space)]: network for space, network in rows}


def networks() -> Networks:
    """Everything that sees, ready to run. For workers. Raises WeightsError."""
    return opener()()


def opener() -> Callable[[], Networks]:
    """What ``networks`` does, for later and in any thread: the catalogue is asked now."""
    return partial(
        loader.load,
        settings.PROFILE,
        weights_dir=settings.WEIGHTS_DIR,
        threads=settings.NETWORK_THREADS,
        setup=setup(),
    )


def text_encoder(network: str = "") -> TextEncoder:
    """The text tower of the joint space alone. For the web side. Raises WeightsError.

    ``network``: that of the encoder whose pictures are searched; empty: what settings say.
    """
    wanted = {**settings.NETWORK_OVERRIDES, **({"image_text": network} if network else {})}
    return loader.load_text_encoder(settings.PROFILE, settings.WEIGHTS_DIR, _setup(wanted))


def load_encoder(space: Encoder.Space, name: str) -> tuple[NetworkInfo, Encode]:
    """An encoder by its name, whatever is at work, and what encodes pictures with it."""
    options: dict[str, Any] = {"threads": settings.NETWORK_THREADS, "setup": _setup({})}
    if space == Encoder.Space.JOINT:
        images = loader.load_pair(name, settings.WEIGHTS_DIR, **options).images
        return images.info, images.encode_images
    people = loader.load_person(name, settings.WEIGHTS_DIR, **options)
    return people.info, people.encode_people


def image_encoder() -> ImageEncoder:
    """The picture tower alone: for pictures to search by. Raises WeightsError."""
    return loader.load_image_encoder(
        settings.PROFILE,
        settings.WEIGHTS_DIR,
        threads=settings.NETWORK_THREADS,
        setup=setup(),
    )


def person_encoder() -> PersonEncoder:
    """The person network alone: for pictures of people to search by. Raises WeightsError."""
    return loader.load_kept_person_encoder(
        settings.PROFILE,
        settings.WEIGHTS_DIR,
        threads=settings.NETWORK_THREADS,
        setup=setup(),
    )


def network_infos() -> list[NetworkInfo]:
    """Which networks are at work. Cheap: reads manifests and checksums, opens no network.

    Raises WeightsError.
    """
    return loader.describe(settings.PROFILE, settings.WEIGHTS_DIR, setup())


def settings_infos() -> list[NetworkInfo]:
    """Which networks settings alone ask for. Raises WeightsError."""
    wanted = _setup(settings.NETWORK_OVERRIDES)
    return loader.describe(settings.PROFILE, settings.WEIGHTS_DIR, wanted)


def fingerprints(*roles: str) -> dict[str, str]:
    """The fingerprints of the networks in these roles, for a stage's configuration."""
    return {info.role: info.fingerprint for info in network_infos() if info.role in roles}


def queue_for(*roles: str) -> str:
    """The queue of a stage that uses these roles: ``gpu`` where one of them can run on a GPU.

    Networks that cannot be read are for the worker to find out and to say why.
    """
    if settings.NETWORK_DEVICE == "cpu":
        return "media"
    try:
        infos = network_infos()
    except EngineError:
        return "media"
    on_gpu = (info.detail.get("gpu") for info in infos if info.role in roles)
    return "gpu" if any(on_gpu) else "media"


def resolved_profile() -> str:
    """The profile that is at work: ``settings.PROFILE``, with ``auto`` decided."""
    return _resolution().profile


def profile_reason() -> str:
    """In a sentence, why that profile is at work."""
    return _resolution().reason


def networks_wanted() -> dict[str, str]:
    """Role → name that settings ask for; ``auto`` counts as ``light``, which it would rather be."""
    profile = "light" if settings.PROFILE == "auto" else settings.PROFILE
    return dict(
        loader.resolve_profile(profile, settings.WEIGHTS_DIR, settings.NETWORK_OVERRIDES).networks
    )


def _setup(overrides: Mapping[str, str]) -> Setup:
    return Setup(
        overrides=tuple(overrides.items()),
        device=settings.NETWORK_DEVICE,
        captions=tuple(settings.CAPTIONS_SERVER.items()),
    )


def _resolution() -> Resolution:
    overrides = {**settings.NETWORK_OVERRIDES, **chosen_networks()}
    return loader.resolve_profile(settings.PROFILE, settings.WEIGHTS_DIR, overrides)
