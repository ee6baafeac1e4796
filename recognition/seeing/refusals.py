"""Who people said is not whom: pairs that grouping never puts together. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol


class _Fact(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def identity(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Refusals:
    """Standing distinctions of a library, as primary keys.

    ``tracks``: pairs of tracks, the smaller key first. ``identities``: pairs of identities, the
    smaller first. ``barred``: (track, identity). Identities that were merged are already
    replaced by whom they were merged into.
    """

    tracks: frozenset[tuple[int, int]] = frozenset()
    identities: frozenset[tuple[int, int]] = frozenset()
    barred: frozenset[tuple[int, int]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.tracks or self.identities or self.barred)

    def pairs(self, facts: Sequence[_Fact], rows: Sequence[int]) -> list[tuple[int, int]]:
        """Pairs of positions in ``rows`` (which index ``facts``) that cannot be linked."""
        if not self:
            return []
        at = {facts[row].id: position for position, row in enumerate(rows)}
        of_identity: dict[int | None, list[int]] = {}
        for position, row in enumerate(rows):
            of_identity.setdefault(facts[row].identity, []).append(position)
        found: set[tuple[int, int]] = set()
        for a, b in self.tracks:
            if a in at and b in at:
                found.add(_ordered(at[a], at[b]))
        for a, b in self.identities:
            found.update(_crossed(of_identity.get(a, ()), of_identity.get(b, ())))
        for track, identity in self.barred:
            if track in at:
                found.update(_crossed([at[track]], of_identity.get(identity, ())))
        return sorted(found)

    def bars(self, fact: _Fact, identity: int, members: Iterable[int] = ()) -> bool:
        """Whether a track may not join an identity whose tracks are ``members`` (keys)."""
        if not self:
            return False
        if (fact.id, identity) in self.barred:
            return True
        own = fact.identity
        if own is not None and _ordered(own, identity) in self.identities:
            return True
        return bool(self.tracks) and any(_ordered(fact.id, pk) in self.tracks for pk in members)


NONE = Refusals()


def survivor(identity: int, merged: Mapping[int, int]) -> int:
    """Who an identity is after all merges; ``merged``: identity → whom it was merged into."""
    seen = {identity}
    while identity in merged and merged[identity] not in seen:
        identity = merged[identity]
        seen.add(identity)
    return identity


def _crossed(first: Iterable[int], second: Iterable[int]) -> Iterable[tuple[int, int]]:
    return (_ordered(a, b) for a, b in product(first, second) if a != b)


def _ordered(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)
