"""Dates and times of day in a query's words, and lengths beside them. Pure.

"last Tuesday evening", "in June 2024", "between 8 and 9 pm", "since yesterday", "longer than ten
seconds". Days are read by ``query_days.py``, clocks by ``query_clock.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.query.days import WEEKDAYS, YEAR, Read
from search.query.lengths import read_length
from search.query.named_days import NamedDays
from search.query.times import DAY_MINUTES, Length, Unit, When, days_of_year
from search.query.tokens import Token

_LEADS = frozenset({"in", "on", "at", "during", "from", "of", "for", "lasting", "the", "recorded"})


@dataclass(frozen=True, slots=True)
class Timed:
    """A time phrase: the token after it, and what it says."""

    end: int
    what: When | Length


def mark_times(tokens: Sequence[Token]) -> list[Token]:
    """Join tokens that say when or how long."""
    found: list[Token] = []
    reader, end, i = _Reader(()), 0, 0
    while i < len(tokens):
        if i >= end:
            end = _end_of_phrase(tokens, i)
            reader = _Reader(tokens[:end])
        timed = None if tokens[i].quoted or tokens[i].named else reader.read(i)
        if timed is None:
            found.append(tokens[i])
            i += 1
            continue
        span = (tokens[i].span[0], tokens[timed.end - 1].span[1])
        words = " ".join(token.word for token in tokens[i : timed.end])
        found.append(Token(words, span, timed=timed.what, breaks=tokens[i].breaks))
        i = timed.end
    return found


def _end_of_phrase(tokens: Sequence[Token], i: int) -> int:
    """Where a comma ends the words that belong together; not the one in "June 5, 2024"."""
    for k in range(i + 1, len(tokens)):
        if tokens[k].breaks and not YEAR.fullmatch(tokens[k].word):
            return k
    return len(tokens)


NIGHTFALL, SMALL_HOURS = 21 * 60, 5 * 60
"""How far "before midnight" reaches back, and "after midnight" on: as the night does."""
_TO = frozenset({"and", "to", "until", "till"})
_GOING_ON = frozenset({"", "in", "at", "with", "without", "near", "outside", "inside"})
"""What may stand behind bare hours: not what would make them a number of something."""


class _Reader(NamedDays):
    """Reads phrases that begin at a token; every method gives (end, what) or None."""

    def read(self, i: int) -> Timed | None:
        """The longest time phrase that begins here, with the preposition before it."""
        length = read_length(self, i)
        if length is not None:
            return Timed(*length)
        start = i
        while self.word(start) in _LEADS and start - i < 2:
            start += 1
        for at in dict.fromkeys((i, start)):
            when = self._when(at, led=at > i)
            if when is not None:
                return Timed(*when)
        return None

    # When

    def _when(self, i: int, led: bool) -> Read | None:
        bound = self._bound(i) or self._part_of_day(i)
        if bound is not None:
            return bound
        between = self._between(i)
        if between is not None:
            has_days = between[1].unit is not Unit.ANY
            return (self._and_hours if has_days else self._and_days)(*between)
        days = self.days(i, led)
        if days is not None:
            return self._and_hours(*days)
        hours = self.hours(i, led)
        if hours is None:
            return None
        end, span = hours
        return self._and_days(end, When(hours=span))

    def _and_hours(self, end: int, when: When) -> Read:
        """Hours after days: "last Tuesday evening", "yesterday between 8 and 9 pm"."""
        if when.hours is not None:
            return end, when
        at = end
        while self.word(at) in {"in", "the", "at", "around"} and at - end < 2:
            at += 1
        part = self.daypart(at)
        if part is not None:
            after = self._between(part[0])  # "Friday night between 11 pm and 2 am"
            is_told = after is not None and after[1].hours is not None
            stop, hours_told = (after[0], after[1].hours) if after and is_told else part
            return stop, replace(self._weekly(when, part[0] - 1), hours=hours_told)
        for start in dict.fromkeys((end, at)):
            between = self._between(start, of_days=True)
            if between is not None and between[1].hours is not None:
                return between[0], replace(when, hours=between[1].hours)
            hours = self.hours(start, led=True)
            if hours is not None:
                return hours[0], replace(when, hours=hours[1])
        return end, when

    def _weekly(self, when: When, at: int) -> When:
        """ "Sunday mornings" are those of every Sunday."""
        is_many = self.word(at).endswith("s") and when.unit is Unit.WEEKDAY
        return When(weekdays=(when.number,)) if is_many else when

    def _and_days(self, end: int, when: When) -> Read:
        """Days after hours: "between 8 and 9 pm on Sunday"."""
        at = end + (self.word(end) in {"on", "in"})
        days = self.days(at, led=at > end)
        return (days[0], replace(days[1], hours=when.hours)) if days else (end, when)

    def _bound(self, i: int) -> Read | None:
        """ "since June", "before 2024", "after 8 pm", "until yesterday"."""
        word = self.word(i)
        if word not in {"since", "before", "after", "until", "till"}:
            return None
        is_after = word in {"since", "after"}
        days = self.days(i + 1, led=True)
        if days is not None:
            end, when = days
            if word == "after" and when.hours is None:
                return end, self._after(when)
            if word in {"until", "till"}:
                return end, replace(when, is_until=True)
            return end, replace(when, is_after=is_after, is_before=not is_after)
        clock = self.clock(i + 1, needs_mark=not self.is_dotted(i + 1))
        if clock is None:
            return None
        hours = (clock[1], DAY_MINUTES) if is_after else (0, clock[1])
        if clock[1] == 0:  # nobody means all day
            hours = (0, SMALL_HOURS) if is_after else (NIGHTFALL, DAY_MINUTES)
        return (clock[0], When(hours=hours)) if hours[0] < hours[1] else None

    def _part_of_day(self, i: int) -> Read | None:
        """ "the evening of June 3rd", "the night on Sunday"."""
        at = i + (self.word(i) == "the")
        part = self.daypart(at)
        if part is None or self.word(part[0]) not in {"of", "on"}:
            return None
        days = self.days(part[0] + 1, led=True)
        return (days[0], replace(days[1], hours=part[1])) if days else None

    @staticmethod
    def _after(when: When) -> When:
        """After a day begins on the next one."""
        if when.unit is Unit.DATES and when.end is not None:
            return When(Unit.DATES, first=when.end)
        return replace(when, is_after=True)

    def _between(self, i: int, *, of_days: bool = False) -> Read | None:
        """ "between 8 and 9 pm", "from 3 June to 9 June"; ``of_days``: days stand before it."""
        is_led = self.word(i) in {"between", "from"}
        at = i + is_led
        days = (self._weekdays_between(at) if is_led else None) or self._days_between(at, is_led)
        return days or self._clocks_between(at, is_led) or self._bare_hours(at, of_days=of_days)

    def _clocks_between(self, i: int, is_led: bool) -> Read | None:
        """ "8 and 9 pm"; "10 pm to 2 am" also without a word before it."""
        first = self.clock(i, needs_mark=not is_led)
        if first is None or self.word(first[0]) not in (_TO if is_led else _TO - {"and"}):
            return None
        last = self.clock(first[0] + 1, needs_mark=False)
        places = (i, first[0] + 1)
        is_marked = any(self.clock(at, needs_mark=True) for at in places)
        is_marked = is_marked or (is_led and all(self.is_dotted(at) for at in places))
        if last is None or not is_marked:
            return None
        start = self._same_half(first[1], last[1], i, last[0] - 1)
        return (last[0], When(hours=(start, last[1]))) if start != last[1] else None

    def _bare_hours(self, i: int, *, of_days: bool) -> Read | None:
        """ "9 to 5" beside days: "from 9 to 5 on weekdays", "Mondays 9 to 5"; until five is until
        the afternoon."""
        if not (self.word(i).isdigit() and self.word(i + 2).isdigit() and self.word(i + 1) in _TO):
            return None
        start, until, end = (
            self.clock(i, needs_mark=False),
            self.clock(i + 2, needs_mark=False),
            i + 3,
        )
        if start is None or until is None or until[0] != end or start[1] == until[1]:
            return None
        after = (
            self.days(end + 1, led=True) if self.word(end) == "on" else self.days(end, led=False)
        )
        if after is None and not (of_days and self.word(end) in _GOING_ON):
            return None
        noon = DAY_MINUTES // 2
        is_later = until[1] < start[1] <= noon
        return end, When(hours=(start[1], until[1] + noon if is_later else until[1]))

    def _weekdays_between(self, i: int) -> Read | None:
        """ "Monday to Friday": of every week."""
        first, last = WEEKDAYS.get(self.word(i)), WEEKDAYS.get(self.word(i + 2))
        if first is None or last is None or self.word(i + 1) not in _TO:
            return None
        count = (last - first) % 7 + 1
        return i + 3, When(weekdays=tuple((first + k) % 7 for k in range(count)))

    def _days_between(self, i: int, is_led: bool) -> Read | None:
        """ "3 June to 9 June", "June to August 2023"."""
        one = self.days(i, led=is_led)
        if one is None or self.word(one[0]) not in (_TO if is_led else _TO - {"and"}):
            return None
        other = self.days(one[0] + 1, led=True)
        if other is None:
            return None
        first, last = one[1], other[1]
        if first.unit is not Unit.DATES and last.end is not None:
            first = first.in_year(last.end.year) or first
        if first.first and last.end and first.first < last.end:
            return other[0], When(Unit.DATES, first=first.first, end=last.end)
        span = days_of_year(first, last)
        return (other[0], span) if span else None

    def _same_half(self, start: int, end: int, at: int, last: int) -> int:
        """In "8 to 9 pm" both are in the afternoon."""
        is_marked = self.word(at).endswith(("am", "pm")) or self.word(at + 1) in {"am", "pm"}
        is_pm = self.word(last).endswith("pm")
        noon = DAY_MINUTES // 2
        return start + noon if is_pm and not is_marked and start + noon < end else start
