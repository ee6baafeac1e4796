"""Whether a track is what a person phrase asks for: attributes read off it against wants. Pure.

Readings are data (``Attribute`` rows): ``gender`` man/woman/child, ``upper_colour`` and
``lower_colour``, ``garment`` coat/dress/…, ``hat``, ``bag``, ``colour`` of a thing, and others by
the same pattern.
What was not read is unknown, and unknown is not a contradiction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from search.query.types import THING_OF, Part, Want
from search.query.vocabulary import ACTIONS
from search.ranking.facts import TrackFacts

COLOUR_KIN: dict[str, tuple[str, ...]] = {
    "blue": ("navy",),
    "navy": ("blue", "black"),
    "black": ("navy", "grey"),
    "grey": ("black", "white", "beige"),
    "white": ("beige", "grey"),
    "beige": ("white", "brown", "grey", "yellow"),
    "brown": ("beige", "orange", "red"),
    "red": ("orange", "pink", "brown"),
    "orange": ("red", "yellow", "brown"),
    "yellow": ("orange", "beige"),
    "pink": ("red", "purple"),
    "purple": ("pink", "blue"),
    "green": ("blue",),
}
"""Colours that light and shade turn into each other: by eye. They count for half, and never
as a contradiction. Navy is a blue: it counts in full."""
_SAME = {"blue": ("blue", "navy"), "grey": ("grey", "gray")}

GARMENT_KIN: dict[str, tuple[str, ...]] = {
    "coat": ("coat", "jacket"),
    "jacket": ("jacket", "coat"),
    "sweater": ("sweater", "hoodie", "jumper", "jacket"),
    "shirt": ("shirt", "t-shirt", "blouse", "top"),
    "top": ("top", "t-shirt", "shirt", "blouse"),
    "vest": ("vest", "hi-vis vest"),
    "trousers": ("trousers", "jeans", "pants", "long trousers"),
}
_OF_THEIR_OWN = {"hat": "hat", "glasses": "glasses", "mask": "mask", "scarf": "scarf"}
_BAGS: dict[str, tuple[str, ...]] = {
    "bag": ("bag", "backpack", "handbag", "suitcase"),
    "backpack": ("backpack",),
    "handbag": ("handbag", "bag"),
    "suitcase": ("suitcase",),
}
_HAIR_AND_SLEEVES = {
    "long hair": ("hair", "long hair"),
    "long sleeves": ("sleeves", "long sleeves"),
    "short sleeves": ("sleeves", "short sleeves"),
}
THING_COLOUR = "colour"
"""The reading of a thing's colour; people's are of their upper and lower body."""
_ABSENT = frozenset({"no", "none", "without"})
KIN_SHARE = 0.5
ACTION_CONFIDENCE = 0.7
"""How far a measured movement speaks for a verb: someone who moves may walk or cycle."""


class Verdict(StrEnum):
    """What the readings say about a want."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """A want against one track: the verdict, how sure, and words for it."""

    want: Want
    verdict: Verdict
    confidence: float
    words: str


def asked_readings(want: Want) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Attribute names and values that would satisfy a want; an empty tuple of values: any."""
    values = colours_of_thing(want)
    if want.topic in ("upper_colour", "lower_colour"):
        return ((want.topic, values),)
    if want.topic == "colour":
        return (("upper_colour", values), ("lower_colour", values), (THING_COLOUR, values))
    if want.topic == "carried":
        bags = tuple(b for value in want.values for b in _BAGS.get(value, (value,)))
        return (("bag", bags), ("carried", values))
    if want.topic == "garment":
        return _garment_readings(want.values)
    if want.topic in ("action", THING_OF):
        return ()  # not read off the person
    if want.topic == "age" and want.values == ("child",):
        return (("gender", ("child",)), ("age", ("child",)))
    return ((want.topic, values),)


def colours_of_thing(want: Want) -> tuple[str, ...]:
    """Values of a thing's colour that would satisfy a want, be it said of what somebody has."""
    return tuple(v for value in want.values for v in _SAME.get(value, (value,)))


def _garment_readings(values: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(dict.fromkeys(ask for value in values for ask in _garment_asks(value)))


def _garment_asks(value: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if value in _OF_THEIR_OWN:
        return ((_OF_THEIR_OWN[value], ()),)
    if value in _HAIR_AND_SLEEVES:
        name, reading = _HAIR_AND_SLEEVES[value]
        return ((name, (reading, reading.split()[0])),)
    return (("garment", GARMENT_KIN.get(value, (value,))),)


class Matcher:
    """A want held against many tracks: what would satisfy it is worked out once, and what each
    value that is read is worth, too."""

    def __init__(self, want: Want) -> None:
        self._want = want
        self._unknown = Match(want, Verdict.UNKNOWN, 0.0, "")
        # Values by what they are worth (share and words), as they are met.
        self._asks: list[tuple[str, tuple[str, ...], dict[str, tuple[float, str]]]] = [
            (name, values, {}) for name, values in asked_readings(want)
        ]

    def of(self, track: TrackFacts) -> Match:
        """What a track's readings say about the want (before its negation is applied)."""
        if self._want.topic == "action":
            found = [match_action(value, track, self._want) for value in self._want.values]
            return max(found, key=lambda m: (m.verdict is Verdict.YES, m.confidence))
        best, known = -1.0, 0.0
        words = told = ""
        attributes = track.attributes
        for name, values, worth in self._asks:
            for value, confidence in attributes.get(name, ()):
                if value not in worth:
                    worth[value] = _worth(self._want, name, value, values)
                share, read = worth[value]
                if share > 0:
                    if share * confidence > best:
                        best, words = share * confidence, read
                elif confidence > known:
                    known, told = confidence, read
        if best >= 0:
            return Match(self._want, Verdict.YES, best, words)
        if known > 0 and not _is_kin(self._want, track):
            return Match(self._want, Verdict.NO, known, told)
        return self._unknown


def match(want: Want, track: TrackFacts) -> Match:
    """What one track's readings say about a want."""
    return Matcher(want).of(track)


class PartMatcher:
    """All that a part says of a person or thing, held against many tracks."""

    def __init__(self, part: Part) -> None:
        actions = [Want("action", (action,), action) for action in part.actions]
        self._matchers = [Matcher(want) for want in (*part.wants, *actions)]

    def of(self, track: TrackFacts) -> list[Match]:
        """What a track's readings say about each want and action."""
        return [matcher.of(track) for matcher in self._matchers]

    def of_thing(self, track: TrackFacts) -> list[Match]:
        """The same of a thing. Of a red and white bus one colour is read: the other is then no
        contradiction."""
        found = self.of(track)
        is_read = any(speaks_for(m) and m.want.is_colour for m in found)
        return [m for m in found if not (is_read and is_refuted(m) and m.want.is_colour)]


_BODY = {"upper_colour": "upper body", "lower_colour": "lower body"}


def _worth(want: Want, name: str, value: str, values: tuple[str, ...]) -> tuple[float, str]:
    """How far a value that was read is what was asked for (0–1), and words for it."""
    words = f"{value} {_BODY[name]}" if name in _BODY else value
    return 0.0 if value in _ABSENT else _share(want, value, values), words


def _share(want: Want, value: str, values: tuple[str, ...]) -> float:
    if not values or value in values:
        return 1.0
    if want.topic.endswith("colour"):
        return KIN_SHARE if any(value in COLOUR_KIN.get(v, ()) for v in want.values) else 0.0
    return 0.0


def _is_kin(want: Want, track: TrackFacts) -> bool:
    """Garments are read in few kinds: another garment is no contradiction of one asked for."""
    if want.topic in ("garment", "carried"):
        return True
    if want.topic != "gender":
        return False
    # A reading of "child" says nothing about boy or girl.
    return any(value == "child" for value, _ in track.attributes.get("gender", ()))


def match_action(action: str, track: TrackFacts, want: Want | None = None) -> Match:
    """Walking, running and standing still, by the track's measured movement."""
    asked = want or Want("action", (action,), action)
    expected = ACTIONS.get(action, ("", ""))[0]
    if not expected or not track.movement:
        return Match(asked, Verdict.UNKNOWN, 0.0, "")
    moves = {"walking", "running"}
    if track.movement == expected or {track.movement, expected} == moves:
        sure = ACTION_CONFIDENCE if track.movement == expected else ACTION_CONFIDENCE / 2
        return Match(asked, Verdict.YES, sure, track.movement)
    return Match(asked, Verdict.NO, ACTION_CONFIDENCE / 2, track.movement)


KNOWN_FROM = 0.5
"""A reading counts as known from here: more likely right than wrong."""


def speaks_for(found: Match) -> bool:
    """Whether something that is asked for was read."""
    return found.verdict is Verdict.YES and not found.want.negated


def is_refuted(found: Match) -> bool:
    """Whether something else was read than what is asked for."""
    return found.verdict is Verdict.NO and not found.want.negated


def is_surely(matches: Sequence[Match]) -> bool:
    """Whether all that a part says was surely read, of what must not be there."""
    return bool(matches) and all(
        m.verdict is Verdict.YES and m.confidence >= KNOWN_FROM for m in matches
    )


class Judged(NamedTuple):
    """What readings say together about one track.

    ``structure`` is how well they satisfy the positive wants (0–1) and ``share`` how many of these
    are known (0–1): a yes counts with its confidence, a no with what is left of it; unknown does
    not count.

    ``weight`` is how they speak for (up to 1) or against (down to −1) the positive wants: their
    mean, for readings of one person err together. What was not read says nothing, so it takes
    nothing from what was: a coat read as red is as red where coats cannot be read. A no speaks
    against as far as it is likelier right than wrong.

    ``is_excluded``: something that must not be there is known to be (unknown never excludes).
    ``is_other``: someone or something is known not to be of those that were asked for, and so is
    not counted.
    """

    structure: float
    share: float
    weight: float
    is_excluded: bool
    is_other: bool


def judge(matches: Sequence[Match]) -> Judged:
    """What matches of one track say together."""
    asked = known = 0
    total = weight = 0.0
    is_excluded = is_other = False
    for found in matches:
        want, verdict, confidence = found.want, found.verdict, found.confidence
        if want.negated:
            is_excluded |= verdict is Verdict.YES and confidence >= KNOWN_FROM
            continue
        asked += 1
        if verdict is Verdict.UNKNOWN:
            continue
        known += 1
        if verdict is Verdict.YES:
            total += confidence
            weight += confidence
        else:
            total += (1 - confidence) * KIN_SHARE
            weight -= max(0.0, (confidence - KNOWN_FROM) / (1 - KNOWN_FROM))
            is_other |= confidence >= KNOWN_FROM and want.topic != "action"
    if not known:
        return Judged(0.0, 0.0, 0.0, is_excluded, is_other)
    return Judged(total / known, known / asked, weight / known, is_excluded, is_other)
