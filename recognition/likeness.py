"""Who looks like whom: look-alikes of a person.

Ranked by the cosine of track vectors of the encoder at work. Exact over the library's rows: no
index leaves anyone out (decision 4). Nothing here decides; people do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import FloatField
from django.db.models.functions import Least
from pgvector import HalfVector
from pgvector.django import MaxInnerProduct

from recognition.engine.clustering import SAME_PERSON
from recognition.engine.embedding import find_modes, unit
from recognition.engine.types import Floats
from recognition.models import Crop, Encoder, Identity, Track, TrackEmbedding
from recognition.networks import network_infos
from recognition.selectors import best_crop_by_track, current_encoder
from recognition.services.distinctions import refusals_in

LOOK_ALIKES = 12
ALIKE_BELOW = 0.1
"""So far under the network's ``same_person`` is still asked about: people refuse with a key, and
what is never asked is never found. By eye, on the made films."""
VECTORS_PER_PERSON = 200
_FETCHED = 120


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A track that may show a person: its best crop and its cosine to their nearest look."""

    track: Track
    crop: Crop | None
    similarity: float


def same_person() -> float:
    """The cosine from which two groups are one person, for the network at work."""
    for info in network_infos():
        if info.role == "person":
            return float(info.detail.get("same_person", SAME_PERSON))
    return SAME_PERSON


def look_alikes(identity: Identity, limit: int = LOOK_ALIKES) -> list[LookAlike]:
    """Tracks that look most like a person, the most alike first; nobody else's by a human's word.

    Left out: who was refused, tracks of confirmed people, and tracks at the same time as the
    person in the same asset.
    """
    encoder = current_encoder(Encoder.Space.PERSON)
    modes = _looks(identity, encoder)
    if encoder is None or not len(modes):
        return []
    refused = refusals_in(identity.library_id)
    barred = [track for track, other in refused.barred if other == identity.pk]
    strangers = [
        b if a == identity.pk else a for a, b in refused.identities if identity.pk in (a, b)
    ]
    rows = (
        TrackEmbedding.objects.filter(
            encoder=encoder,
            track__asset__library=identity.library_id,
            track__assigned_by=Track.Assigner.MACHINE,
        )
        .exclude(track__identity=identity)
        .exclude(track__identity__is_locked=True)
        .exclude(track__in=barred)
        .exclude(track__identity__in=strangers)
        .annotate(distance=_distance(modes))
        .filter(distance__lte=ALIKE_BELOW - same_person())
        .order_by("distance", "track_id")
        .values_list("track_id", "distance")[:_FETCHED]
    )
    nearest = dict(rows)
    tracks = _tracks(list(nearest), elsewhere_than=identity)[:limit]
    crops = best_crop_by_track(tracks)
    return [LookAlike(t, crops.get(t.pk), -float(nearest[t.pk])) for t in tracks]


def _looks(identity: Identity, encoder: Encoder | None) -> Floats:
    """Unit rows of a person's looks, (0, 0) where there is no vector."""
    rows = list(
        TrackEmbedding.objects.filter(encoder=encoder, track__identity=identity)
        .order_by("-quality", "track_id")
        .values_list("vector", "quality")[:VECTORS_PER_PERSON]
    )
    if encoder is None or not rows:
        return np.zeros((0, 0), dtype=np.float32)
    weights = np.array([max(quality, 1e-3) for _, quality in rows], dtype=np.float32)
    return find_modes(unit(np.stack([as_array(vector) for vector, _ in rows])), weights)


def _distance(modes: Floats) -> Least | MaxInnerProduct:
    """The negative cosine to the nearest look."""
    each = [MaxInnerProduct("vector", HalfVector(mode)) for mode in modes]
    return each[0] if len(each) == 1 else Least(*each, output_field=FloatField())


def _tracks(pks: Sequence[int], *, elsewhere_than: Identity) -> list[Track]:
    """These tracks in this order, but for those at one time with the person in one asset."""
    seen = list(
        Track.objects.filter(identity=elsewhere_than, asset__tracks__in=pks)
        .distinct()
        .values_list("asset_id", "start_pts", "end_pts")
    )
    rows = Track.objects.select_related("asset", "identity").in_bulk(list(pks))
    return [
        rows[pk]
        for pk in pks
        if not any(
            asset == rows[pk].asset_id and start < rows[pk].end_pts and end > rows[pk].start_pts
            for asset, start, end in seen
        )
    ]


def as_array(vector: object) -> Floats:
    """A vector as the database gave it: (d,)."""
    if isinstance(vector, HalfVector):
        return np.asarray(vector.to_numpy(), dtype=np.float32)
    return np.asarray(vector, dtype=np.float32)
