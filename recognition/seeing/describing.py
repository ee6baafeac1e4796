"""What one shot shows, from tracks, their attributes and the readings of its keyframes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recognition.engine.attributes import merge
from recognition.engine.captions import MIN_CONFIDENCE, UNKNOWN, Caption, PersonSeen, compose
from recognition.engine.thing_colours import COLOUR
from recognition.engine.types import Reading
from recognition.seeing.synonyms import synonyms_of

PERSON = "person"
UPRIGHT_FROM = 1.9
"""Height by width in pixels from which a body is standing. By eye: seated people stay below."""
_SPOKEN_GAITS = {"walking", "running"}


@dataclass(frozen=True, slots=True)
class TrackSeen:
    """One track of a shot: when it was there, how large and sure, and what was read off it.

    ``aspect``: height by width in pixels; ``weight``: how much of the shot it is (area × time).
    """

    label: str
    start_pts: int
    end_pts: int
    gait: str
    aspect: float
    weight: float
    attributes: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The words by which a shot is found, by weight: what it is, what is said, other words."""

    names: str
    details: str
    others: str


@dataclass(frozen=True, slots=True)
class ShotDescription:
    """A caption and what it rests on."""

    caption: Caption
    scene: Reading | None
    setting: str
    light: str
    people_count: int
    words: Words


def describe_shot(
    tracks: Sequence[TrackSeen], per_keyframe: Sequence[Sequence[Reading]]
) -> ShotDescription:
    """Describe a shot by its tracks and the scene readings of its keyframes."""
    people = most_at_once([track for track in tracks if track.label == PERSON])
    readings = merge(per_keyframe)
    caption = compose(
        [_person(track) for track in people], count_things(tracks), readings, colour_things(tracks)
    )
    by_name = {reading.name: reading for reading in readings}
    scene = by_name.get("scene") if caption.scene != UNKNOWN else None
    setting, light = (by_name[n].value if n in by_name else "" for n in ("setting", "light"))
    return ShotDescription(
        caption, scene, setting, light, len(people), _words(tracks, readings, caption)
    )


def most_at_once(tracks: Sequence[TrackSeen]) -> list[TrackSeen]:
    """The largest set of tracks that are there at one moment, weightiest first.

    Counting all tracks would count a person twice who was lost and found again.
    """
    best: list[TrackSeen] = []
    for moment in sorted({track.start_pts for track in tracks}):
        there = [t for t in tracks if t.start_pts <= moment < t.end_pts]
        if (len(there), _weight(there)) > (len(best), _weight(best)):
            best = there
    return sorted(best, key=lambda track: -track.weight)


def count_things(tracks: Sequence[TrackSeen]) -> dict[str, int]:
    """How many of each label but people are there at once, at most."""
    labels = sorted({track.label for track in tracks} - {PERSON})
    return {
        label: len(most_at_once([track for track in tracks if track.label == label]))
        for label in labels
    }


def colour_things(tracks: Sequence[TrackSeen]) -> dict[str, Reading]:
    """The colour of each label but people, where all that are there at once surely have it."""
    found: dict[str, Reading] = {}
    for label in sorted({track.label for track in tracks} - {PERSON}):
        counted = most_at_once([track for track in tracks if track.label == label])
        read = [r for t in counted for r in t.attributes if r.name == COLOUR]
        sure = [reading for reading in read if reading.confidence >= MIN_CONFIDENCE]
        if len(sure) == len(counted) and len({reading.value for reading in sure}) == 1:
            found[label] = min(sure, key=lambda reading: reading.confidence)
    return found


def _weight(tracks: Sequence[TrackSeen]) -> float:
    return sum(track.weight for track in tracks)


def _person(track: TrackSeen) -> PersonSeen:
    return PersonSeen(track.attributes, track.gait, upright=track.aspect >= UPRIGHT_FROM)


def _words(tracks: Sequence[TrackSeen], readings: Sequence[Reading], caption: Caption) -> Words:
    labels = sorted({track.label for track in tracks})
    places = [reading.value for reading in readings]
    attributes = [reading.value for track in tracks for reading in track.attributes]
    gaits = sorted({track.gait for track in tracks if track.gait in _SPOKEN_GAITS})
    dressed = [phrase for track in tracks for phrase in _phrases(track)]
    names = dict.fromkeys([*labels, *places, *caption.words])
    details = dict.fromkeys([*dressed, *attributes, *gaits])
    others = synonyms_of([*names, *details])
    return Words(". ".join(names), ". ".join([caption.sentence, *details]), " ".join(others))


def _phrases(track: TrackSeen) -> list[str]:
    """Clothes and things with their colours next to each other, for phrase search: "red coat"."""
    value: Mapping[str, str] = {reading.name: reading.value for reading in track.attributes}
    if COLOUR in value:
        return [f"{value[COLOUR]} {track.label}"]
    upper, lower = value.get("upper_colour"), value.get("lower_colour")
    garment = value.get("garment", "top")
    phrases = [f"{upper} {garment}"] if upper else []
    return [*phrases, f"{lower} trousers"] if lower else phrases
