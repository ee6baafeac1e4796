"""Where a search may look: the user's libraries and the chosen filters, as one set of shots.

Membership is resolved to library ids once, and every query of a search starts from
``Scope.shots``, so that there is no way to an answer around it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ingest.models import Asset, Library, Shot
from ingest.selectors import libraries_for
from recognition.models import Attribute, Track
from search.query.times import When
from search.query.types import Kind, Names, Part, Query, Want
from search.ranking.filters import Filters
from search.ranking.matching import asked_readings
from search.retrieval.lookups import array_of
from search.retrieval.recorded import RecordedWhen, zones_of
from search.retrieval.vector_tables import Allowed, allowed_ids, allowed_rows, fetch

User = AbstractBaseUser | AnonymousUser
NO_FILTERS = Filters()
SETTLED = 10_000
"""Shots up to which a narrowed scope is read: their ids cost some 10 ms. Of a library of half a
million more than these are one in fifty, and lists in the order of an index are soon full."""
GUESSED = 3
"""So many times as many as that are taken to be more, uncounted."""
COLOUR_NAMES = ("upper_colour", "lower_colour")


@dataclass(frozen=True, slots=True)
class Scope:
    """The libraries a search sees, what was filtered, and what names in the query add.

    ``required`` are groups of identity ids, one group per name in the query: someone of each must
    be there; ``excluded`` are ids that must not. ``only`` are the allowed shots themselves, where
    they were read (``settled``). ``has_lines``: something is said in these libraries, as far as is
    known without asking; where nothing is, lines are not asked for.
    """

    library_ids: tuple[int, ...]
    filters: Filters = NO_FILTERS
    camera_ids: tuple[int, ...] = ()
    excluded_cameras: tuple[int, ...] = ()
    excluded_libraries: tuple[int, ...] = ()
    required: tuple[tuple[int, ...], ...] = ()
    excluded: tuple[int, ...] = ()
    recorded: RecordedWhen | None = None
    only: tuple[int, ...] | None = None
    has_lines: bool = False
    _known: dict[str, Allowed] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether there is no library to look in."""
        return not self.library_ids

    @property
    def is_narrowed(self) -> bool:
        """Whether less than all of the user's libraries is searched."""
        return self.filters.narrows or bool(
            self.camera_ids
            or self.excluded_cameras
            or self.excluded_libraries
            or self.required
            or self.recorded
        )

    def member_shots(self) -> QuerySet[Shot]:
        """All shots of the libraries, whatever the filters."""
        return Shot.objects.filter(asset__library_id__in=self.library_ids).order_by()

    def shots(self) -> QuerySet[Shot]:
        """The shots that membership, filters and names allow."""
        if self.only is not None:
            return Shot.objects.filter(pk__any=self.only).order_by()
        filters, found = self.filters, Shot.objects.filter(self._of_assets("asset__")).order_by()
        if filters.scene:
            found = found.filter(description__scene__in=filters.scene)
        if filters.narrows_tracks:
            found = found.filter(Exists(self._narrowed(Track.objects.filter(shot=OuterRef("pk")))))
        for pk in filters.together:
            seen = Track.objects.filter(
                shot=OuterRef("pk"), identity=pk, identity__library__recognises_people=True
            )
            found = found.filter(Exists(seen))
        for ids in self.required:
            found = found.filter(
                Exists(Track.objects.filter(shot=OuterRef("pk"), identity_id__in=ids))
            )
        return self.recorded.narrow(found) if self.recorded else found

    def _of_assets(self, asset: str) -> Q:
        """What an asset must fulfil for its shots to be allowed; ``asset`` leads to it."""
        filters = self.filters
        found = Q(**{f"{asset}library_id__in": self.library_ids})
        if filters.library:
            found &= Q(**{f"{asset}library__slug__in": filters.library})
        if filters.camera:
            found &= Q(**{f"{asset}camera_id__in": filters.camera})
        if self.camera_ids:
            found &= Q(**{f"{asset}camera_id__in": self.camera_ids})
        if self.excluded_cameras:
            found &= ~Q(**{f"{asset}camera_id__in": self.excluded_cameras})
        if self.excluded_libraries:
            found &= ~Q(**{f"{asset}library_id__in": self.excluded_libraries})
        if filters.asset:
            found &= Q(**{f"{asset}pk__in": filters.asset})
        return found

    @property
    def _is_of_whole_assets(self) -> bool:
        """Whether all shots of an asset are allowed where one is."""
        filters = self.filters
        within = filters.scene or filters.narrows_tracks or filters.together
        return not (within or self.required or self.recorded or self.only is not None)

    def members_on(self, column: str) -> Allowed:
        """``member_shots`` as a condition on a column with their ids."""
        return self._once("members", self.member_shots).on(column)

    def shots_on(self, column: str) -> Allowed:
        """``shots`` as a condition on a column with their ids."""
        if self.only is not None and "only" not in self._known:
            self._known["only"] = allowed_ids(self.only, column)
        found = self._known.get("only") or self._once("shots", self.shots)
        return found.on(column)

    def parts_on(self, table: str) -> Allowed:
        """Which rows of a table with shots' parts (``shot_id``, ``asset_id``) are of ``shots``.

        By the asset where that says it: Postgres is spared a look at every shot.
        """
        if self._is_of_whole_assets:
            return self._once("assets", self._assets).on(f"{table}.asset_id")
        return self.shots_on(f"{table}.shot_id")

    def tracks_on(self, table: str) -> Allowed:
        """``tracks`` as a condition on a table of them; of those without a shot, too."""
        if self.filters.narrows_tracks:
            return self._once("tracks", self.tracks).on(f"{table}.id")
        return self.parts_on(table)

    def _assets(self) -> QuerySet[Asset]:
        return Asset.objects.filter(self._of_assets("")).order_by()

    def _once(self, name: str, rows: Callable[[], QuerySet[Any]]) -> Allowed:
        """Rows as SQL: what puts them into it takes Django longer than Postgres needs for some."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = allowed_rows(rows(), "id")
        return found

    def settled(self) -> Scope:
        """The same with its shots read once, where something narrows them to few.

        What narrows is then not worked out again in each question, and how few they are is known
        to Postgres, which cannot guess it of conditions on several tables. Two questions at most.
        """
        if not self.is_narrowed or self.only is not None:
            return self
        allowed = self.shots().values_list("pk", flat=True)
        is_likely = self.recorded is not None and self.recorded.assets is not None
        if not is_likely and _is_more(allowed, SETTLED):
            return self
        ids = tuple(allowed[: SETTLED + 1])
        return replace(self, only=ids) if len(ids) <= SETTLED else self

    def untimed_assets(self) -> int:
        """How many assets are left out for want of a recording time. One question, or none."""
        if self.recorded is None or not self.recorded.groups:
            return 0
        shots = replace(self, recorded=None, only=None).shots().filter(asset__recorded_at=None)
        return shots.aggregate(count=Count("asset_id", distinct=True))["count"] or 0

    def tracks(self) -> QuerySet[Track]:
        """The tracks of those shots that the filters allow."""
        if self.only is not None:
            return self._narrowed(Track.objects.filter(shot__any=self.only)).order_by()
        return self._narrowed(Track.objects.filter(shot__in=self.shots().values("pk"))).order_by()

    def _narrowed(self, tracks: QuerySet[Track]) -> QuerySet[Track]:
        if self.filters.identity:
            tracks = tracks.filter(
                identity_id__in=self.filters.identity,
                identity__library__recognises_people=True,
            )
        if self.filters.colour:
            dressed = Attribute.objects.filter(
                track=OuterRef("pk"), name__in=COLOUR_NAMES, value__in=self.filters.colour
            )
            tracks = tracks.filter(Exists(dressed))
        return tracks


def _is_more(rows: QuerySet[Shot, int], most: int) -> bool:
    """Whether there are more rows. Two questions at most, small answers.

    Postgres guesses first, from its statistics: where it guesses many times as many, counting as
    far as ``most`` would be in vain (70 ms of every search for a place that is common among half a
    million shots). It guesses wrong where conditions go together, which costs time alone.
    """
    guess = rows.explain(format="json")
    if not guess:  # Django knows that there is none: of no library, or of nothing chosen
        return False
    if json.loads(guess)[0]["Plan"]["Plan Rows"] > GUESSED * most:
        return True
    return rows[: most + 1].count() > most


def scope_for(user: User | None, filters: Filters) -> Scope:
    """The scope of a user (None: the operator at the command line, who sees all libraries)."""
    rows = _read_libraries(user)
    ids = tuple(pk for pk, _ in rows)
    return Scope(ids, filters, has_lines=any(has_lines for _, has_lines in rows))


def _read_libraries(user: User | None) -> list[tuple[Any, ...]]:
    """Id and ``has_lines`` of each library that may be seen, by id. One question, or none."""
    if user is None:
        return list(Library.objects.order_by("id").values_list("id", "has_lines"))
    if user.pk is None:
        return []
    sql, params = _member_libraries()
    return fetch(sql, [user.pk if value == SOMEBODY else value for value in params])


SOMEBODY = -1
"""Stands for a user, in a question that is put into SQL once: every search asks it."""


@cache
def _member_libraries() -> tuple[str, tuple[Any, ...]]:
    """The question after ``libraries_for(SOMEBODY)``, as SQL and its parameters."""
    mine = libraries_for(get_user_model()(pk=SOMEBODY)).order_by("id")
    sql, params = mine.values_list("id", "has_lines").query.sql_with_params()
    if params.count(SOMEBODY) != 1:
        raise ValueError("Nothing in the question stands for the user.")
    return sql, params


def names_in(scope: Scope, text: str) -> Names:
    """The names within a scope that a text contains, whatever the case. One question."""
    asked = {
        "libraries": array_of(scope.library_ids),
        "numbers": array_of(map(int, _NUMBERED.findall(text)[:20])),
        "text": " ".join(text.split()),
    }
    of_kind: dict[str, list[tuple[str, int]]] = {"identity": [], "camera": [], "library": []}
    for kind, name, pk in fetch(_NAMES, asked):
        of_kind[kind].append((name, pk))
    return Names(
        identities=tuple(sorted(of_kind["identity"])),
        cameras=tuple(sorted(of_kind["camera"])),
        libraries=tuple(sorted(of_kind["library"])),
    )


_NUMBERED = re.compile(r"\bperson\s+(\d{1,9})\b", re.IGNORECASE)
_NAMES = """
WITH shown AS (
    SELECT i.id, i.name, i.number
    FROM recognition_identity AS i JOIN ingest_library AS l ON l.id = i.library_id
    WHERE i.library_id = ANY(%(libraries)s::bigint[]) AND l.recognises_people
    AND NOT i.is_hidden AND i.merged_into_id IS NULL
)
SELECT 'identity', name, id FROM shown
WHERE name <> '' AND strpos(lower(%(text)s), lower(name)) > 0
UNION ALL
SELECT 'identity', 'Person ' || number, id FROM shown
WHERE name = '' AND number = ANY(%(numbers)s::bigint[])
UNION ALL
SELECT 'camera', name, id FROM ingest_camera
WHERE library_id = ANY(%(libraries)s::bigint[]) AND strpos(lower(%(text)s), lower(name)) > 0
UNION ALL
SELECT 'library', name, id FROM ingest_library
WHERE id = ANY(%(libraries)s::bigint[]) AND strpos(lower(%(text)s), lower(name)) > 0
"""


def apply_times(scope: Scope, query: Query) -> Scope:
    """The scope narrowed by the days and hours that a query mentions. Two questions, or none."""
    parts = [p for p in query.parts if p.when is not None]
    if not parts:
        return scope
    groups: list[list[When]] = []
    for part in parts:
        if part.when is None or part.negated:
            continue
        if part.either and groups:
            groups[-1].append(part.when)
        else:
            groups.append([part.when])
    recorded = RecordedWhen(
        groups=tuple(tuple(group) for group in groups),
        excluded=tuple(p.when for p in parts if p.when is not None and p.negated),
        zones=zones_of(scope.library_ids),
    )
    return replace(scope, recorded=recorded.within_assets())


def apply_names(scope: Scope, query: Query, names: Names) -> Scope:
    """The scope narrowed by the names that a query mentions.

    A name that several libraries use stands for all of its bearers.
    """
    libraries = _ids(query, Kind.LIBRARY, names.libraries)
    if libraries:
        kept = tuple(pk for pk in scope.library_ids if pk in libraries)
        scope = replace(scope, library_ids=kept)
    return replace(
        scope,
        camera_ids=_ids(query, Kind.CAMERA, names.cameras),
        excluded_cameras=_ids(query, Kind.CAMERA, names.cameras, negated=True),
        excluded_libraries=_ids(query, Kind.LIBRARY, names.libraries, negated=True),
        required=tuple(_needed(query, names)),
        excluded=_ids(query, Kind.IDENTITY, names.identities, negated=True),
    )


def _needed(query: Query, names: Names) -> Iterator[tuple[int, ...]]:
    """Bearers of each name that must be there; those of alternatives together.

    A name that has something else for an alternative ("Anna or a dog") need not be there.
    """
    for group in query.alternatives:
        parts = [query.parts[i] for i in group]
        if all(p.kind is Kind.IDENTITY and not p.negated for p in parts):
            yield tuple(pk for part in parts for pk in _bearers(part, names.identities))


def _ids(
    query: Query, kind: Kind, pairs: Sequence[tuple[str, int]], *, negated: bool = False
) -> tuple[int, ...]:
    parts = query.of_kind(kind, negated=negated)
    return tuple(dict.fromkeys(key for part in parts for key in _bearers(part, pairs)))


def _bearers(part: Part, pairs: Sequence[tuple[str, int]]) -> tuple[int, ...]:
    """All ids with the name that a part mentions."""
    meant = int(part.value)
    named = {name.casefold() for name, key in pairs if key == meant}
    return tuple(key for name, key in pairs if name.casefold() in named)


def wanted_readings(wants: Sequence[Want]) -> list[tuple[str, tuple[str, ...]]]:
    """Attribute names and values that a part's positive wants ask for."""
    return [ask for want in wants if not want.negated for ask in asked_readings(want)]
