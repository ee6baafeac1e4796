"""Candidate shots out of several lists, and which of them are worth reading. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

RANK_OFFSET = 60
"""Of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009), theirs."""
HEADS = 0.5
"""Share of what is kept that the heads of the lists have for certain: what one kind of evidence
says the most surely is not pushed out by what several say faintly. By judgement."""


@dataclass(slots=True)
class Candidates:
    """Shot ids with how high they stand in the lists; ``is_capped`` when a list was full."""

    shots: dict[int, float] = field(default_factory=dict)
    is_capped: bool = False
    lists: list[list[int]] = field(default_factory=list)

    def add(self, ids: Iterable[int], limit: int) -> None:
        """Take a list in, its best first; with ``limit`` ids it is full."""
        listed = list(ids)
        shots = list(dict.fromkeys(listed))
        for rank, pk in enumerate(shots):
            self.shots[pk] = self.shots.get(pk, 0.0) + 1 / (RANK_OFFSET + rank)
        self.lists.append(shots)
        self.is_capped = self.is_capped or len(listed) >= limit

    def drop(self, ids: Iterable[int]) -> None:
        """Leave out what was weighed already."""
        for pk in ids:
            self.shots.pop(pk, None)

    def highest(self, count: int) -> list[int]:
        """At most so many, in the order in which they were found."""
        if len(self.shots) <= count:
            return list(self.shots)
        self.is_capped = True
        kept = self._heads(int(HEADS * count))
        for pk in sorted(self.shots, key=self.shots.__getitem__, reverse=True):
            if len(kept) == count:
                break
            kept.add(pk)
        return [pk for pk in self.shots if pk in kept]

    def _heads(self, count: int) -> set[int]:
        """The first of each list in turn, until there are so many."""
        kept: set[int] = set()
        left = [[pk for pk in shots if pk in self.shots] for shots in self.lists]
        for row in zip_longest(*left):
            for pk in row:
                if len(kept) == count:
                    return kept
                if pk is not None:
                    kept.add(pk)
        return kept
