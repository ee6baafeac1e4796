"""An example as a vector, and the pictures nearest to it. Who may use it is decided before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from recognition.engine.types import Floats
from recognition.models import Encoder, TrackEmbedding
from search.ranking.facts import EXAMPLE, VectorList
from search.retrieval.scope import Scope
from search.retrieval.vector_tables import CROPS, KEYFRAMES, Allowed, Table, allowed_rows
from search.retrieval.vectors import VectorSearch

TRACKS = Table(
    kind="tracks",
    embeddings=TrackEmbedding._meta.db_table,
    picture="track",
    joins="JOIN recognition_track t ON t.id = e.track_id",
    track="t.id",
)
"""People's tracks in the person space."""


@dataclass(frozen=True, slots=True)
class ExampleVector:
    """What more is wanted of: a unit vector of ``encoder``, to be compared with ``tables``.

    ``own`` is the id of the very picture (or track), which is no answer; ``label`` is for people;
    ``picture`` says what to show: ("keyframe", id), ("crop", id) or ("data", base64 of a WebP).
    ``track_id`` is the person that it shows, where it is a track.
    """

    tables: tuple[Table, ...]
    encoder: Encoder
    vector: Floats
    label: str
    picture: tuple[str, str]
    own: int = 0
    track_id: int | None = None


Looked = tuple[VectorList, Callable[[], VectorList] | None]
"""The most similar pictures and, where their assets' likeness is yet to be read, what does so."""


def nearest_in(
    search: VectorSearch, vector: Floats, *, part: int, limit: int, leave_out: int = 0
) -> list[Looked]:
    """The nearest pictures (but one, if an id is given) as a list, or none."""
    found = search.nearest(vector, part=part, limit=limit + bool(leave_out))
    hits = [hit for hit in found.hits if hit.picture_id != leave_out]
    if not found.hits:
        return []
    answer = replace(found, hits=tuple(hits[:limit]))
    return [(answer, partial(search.in_context, answer, vector) if search.lacks_context else None)]


def nearest_to(example: ExampleVector, scope: Scope, limit: int) -> Iterator[Looked]:
    """The pictures most like an example, one list per table that has any."""
    for table in example.tables:
        search = open_search(table, scope, example.encoder, narrowed=True)
        yield from nearest_in(
            search, example.vector, part=EXAMPLE, limit=limit, leave_out=example.own
        )


def open_search(table: Table, scope: Scope, encoder: Encoder, *, narrowed: bool) -> VectorSearch:
    """A search of one table within a scope; ``narrowed``: less than all of its libraries."""
    return VectorSearch(
        table,
        encoder,
        _allowed(table, scope),
        scope.members_on(table.shot),
        libraries=scope.library_ids,
        narrowed=narrowed,
    )


def _allowed(table: Table, scope: Scope) -> Allowed:
    """Tracks alone where filters narrow them; nobody is found by looks where that is off."""
    if table is TRACKS:
        return allowed_rows(scope.tracks().filter(asset__library__recognises_people=True), "t.id")
    if table is CROPS and scope.filters.narrows_tracks:
        return scope.tracks_on("t")
    assert table in (CROPS, KEYFRAMES)
    return scope.shots_on(table.shot)
