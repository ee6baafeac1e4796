"""Timecode (SMPTE ST 12-1) and time arithmetic, exact: integers and fractions only.

Drop-frame timecode skips the numbers 00 and 01 (at 29.97; 00 to 03 at 59.94) at the start of
every minute that is not a multiple of ten, so that it keeps up with the clock. Hours wrap at 24.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_PATTERN = re.compile(r"^(\d{2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})$")
_DROP_RATES = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}


@dataclass(frozen=True, slots=True)
class Timecode:
    """``hours:minutes:seconds:frames``; with ``;`` before the frames when drop-frame."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    is_drop_frame: bool = False

    def __str__(self) -> str:
        mark = ";" if self.is_drop_frame else ":"
        return f"{self.hours:02}:{self.minutes:02}:{self.seconds:02}{mark}{self.frames:02}"


def parse_timecode(text: str) -> Timecode:
    """Read ``01:02:03:04`` or, drop-frame, ``01:02:03;04`` (also ``.`` or ``,``).

    Raises ValueError where the text is no timecode.
    """
    match = _PATTERN.match(text.strip())
    if match is None:
        raise ValueError(f"not a timecode: {text!r}")
    hours, minutes, seconds = (int(match[i]) for i in (1, 2, 3))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"not a time of day: {text!r}")
    return Timecode(hours, minutes, seconds, int(match[5]), match[4] != ":")


def nominal_rate(rate: Fraction) -> int:
    """The whole number of frames that timecode counts per second: 30 for 29.97.

    Raises ValueError for a rate that is not positive or rounds to zero.
    """
    nominal = round(rate)
    if rate <= 0 or nominal < 1:
        raise ValueError(f"no timecode at {rate} frames per second")
    return nominal


def frame_number(timecode: Timecode, rate: Fraction) -> int:
    """How many frames after 00:00:00:00 the timecode stands.

    Raises ValueError where the rate has no drop-frame timecode, or the number is skipped or
    too high at this rate.
    """
    nominal = nominal_rate(rate)
    if timecode.frames >= nominal:
        raise ValueError(f"{timecode} has too many frames for {nominal} per second")
    minutes = timecode.hours * 60 + timecode.minutes
    number = (minutes * 60 + timecode.seconds) * nominal + timecode.frames
    if not timecode.is_drop_frame:
        return number
    dropped = _dropped_per_minute(rate)
    if timecode.seconds == 0 and timecode.frames < dropped and timecode.minutes % 10:
        raise ValueError(f"{timecode} is skipped in drop-frame timecode")
    return number - dropped * (minutes - minutes // 10)


def timecode_of(number: int, rate: Fraction, *, is_drop_frame: bool) -> Timecode:
    """The timecode of the frame with this number; wraps at 24 hours, also below zero.

    Raises ValueError where the rate has no drop-frame timecode.
    """
    nominal = nominal_rate(rate)
    if is_drop_frame:
        number = _with_skipped_numbers(number, nominal, _dropped_per_minute(rate))
    number %= 24 * 3600 * nominal
    seconds, frames = divmod(number, nominal)
    return Timecode(
        seconds // 3600, seconds // 60 % 60, seconds % 60, frames, is_drop_frame=is_drop_frame
    )


def timecode_at(start_timecode: str, rate: Fraction, frame_index: int) -> str:
    """The timecode of the frame ``frame_index`` frames after the one at ``start_timecode``.

    Raises ValueError for a malformed start, or drop-frame at other than 29.97 or 59.94.
    """
    start = parse_timecode(start_timecode)
    number = frame_number(start, rate) + frame_index
    return str(timecode_of(number, rate, is_drop_frame=start.is_drop_frame))


def seconds_of(pts: int, time_base: Fraction) -> Fraction:
    """Time in seconds, exact, of a pts in units of ``time_base`` seconds."""
    return pts * time_base


def pts_at(seconds: Fraction, time_base: Fraction) -> int:
    """The pts nearest to a time in seconds (halves go up)."""
    return (seconds / time_base + Fraction(1, 2)).__floor__()


def _dropped_per_minute(rate: Fraction) -> int:
    dropped = _DROP_RATES.get(rate)
    if dropped is None:
        raise ValueError(f"drop-frame timecode exists at 29.97 and 59.94 only, not at {rate}")
    return dropped


def _with_skipped_numbers(number: int, nominal: int, dropped: int) -> int:
    per_minute = 60 * nominal - dropped
    per_ten = 600 * nominal - 9 * dropped
    tens, rest = divmod(number % (144 * per_ten), per_ten)
    number = tens * 600 * nominal + rest
    if rest >= 60 * nominal:
        number += dropped * ((rest - 60 * nominal) // per_minute + 1)
    return number
