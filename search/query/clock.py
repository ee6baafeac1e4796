"""Words of a query by place, numbers and clock times among them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from search.query.times import DAY_MINUTES, Hours
from search.query.tokens import Token

_NUMBERS = {
    word: i
    for i, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90}
_NUMBERS |= {"a": 1, "an": 1, "fifty": 50}
DAYPARTS: dict[str, Hours] = {
    "morning": (5 * 60, 12 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 22 * 60),
    "night": (21 * 60, 5 * 60),
}
"""What people call the times of day: by eye, English usage."""
SHARES: dict[tuple[str, str], Hours] = {
    ("early", "morning"): (5 * 60, 8 * 60),
    ("late", "morning"): (10 * 60, 12 * 60),
    ("early", "afternoon"): (12 * 60, 14 * 60),
    ("late", "afternoon"): (15 * 60, 17 * 60),
    ("early", "evening"): (17 * 60, 19 * 60),
    ("late", "evening"): (20 * 60, 22 * 60),
}
"""Their beginnings and ends, by eye."""
AROUND_MINUTES = 30
AT_MINUTES = 5
"""Clocks of cameras and memories are minutes off: "at 20:15" is five minutes to either side, and
"around" half an hour. By eye."""
_CLOCK = re.compile(r"(\d{1,2})(?:([:.])(\d{2}))?(am|pm)?")
_DOTTED = re.compile(r"\d{1,2}\.[0-5]\d", re.ASCII)
_DECIMAL = re.compile(r"\d{1,5}\.\d{1,3}", re.ASCII)


class Words:
    """Tokens read by place: what is quoted, named or beyond the end reads as no word."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens

    def word(self, i: int) -> str:
        """The word at a place."""
        if not 0 <= i < len(self._tokens):
            return ""
        token = self._tokens[i]
        return "" if token.quoted or token.named else token.word

    def words(self, i: int, *words: str) -> bool:
        """Whether these words stand at a place."""
        return all(self.word(i + k) == word for k, word in enumerate(words))

    def number(self, i: int) -> int | None:
        """A number in digits or words."""
        word = self.word(i)
        if word.isascii() and word.isdigit() and len(word) <= 5:
            return int(word)
        return _NUMBERS.get(word)

    def amount(self, i: int) -> Fraction | None:
        """A number in digits or words, with decimals."""
        number = self.number(i)
        if number is not None:
            return Fraction(number)
        return Fraction(self.word(i)) if _DECIMAL.fullmatch(self.word(i)) else None

    def hours(self, i: int, led: bool) -> tuple[int, Hours] | None:
        """The end and the hours: "8 pm", "around noon", and "morning" after a preposition."""
        part = self.daypart(i)
        if part is not None and (led or part[0] - i > 1 or self.word(i).endswith("s")):
            is_light = self.word(i) in ("evening", "night")
            return None if is_light else part  # "in the evening" is how it looks
        around = self.word(i) in {"around", "about"}
        is_led = self.word(i - 1) == "at" or around
        clock = self.clock(i + around, needs_mark=not (is_led and self.is_dotted(i + around)))
        if clock is None:
            return None
        end, minute = clock
        if around:
            return end, _centred(minute, AROUND_MINUTES)
        if minute % 60:
            return end, _centred(minute, AT_MINUTES)
        return end, (minute, minute + 60)

    def daypart(self, i: int) -> tuple[int, Hours] | None:
        """The end and the hours of a part of the day: "mornings", "early morning"."""
        share = SHARES.get((self.word(i), self.word(i + 1).removesuffix("s")))
        if share is not None:
            return i + 2, share
        hours = DAYPARTS.get(self.word(i).removesuffix("s"))
        return (i + 1, hours) if hours else None

    def clock(self, i: int, *, needs_mark: bool) -> tuple[int, int] | None:
        """The end and the minute of the day: "8 pm", "8pm", "20:15", "noon"; bare hours if asked"""
        word = self.word(i)
        if word in ("noon", "midday", "midnight"):
            return i + 1, 0 if word == "midnight" else 12 * 60
        found = _CLOCK.fullmatch(word)
        if found is None:
            return None
        hour, minute, half = int(found[1]), int(found[3] or 0), found[4]
        end = i + 1
        if half is None and self.word(end) in {"am", "pm"}:
            half, end = self.word(end), end + 1
        if half is None and self.word(end) in {"o'clock", "oclock"}:
            end += 1
        elif half is None and self._half_in_words(end, hour):
            half, end = self._half_in_words(end, hour), end + 3 - (self.word(end) == "at")
        elif half is None and found[2] != ":" and needs_mark:
            return None
        if half is not None:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half == "pm" else 0)
        return (end, hour * 60 + minute) if hour < 24 and minute < 60 else None

    def is_dotted(self, i: int) -> bool:
        """Whether a clock may be written with a point: "22.30"."""
        return _DOTTED.fullmatch(self.word(i)) is not None

    def _half_in_words(self, i: int, hour: int) -> str:
        """ "In the afternoon", "at night" after an hour: which half of the day is meant."""
        if self.words(i, "at", "night"):
            return "pm" if 6 <= hour < 12 else "am"
        return _HALVES.get(self.word(i + 2), "") if self.words(i, "in", "the") else ""


_HALVES = {"morning": "am", "afternoon": "pm", "evening": "pm"}


def _centred(minute: int, margin: int) -> Hours:
    return (minute - margin) % DAY_MINUTES, (minute + margin) % DAY_MINUTES
