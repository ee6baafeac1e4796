"""Which network fills which role: profiles, and overrides over them.

A profile names one network per role (``profiles.json``). ``attributes`` and ``scene`` may also be
``colours`` or ``prompts``, which need no weights of their own; an empty name leaves a role out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from recognition.engine.errors import WeightsError
from recognition.engine.lock import locked
from recognition.engine.manifest import (
    BUILTIN_DIR,
    WeightsEntry,
    builtin_weights,
    by_name,
    light_weights,
    network_weights,
)
from recognition.engine.weights import is_present

PROFILES = ("auto", "builtin", "light", "standard", "full")
ROLES = ("detector", "open_set", "person", "attributes", "image_text", "scene", "captions")
COLOURS, PROMPTS, NOTHING = "colours", "prompts", "none"
WITHOUT_WEIGHTS = {
    "attributes": (COLOURS, PROMPTS),
    "scene": (PROMPTS,),
    "open_set": (NOTHING,),
    "captions": (NOTHING,),
}
"""What a role may be besides weights of a manifest."""
_ROLE_OF_ENTRY = {"image": "image_text", "projection": "image_text"}
PROFILES_FILE = Path(__file__).parent / "profiles.json"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The profile at work and, in a sentence, why; ``networks``: the name in each of ``ROLES``."""

    profile: str
    reason: str
    networks: Mapping[str, str] = field(default_factory=dict)


def resolve_profile(
    profile: str,
    weights_dir: Path | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Resolution:
    """What a profile's name comes to on this machine; ``auto`` prefers ``light``.

    ``overrides``: role → name, empty names are no override. Raises ``WeightsError`` for a name
    that no manifest has or that does something else.
    """
    if profile not in PROFILES:
        raise WeightsError(f"There is no profile “{profile}”; there are {', '.join(PROFILES)}.")
    chosen, reason = _decide(profile, weights_dir)
    given = {role: name for role, name in (overrides or {}).items() if name}
    for role, name in given.items():
        _check(role, name)
    networks = {
        role: "" if (name := given.get(role, usual)) == NOTHING else name
        for role, usual in profile_networks(chosen).items()
    }
    if given:
        told = ", ".join(f"{role}: {name}" for role, name in given.items())
        reason += f" Overridden by settings: {told}."
    return Resolution(chosen, reason, networks)


def profile_networks(profile: str) -> dict[str, str]:
    """Role → name of a profile (not ``auto``)."""
    return dict(_profiles()[profile])


def every_entry() -> tuple[WeightsEntry, ...]:
    """Every entry of every manifest, what ships first."""
    return (*builtin_weights(), *light_weights(), *network_weights())


def ships(entry: WeightsEntry) -> bool:
    """Whether an entry's files are part of the program."""
    return any(entry.name == own.name for own in builtin_weights())


def folder_of(entry: WeightsEntry, weights_dir: Path | None) -> Path | None:
    """Where an entry's files lie."""
    return BUILTIN_DIR if ships(entry) else weights_dir


def choices(role: str) -> tuple[str, ...]:
    """Every name that a role may be given."""
    named = [entry.name for entry in every_entry() if role_of(entry) == role]
    return (*named, *WITHOUT_WEIGHTS.get(role, ()))


def role_of(entry: WeightsEntry) -> str:
    """The role that an entry fills, as settings name it; ``text`` and ``features`` are parts."""
    return _ROLE_OF_ENTRY.get(entry.role, entry.role)


def entries_of(networks: Mapping[str, str]) -> tuple[WeightsEntry, ...]:
    """Every entry that a choice of networks needs, with the parts of the composed ones."""
    names = [name for name in networks.values() if name and name not in (COLOURS, PROMPTS)]
    every = every_entry()
    found = [by_name(every, name) for name in names]
    if any(entry.role == "projection" for entry in found):
        parts = ("detector", "features")
        found += [entry for entry in light_weights() if entry.role in parts]
    if any(entry.role in ("projection", "image") for entry in found):
        found += [entry for entry in builtin_weights() if entry.role == "text"]
    return tuple({entry.name: entry for entry in found}.values())


@lru_cache(maxsize=1)
def _profiles() -> dict[str, dict[str, str]]:
    profiles: dict[str, dict[str, str]] = json.loads(PROFILES_FILE.read_text(encoding="utf-8"))
    return profiles


def _check(role: str, name: str) -> None:
    if name not in choices(role):
        raise WeightsError(
            f"“{name}” cannot be the {role.replace('_', '-')} network; "
            f"there are {', '.join(choices(role))}."
        )


def _decide(profile: str, weights_dir: Path | None) -> tuple[str, str]:
    if profile != "auto":
        return profile, f"The profile “{profile}” was asked for."
    if weights_dir is None:
        return "builtin", "No folder for pulled weights is set."
    if find_spec("openvino") is None:
        sentence = "OpenVINO, which “light” needs, is not installed (pip install openvino)."
        return "builtin", sentence
    entries = (locked(entry, weights_dir) for entry in light_weights())
    if missing := [entry.name for entry in entries if not is_present(entry, weights_dir)]:
        sentence = (
            f"The weights of “light” are not all in {weights_dir} (missing or damaged: "
            f"{', '.join(missing)}); `manage.py weights pull light` fetches them."
        )
        return "builtin", sentence
    return "light", f"All weights of “light” are in {weights_dir} and verified."
