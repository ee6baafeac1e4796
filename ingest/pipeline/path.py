"""The path of the data: ``settings.PIPELINE`` as stages, and what their results depend on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ingest.pipeline_types import Stage


@dataclass(frozen=True, slots=True)
class Step:
    """A stage and the digest of everything that its result depends on, but for the asset."""

    stage: Stage
    fingerprint: str


def stages() -> tuple[Stage, ...]:
    """The stages in the order they run. Raises ImproperlyConfigured for a wrong setting."""
    return _load(tuple(settings.PIPELINE))


def steps(*, recognises_people: bool = True) -> tuple[Step, ...]:
    """The stages with their fingerprints as of now.

    A fingerprint digests the stage's name, version and configuration and the fingerprint before
    it, so that a change re-does the changed stage and all after it. ``recognises_people`` is the
    switch of the asset's library. Raises what a stage's ``configuration`` raises, for example
    for weights that are missing.
    """
    found: list[Step] = []
    previous = ""
    for stage in stages():
        is_off = stage.tells_people_apart and not recognises_people
        previous = fingerprint(stage, previous, is_off=is_off)
        found.append(Step(stage, previous))
    return tuple(found)


def fingerprint(stage: Stage, previous: str, *, is_off: bool = False) -> str:
    """64 hexadecimal digits; ``previous`` is the fingerprint of the stage before, or empty.

    ``is_off``: the stage tells people apart, and the library does not.
    """
    parts = [stage.name, stage.version, stage.configuration(), previous]
    if is_off:
        parts.append("people are not recognised")
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=8)
def _load(names: tuple[str, ...]) -> tuple[Stage, ...]:
    if len(set(names)) != len(names):
        raise ImproperlyConfigured("settings.PIPELINE names a stage twice.")
    return tuple(_load_stage(name) for name in names)


def _load_stage(name: str) -> Stage:
    stage = getattr(import_module(name), "STAGE", None)
    if not isinstance(stage, Stage):
        raise ImproperlyConfigured(f"settings.PIPELINE: {name} has no Stage named STAGE.")
    if stage.name != name:
        raise ImproperlyConfigured(f"settings.PIPELINE: {name} calls itself {stage.name}.")
    return stage
