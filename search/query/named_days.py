"""Days that a calendar has names for: feasts, weeks of a month, decades. Pure."""

from __future__ import annotations

import calendar
import re
from datetime import date

from search.query.days import Days, Read
from search.query.times import Unit, When, day_of

_FEASTS: dict[tuple[str, ...], int] = {
    ("new", "year's", "day"): 101,
    ("new", "years", "day"): 101,
    ("valentine's", "day"): 214,
    ("valentines", "day"): 214,
    ("christmas", "eve"): 1224,
    ("christmas", "day"): 1225,
    ("boxing", "day"): 1226,
    ("new", "year's", "eve"): 1231,
    ("new", "years", "eve"): 1231,
    ("halloween",): 1031,
    ("christmas",): 1225,
}
"""Month and day, the longer names first. Those of one word are dates with a year only: a Christmas
tree is no day."""
_FEASTS_BEGIN = frozenset(words[0] for words in _FEASTS)
_WEEKS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3}
_DECADE = re.compile(r"(18|19|20)\d0s", re.ASCII)
_A_WEEK = 7


class NamedDays(Days):
    """Reads days by their names, and all that ``Days`` reads."""

    def days(self, i: int, led: bool) -> Read | None:
        """The days that begin at a token."""
        return self._feast(i) or self._week(i) or self._decade(i) or super().days(i, led)

    def _feast(self, i: int) -> Read | None:
        if self.word(i) not in _FEASTS_BEGIN:
            return None
        for words, number in _FEASTS.items():
            if not self.words(i, *words):
                continue
            end = i + len(words)
            year = self._year_number(end)
            if year is not None:
                return end + 1, _between(*[day_of(year, *divmod(number, 100))] * 2)
            if len(words) > 1:
                return end, When(Unit.DAY_OF_YEAR, number)
        return None

    def _week(self, i: int) -> Read | None:
        """ "The first week of June", "the last week of February 2024"."""
        at = i + (self.word(i) == "the")
        nth = self.word(at)
        is_week = (nth == "last" or nth in _WEEKS) and self.word(at + 1) == "week"
        month = self._month(at + 3) if is_week and self.word(at + 2) in {"of", "in"} else None
        if month is None:
            return None
        year = self._year_number(at + 4)
        last = calendar.monthrange(year or _LEAP_YEAR, month)[1]
        first = last - _A_WEEK + 1 if nth == "last" else 1 + _A_WEEK * _WEEKS[nth]
        until = first + _A_WEEK - 1
        if year is not None:
            return at + 5, _between(date(year, month, first), date(year, month, until))
        number = (month * 100 + first) * 10_000 + month * 100 + until
        return at + 4, When(Unit.DAYS_OF_YEAR, number)

    def _decade(self, i: int) -> Read | None:
        """ "The 1990s"."""
        at = i + (self.word(i) == "the")
        if not _DECADE.fullmatch(self.word(at)):
            return None
        year = int(self.word(at)[:4])
        return at + 1, When(Unit.DATES, first=date(year, 1, 1), end=date(year + 10, 1, 1))


_LEAP_YEAR = 2024


def _between(first: date | None, last: date | None) -> When:
    """From one day to another, both with it."""
    assert first is not None and last is not None
    return When(Unit.DATES, first=first, end=date.fromordinal(last.toordinal() + 1))
