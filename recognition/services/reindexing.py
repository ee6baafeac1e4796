"""Switching a space to another encoder while search goes on.

Everything is embedded beside the old vectors, in small transactions; what was done is rows, so
that a switch that was killed goes on where it was. When nothing is missing, one transaction makes
the new encoder the one at work. Whoever writes vectors meanwhile holds ``SWITCH_LOCK`` shared and
finds out (``catalogue.hold_encoders``): no vector is lost between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ingest.errors import StageFailed
from ingest.models import Keyframe, Library
from recognition.engine.errors import EngineError
from recognition.engine.types import Floats, Image
from recognition.engine.views import in_views
from recognition.errors import CannotReindex
from recognition.models import (
    Crop,
    CropEmbedding,
    Encoder,
    KeyframeEmbedding,
    Reindex,
    Track,
    TrackEmbedding,
)
from recognition.networks import Encode, load_encoder, settings_infos
from recognition.selectors import current_encoder
from recognition.services.catalogue import SWITCH_LOCK, register_encoder
from recognition.services.pictures import read_picture
from recognition.services.vectors import track_vectors, write_track_vectors, write_vectors

CHUNK = 64
"""Rows embedded between two commits: a kill loses no more. By eye, a few seconds on a CPU."""
PERSON = "person"
_ALONE = {Encoder.Space.JOINT: 0x65766A72, Encoder.Space.PERSON: 0x65767072}
_ROLE = {Encoder.Space.JOINT: "image", Encoder.Space.PERSON: "person"}

Tell = Callable[[Reindex], None]


def reindex(space: Encoder.Space, name: str, tell: Tell = lambda _: None) -> Reindex:
    """Embed everything with the encoder ``name`` and switch to it; ``tell`` hears of progress.

    Raises WeightsError where its weights are not here, CannotReindex while another switch of the
    space runs.
    """
    with _alone(space):
        info, encode = load_encoder(space, name)
        encoder = register_encoder(info=info, space=space)
        row = _begin(space, encoder)
        try:
            work = _Work(encoder, encode, row, tell)
            while True:
                work.embed_all()
                if switch(work, name):
                    return row
        except (EngineError, CannotReindex) as error:
            _end(row, Reindex.State.FAILED, str(error))
            raise
        except KeyboardInterrupt:
            _end(row, Reindex.State.STOPPED, "Stopped; the same command goes on from here.")
            raise


def switch(work: _Work, name: str) -> bool:
    """Make the encoder the one at work, unless something is missing: then nothing changes."""
    encoder = work.encoder
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SWITCH_LOCK])
        if any(work.missing(kind).exists() for kind in work.kinds):
            return False
        is_usual = encoder.fingerprint in _usual(Encoder.Space(encoder.space))
        Encoder.objects.filter(space=encoder.space, is_chosen=True).update(is_chosen=False)
        # What settings ask for anyway needs no mark: it goes on following them.
        encoder.is_chosen, encoder.network = not is_usual, name
        encoder.save(update_fields=["is_chosen", "network"])
        _end(work.row, Reindex.State.DONE, "")
    work.tell(work.row)
    return True


def _usual(space: Encoder.Space) -> set[str]:
    try:
        return {info.fingerprint for info in settings_infos() if info.role == _ROLE[space]}
    except EngineError:
        return set()


@dataclass(frozen=True, slots=True)
class _Kind:
    """Rows that get a vector: of which queryset, in which table, from which picture."""

    rows: Callable[[], QuerySet[Any]]
    table: type[KeyframeEmbedding] | type[CropEmbedding] | type[TrackEmbedding]
    owner: str


_KINDS = {
    Encoder.Space.JOINT: (
        _Kind(Keyframe.objects.all, KeyframeEmbedding, "keyframe"),
        _Kind(lambda: Crop.objects.exclude(context_key=""), CropEmbedding, "crop"),
    ),
    Encoder.Space.PERSON: (
        _Kind(
            lambda: Track.objects.filter(
                Exists(Crop.objects.filter(track=OuterRef("pk"))),
                label=PERSON,
                asset__library__recognises_people=True,
            ),
            TrackEmbedding,
            "track",
        ),
    ),
}


@dataclass(slots=True)
class _Work:
    """One switch under way; ``skipped``: ids whose pictures cannot be read, by table."""

    encoder: Encoder
    encode: Encode
    row: Reindex
    tell: Tell
    skipped: dict[str, set[int]] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[_Kind, ...]:
        return _KINDS[Encoder.Space(self.encoder.space)]

    def missing(self, kind: _Kind) -> QuerySet[Any]:
        """The rows without a vector of the encoder, unreadable ones left out."""
        mine = kind.table._default_manager.filter(
            encoder=self.encoder, **{f"{kind.owner}_id": OuterRef("pk")}
        )
        rows = kind.rows().filter(~Exists(mine)).order_by("pk")
        return rows.exclude(pk__in=self.skipped.get(kind.owner, set()))

    def embed_all(self) -> None:
        """Give every row its vector; rows that come meanwhile are found by another pass."""
        self.row.total = sum(kind.rows().count() for kind in self.kinds)
        left = sum(self.missing(kind).count() for kind in self.kinds)
        self._note(self.row.total - left)
        for kind in self.kinds:
            after = 0
            while rows := list(self.missing(kind).filter(pk__gt=after)[:CHUNK]):
                after = rows[-1].pk
                self._embed(kind, rows)
                self._note(self.row.done + len(rows))

    def _note(self, done: int) -> None:
        self.row.done = min(done, self.row.total)
        self.row.unreadable = sum(len(ids) for ids in self.skipped.values())
        self.row.save(update_fields=["done", "total", "unreadable", "beat_at"])
        self.tell(self.row)

    def _embed(self, kind: _Kind, rows: Sequence[Any]) -> None:
        if kind.table is TrackEmbedding:
            crops = Crop.objects.filter(track__in=rows).order_by("track_id", "pk")
            read = self._read(kind, [(crop.track_id, crop.image_key, crop) for crop in crops])
        else:
            keys = [getattr(row, "context_key", "") or row.image_key for row in rows]
            read = self._read(
                kind, [(row.pk, key, row) for row, key in zip(rows, keys, strict=True)]
            )
        if not read:
            return
        is_frame = kind.table is KeyframeEmbedding
        encode = in_views(self.encoder.name, self.encode) if is_frame else self.encode
        vectors = encode([picture for _, picture in read])
        with transaction.atomic():
            self._write(kind, [owner for owner, _ in read], vectors)

    def _read(self, kind: _Kind, wanted: Sequence[tuple[int, str, Any]]) -> list[tuple[Any, Image]]:
        found: list[tuple[Any, Image]] = []
        good: set[int] = set()
        for _, key, owner in wanted:
            try:
                found.append((owner, read_picture(key)))
            except StageFailed:
                continue
            good.add(owner.track_id if kind.table is TrackEmbedding else owner.pk)
        unreadable = {pk for pk, _, _ in wanted} - good
        self.skipped.setdefault(kind.owner, set()).update(unreadable)
        return found

    def _write(self, kind: _Kind, owners: Sequence[Any], vectors: Floats) -> None:
        """Only to rows that are still there: an asset may have been deleted meanwhile."""
        if kind.table is TrackEmbedding:
            means = track_vectors(owners, list(vectors))
            alive = _alive(kind, [mean.track_id for mean in means])
            write_track_vectors(self.encoder, [mean for mean in means if mean.track_id in alive])
            return
        alive = _alive(kind, [owner.pk for owner in owners])
        kept = [
            (owner.pk, row) for owner, row in zip(owners, vectors, strict=True) if owner.pk in alive
        ]
        assert kind.table is KeyframeEmbedding or kind.table is CropEmbedding
        write_vectors(kind.table, self.encoder, [pk for pk, _ in kept], [row for _, row in kept])


def _alive(kind: _Kind, keys: Sequence[int]) -> set[int]:
    """Those of the rows that may still get a vector; they stay so until the transaction ends.

    People's libraries are held too: once someone was told that a library recognises nobody, no
    vector is written to it.
    """
    if kind.table is TrackEmbedding:
        libraries = Track.objects.filter(pk__in=keys).values("asset__library")
        held = Library.objects.select_for_update(no_key=True).filter(pk__in=libraries)
        list(held.order_by("pk").values_list("pk"))
    rows = kind.rows().select_for_update(no_key=True, of=("self",))
    return set(rows.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def _begin(space: Encoder.Space, encoder: Encoder) -> Reindex:
    """The row of this switch: that of a killed one goes on; a killed one to another ends."""
    open_rows = Reindex.objects.filter(space=space, state=Reindex.State.RUNNING)
    killed = open_rows.filter(encoder=encoder).first()
    open_rows.exclude(encoder=encoder).update(
        state=Reindex.State.STOPPED,
        sentence=f"Given up for {encoder}.",
        finished_at=timezone.now(),
    )
    return killed or Reindex.objects.create(space=space, encoder=encoder)


def _end(row: Reindex, state: str, sentence: str) -> None:
    row.state, row.sentence, row.finished_at = state, sentence, timezone.now()
    row.save(update_fields=["state", "sentence", "finished_at", "beat_at"])


@contextmanager
def _alone(space: Encoder.Space) -> Iterator[None]:
    """One switch of a space at a time; a killed one lets go with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ALONE[space]])
        if not cursor.fetchone()[0]:
            now = current_encoder(space)
            raise CannotReindex(
                f"Another reindex of the {space} space is under way; search uses {now} until then."
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ALONE[space]])
