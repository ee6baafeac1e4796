"""Who is with whom in a library, as a picture and a table."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.models import Camera, Library
from recognition.engine.company import Bond, Presence, bonds
from recognition.models import Identity
from recognition.patterns.reading import Seen, Window, seen_in
from recognition.selectors import Person, as_people

MOST_PEOPLE = 40
"""People in one picture: more cannot be told apart on a laptop's screen. By eye."""
MOST_NEIGHBOURS = 24
"""Around one person: they stand in one ring. By eye."""
MOST_BONDS = 120
MOST_ROWS = 100
"""Rows of a table before it says that there are more."""
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Link:
    """A bond as pages show it: ``places`` are camera names with counts, most first; ``last`` is
    when the two were last together, where that is known."""

    bond: Bond
    first: Person
    second: Person
    places: tuple[tuple[str, int], ...]
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Company:
    """Who is with whom: the ``people`` and ``drawn`` bonds of the picture, the ``links`` of the
    table, and how many there are of all (``alone``: with nobody)."""

    people: tuple[Person, ...] = ()
    drawn: tuple[Bond, ...] = ()
    links: tuple[Link, ...] = ()
    around: Person | None = None
    people_count: int = 0
    bond_count: int = 0
    alone: int = 0
    untimed: int = 0


def company_in(library: Library, window: Window, around: Identity | None = None) -> Company:
    """Who is with whom in a library; ``around``: with one person, and their company among
    themselves. Five queries."""
    seen = seen_in(library, window)
    presences = list(_presences(seen, window.minutes))
    when = _last_times(seen, window.minutes)
    every = bonds(presences)
    chosen = [bond for bond in every if around is None or around.pk in (bond.first, bond.second)]
    shown = _drawn_people(chosen, around)
    drawn = [bond for bond in every if bond.first in shown and bond.second in shown]
    drawn = sorted(drawn, key=lambda bond: around is None or not _has(bond, around))[:MOST_BONDS]
    listed = chosen[:MOST_ROWS]
    wanted = shown | {pk for bond in listed for pk in (bond.first, bond.second)}
    if around is not None:
        wanted.add(around.pk)
    people = _people(library, wanted)
    counted = {one.who for one in seen}
    with_someone = {pk for bond in every for pk in (bond.first, bond.second)}
    return Company(
        people=tuple(people[pk] for pk in _in_order(drawn, shown) if pk in people),
        drawn=tuple(drawn),
        links=tuple(_links(listed, people, presences, when, library)),
        around=people.get(around.pk) if around is not None else None,
        people_count=len(counted),
        bond_count=len(chosen),
        alone=len(counted - with_someone),
        untimed=sum(one.recorded_s is None for one in seen),
    )


def _has(bond: Bond, identity: Identity) -> bool:
    return identity.pk in (bond.first, bond.second)


def _presences(seen: Sequence[Seen], minutes: int) -> Iterator[Presence]:
    """On which occasions people were where; footage without a camera is one place."""
    for one in seen:
        for occasion in _occasions(one, minutes):
            yield Presence(one.who, occasion, one.camera)


def _occasions(one: Seen, minutes: int) -> list[Hashable]:
    if not minutes:
        return [] if one.shot is None else [one.shot]
    long_s = minutes * MINUTE_S
    if one.camera is not None and one.recorded_s is not None:
        key: Hashable = ("camera", one.camera)
        start = one.recorded_s
    else:
        key, start = ("asset", one.asset), one.start_s
    end = start + one.end_s - one.start_s
    return [(key, at) for at in range(int(start // long_s), int(end // long_s) + 1)]


def _drawn_people(chosen: Sequence[Bond], around: Identity | None) -> set[int]:
    """Whom the picture shows: those of the first bonds, as many as fit."""
    shown: set[int] = set() if around is None else {around.pk}
    most = MOST_PEOPLE if around is None else MOST_NEIGHBOURS + 1
    for bond in chosen:
        both = shown | {bond.first, bond.second}
        if len(both) <= most:
            shown = both
    return shown


def _in_order(drawn: Sequence[Bond], shown: set[int]) -> list[int]:
    """Those of the picture by how much company they have there."""
    weight = dict.fromkeys(sorted(shown), 0)
    for bond in drawn:
        weight[bond.first] += bond.times
        weight[bond.second] += bond.times
    return sorted(weight, key=lambda pk: (-weight[pk], pk))


def _people(library: Library, pks: set[int]) -> dict[int, Person]:
    rows = Identity.objects.filter(library=library, pk__in=pks).select_related("library")
    return {person.identity.pk: person for person in as_people(list(rows))} if pks else {}


def _links(
    listed: Sequence[Bond],
    people: dict[int, Person],
    presences: Sequence[Presence],
    when: dict[Hashable, float],
    library: Library,
) -> Iterator[Link]:
    """Bonds with where and when. One query."""
    named: dict[Hashable, str] = dict(
        Camera.objects.filter(library=library).values_list("pk", "name")
    )
    wanted = {pk for bond in listed for pk in (bond.first, bond.second)}
    been: dict[int, dict[Hashable, Hashable]] = {pk: {} for pk in wanted}
    for presence in presences:
        if presence.who in wanted:
            been[presence.who][presence.occasion] = presence.place
    for bond in listed:
        first, second = been[bond.first], been[bond.second]
        shared = [occasion for occasion in first if occasion in second]
        counts: dict[str, int] = {}
        for name in filter(None, (named.get(first[occasion]) for occasion in shared)):
            counts[name] = counts.get(name, 0) + 1
        places = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        known = [when[occasion] for occasion in shared if occasion in when]
        last = datetime.fromtimestamp(max(known), UTC) if known else None
        yield Link(bond, people[bond.first], people[bond.second], tuple(places), last)


def _last_times(seen: Sequence[Seen], minutes: int) -> dict[Hashable, float]:
    """When each occasion was, in seconds since 1970: when its last sighting began."""
    found: dict[Hashable, float] = {}
    for one in seen:
        if one.recorded_s is not None:
            for occasion in _occasions(one, minutes):
                found[occasion] = max(found.get(occasion, 0.0), one.recorded_s)
    return found
