"""What is exported: events of footage in order, on a record side that starts at one hour."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from ingest.services.names import clean_text
from search.errors import MixedRates, NothingToExport, TimelineTooLong
from search.exports.frames import DROP_RATES, Footage, rate_text

RECORD_START_S = 3600
"""Programmes start at 01:00:00:00 by custom, so that there is room for bars and leader."""

REEL_LENGTH = 8
_RESERVED_REELS = ("AX", "BL", "BLACK", "BARS")
_LONGEST_S = 22 * 3600  # with the hour before it, still one day of timecode


class Colour(StrEnum):
    """Colours of markers: those that Avid's locators, OTIO and CSS all have."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    CYAN = "cyan"
    BLUE = "blue"
    MAGENTA = "magenta"


@dataclass(frozen=True, slots=True)
class Mark:
    """A coloured note at a point of the footage."""

    pts: int
    colour: Colour = Colour.RED
    text: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line that is said while ``start_pts <= pts < end_pts``; it may reach beyond its event."""

    start_pts: int
    end_pts: int
    text: str


@dataclass(frozen=True)
class Event:
    """A piece of footage: ``start_pts <= pts < end_pts``."""

    footage: Footage
    start_pts: int
    end_pts: int
    description: str = ""
    people: tuple[str, ...] = ()
    note: str = ""
    marks: tuple[Mark, ...] = ()
    said: tuple[Spoken, ...] = ()

    @cached_property
    def start_frame(self) -> int:
        """The first frame, from 0; inside the footage."""
        return min(max(self.footage.frame_at(self.start_pts), 0), self.footage.frame_count - 1)

    @cached_property
    def end_frame(self) -> int:
        """The frame after the last one; the event has one frame at least."""
        end = min(self.footage.frame_at(self.end_pts), self.footage.frame_count)
        return max(end, self.start_frame + 1)

    @property
    def frames(self) -> int:
        """How many frames, at the footage's edit rate."""
        return self.end_frame - self.start_frame

    @cached_property
    def seconds(self) -> Fraction:
        """How long it lasts, exactly."""
        return self.frames / self.footage.edit_rate

    @property
    def passes_midnight(self) -> bool:
        """Whether its timecode starts anew, so that its out is before its in."""
        return self.footage.timecode(self.end_frame) < self.footage.timecode(self.start_frame)

    def mark_frame(self, mark: Mark) -> int:
        """The frame that a mark stands on, within the event."""
        found = self.footage.frame_at(mark.pts)
        return min(max(found, self.start_frame), self.end_frame - 1)

    @property
    def words(self) -> str:
        """Note and description in one line."""
        return " – ".join(text for text in (line(self.note), line(self.description)) if text)


@dataclass(frozen=True)
class Timeline:
    """A titled list of events. ``is_log``: all shots of one file, told on the file's own clock."""

    title: str
    events: tuple[Event, ...]
    is_log: bool = False

    @cached_property
    def rates(self) -> tuple[Fraction, ...]:
        """The edit rates that occur, most events first."""
        counts = Counter(event.footage.edit_rate for event in self.events)
        order = list(dict.fromkeys(event.footage.edit_rate for event in self.events))
        return tuple(sorted(order, key=lambda rate: -counts[rate]))

    @property
    def rate(self) -> Fraction:
        """The rate of the record side: that of most events."""
        return self.rates[0]

    @cached_property
    def is_drop_frame(self) -> bool:
        """Whether the record side counts drop-frame: as the first event at its rate does."""
        first = next(e for e in self.events if e.footage.edit_rate == self.rate)
        return self.rate in DROP_RATES and first.footage.counts_drop

    @property
    def variable(self) -> tuple[str, ...]:
        """Names of footage whose rate varies."""
        names = (line(e.footage.name) for e in self.events if e.footage.is_variable_rate)
        return tuple(dict.fromkeys(names))

    def checked(self) -> Timeline:
        """The same, if there is something in it that fits into a day of timecode.

        Raises NothingToExport or TimelineTooLong.
        """
        if not self.events:
            raise NothingToExport("There is nothing to export: add a moment first.")
        if sum(event.seconds for event in self.events) > _LONGEST_S:
            raise TimelineTooLong(
                "All moments together are longer than 22 hours, more than one list's timecode "
                "can count: export fewer of them."
            )
        return self

    def at_rate(self, rate: Fraction) -> Timeline:
        """The events at one rate alone; the title says so."""
        events = tuple(e for e in self.events if e.footage.edit_rate == rate)
        return replace(self, title=f"{self.title} ({rate_text(rate)})", events=events)

    def require_one_rate(self, format_name: str) -> Fraction:
        """The one rate of all events. Raises MixedRates: the format has room for one."""
        if len(self.rates) > 1:
            named = ", ".join(rate_text(rate) for rate in self.rates)
            raise MixedRates(
                f"This holds footage at {named} frames per second, and a list in {format_name} "
                "has one rate: export each rate by itself, or choose FCPXML, OTIO or CSV."
            )
        return self.rate

    def placed(self) -> Iterator[tuple[int, int, Event]]:
        """Each event with its first frame on the record side and its length there, from 0.

        Footage at another rate keeps its duration, rounded down to whole frames, one at least.
        """
        at = 0
        for event in self.events:
            length = max(1, int(event.seconds * self.rate))
            yield at, length, event
            at += length


def line(text: str, limit: int = 500) -> str:
    """Someone's text on one line without controls."""
    return clean_text(text, limit=limit)


def reel_names(timeline: Timeline, length: int = REEL_LENGTH) -> dict[int, str]:
    """A reel name for each footage, by its key: A–Z, 0–9 and _, unlike for unlike tapes.

    Taken from the tape name in the file, else from the file's name. Names that would be the same
    after shortening get a number at their end.
    """
    by_tape: dict[tuple[str, int], str] = {}
    taken: set[str] = set(_RESERVED_REELS)
    named: dict[int, str] = {}
    for footage in (event.footage for event in timeline.events):
        tape = line(footage.reel)
        known = (tape, 0) if tape else ("", footage.key)
        if known not in by_tape:
            base = _reel_text(tape or footage.name.rpartition(".")[0] or footage.name)
            by_tape[known] = _unlike(base, taken, length)
            taken.add(by_tape[known])
        named[footage.key] = by_tape[known]
    return named


def _reel_text(name: str) -> str:
    return re.sub(r"[^A-Z0-9_]", "", name.upper().replace(" ", "_")) or "CLIP"


def _unlike(base: str, taken: set[str], length: int) -> str:
    name, number = base[:length], 1
    while name in taken:
        number += 1
        name = f"{base[: length - len(str(number))]}{number}"
    return name
