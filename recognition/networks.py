"""The networks of this installation, as ``settings.PROFILE`` names them.

Workers call ``networks()``, the web side only ``text_encoder()`` and ``network_infos()``. The
loader keeps what it opened for as long as the process lives. Which profile ``auto`` comes to is
asked anew each time: when better weights have been pulled, the next call brings them.
"""

from __future__ import annotations

from django.conf import settings

from recognition.engine import loader
from recognition.engine.types import NetworkInfo, Networks, TextEncoder


def networks() -> Networks:
    """Everything that sees, ready to run. For workers. Raises WeightsError."""
    return loader.load(
        settings.PROFILE, weights_dir=settings.WEIGHTS_DIR, threads=settings.NETWORK_THREADS
    )


def text_encoder() -> TextEncoder:
    """The text tower of the joint space alone. For the web side. Raises WeightsError."""
    return loader.load_text_encoder(settings.PROFILE, settings.WEIGHTS_DIR)


def network_infos() -> list[NetworkInfo]:
    """Which networks are at work. Cheap: reads manifests and checksums, opens no network.

    Raises WeightsError.
    """
    return loader.describe(settings.PROFILE, settings.WEIGHTS_DIR)


def fingerprints(*roles: str) -> dict[str, str]:
    """The fingerprints of the networks in these roles, for a stage's configuration."""
    return {info.role: info.fingerprint for info in network_infos() if info.role in roles}


def resolved_profile() -> str:
    """The profile that is at work: ``settings.PROFILE``, with ``auto`` decided."""
    return loader.resolve_profile(settings.PROFILE, settings.WEIGHTS_DIR).profile


def profile_reason() -> str:
    """In a sentence, why that profile is at work."""
    return loader.resolve_profile(settings.PROFILE, settings.WEIGHTS_DIR).reason
