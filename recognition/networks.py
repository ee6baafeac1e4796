"""The networks of this installation, as ``settings.PROFILE`` and the overrides name them.

Workers call ``networks()``, the web side only ``text_encoder()`` and ``network_infos()``. The
loader keeps what it opened for as long as the process lives. Which profile ``auto`` comes to is
asked anew each time: when better weights have been pulled, the next call brings them.
"""

from __future__ import annotations

from django.conf import settings

from recognition.engine import loader
from recognition.engine.loader import Resolution, Setup
from recognition.engine.types import NetworkInfo, Networks, TextEncoder


def setup() -> Setup:
    """What settings say beside the profile."""
    return Setup(
        overrides=tuple(settings.NETWORK_OVERRIDES.items()),
        device=settings.NETWORK_DEVICE,
        captions=tuple(settings.CAPTIONS_SERVER.items()),
    )


def networks() -> Networks:
    """Everything that sees, ready to run. For workers. Raises WeightsError."""
    return loader.load(
        settings.PROFILE,
        weights_dir=settings.WEIGHTS_DIR,
        threads=settings.NETWORK_THREADS,
        setup=setup(),
    )


def text_encoder() -> TextEncoder:
    """The text tower of the joint space alone. For the web side. Raises WeightsError."""
    return loader.load_text_encoder(settings.PROFILE, settings.WEIGHTS_DIR, setup())


def network_infos() -> list[NetworkInfo]:
    """Which networks are at work. Cheap: reads manifests and checksums, opens no network.

    Raises WeightsError.
    """
    return loader.describe(settings.PROFILE, settings.WEIGHTS_DIR, setup())


def fingerprints(*roles: str) -> dict[str, str]:
    """The fingerprints of the networks in these roles, for a stage's configuration."""
    return {info.role: info.fingerprint for info in network_infos() if info.role in roles}


def queue_for(*roles: str) -> str:
    """The queue of a stage that uses these roles: ``gpu`` where one of them can run on a GPU."""
    if settings.NETWORK_DEVICE == "cpu":
        return "media"
    on_gpu = (info.detail.get("gpu") for info in network_infos() if info.role in roles)
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


def _resolution() -> Resolution:
    return loader.resolve_profile(
        settings.PROFILE, settings.WEIGHTS_DIR, settings.NETWORK_OVERRIDES
    )
