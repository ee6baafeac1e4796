"""Who looks like whom: look-alikes of a person.

Ranked by the cosine of track vectors of the encoder at work, centred by camera as grouping does
it, so that the two speak of one likeness. Exact over the library's rows: no
index leaves anyone out (decision 4). Nothing here decides; people do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.engine.centres import read_centre
from recognition.engine.centring import Centre
from recognition.engine.clustering import SAME_PERSON
from recognition.engine.embedding import find_modes
from recognition.engine.neighbours import similarity_blocks
from recognition.models import Crop, Encoder, Identity, Track
from recognition.networks import network_infos
from recognition.seeing.pairs import DOUBTFUL_BELOW
from recognition.selectors import best_crop_by_track, current_encoder
from recognition.services.distinctions import refusals_in
from recognition.services.person_vectors import PersonVectors, read_vectors

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
    refused = refusals_in(identity.library_id)
    barred = [track for track, other in refused.barred if other == identity.pk]
    strangers = [
        b if a == identity.pk else a for a, b in refused.identities if identity.pk in (a, b)
    ]
    seen = person_vectors(identity.library_id)
    own = seen.of(identity.pk, VECTORS_PER_PERSON)
    if not len(own):
        return []
    weights = np.maximum(seen.quality[own], 1e-3).astype(np.float32)
    looks = find_modes(seen.vectors[own], weights, apart_below=same_person() - DOUBTFUL_BELOW)
    may_be = ~seen.is_fixed & (seen.identities != identity.pk)
    may_be &= ~np.isin(seen.tracks, barred) & ~np.isin(seen.identities, strangers)
    # All rows are compared and then passed over: copying the others out would cost more.
    alike = np.concatenate(
        [block.max(axis=1) for _, block in similarity_blocks(seen.vectors, looks)]
    )
    alike[~may_be] = -1.0
    order = np.argsort(-alike, kind="stable")
    order = order[may_be[order] & (alike[order] >= same_person() - ALIKE_BELOW)][:_FETCHED]
    nearest = dict(zip(seen.tracks[order].tolist(), alike[order].tolist(), strict=True))
    tracks = _tracks(list(nearest), elsewhere_than=identity)[:limit]
    crops = best_crop_by_track(tracks)
    return [LookAlike(t, crops.get(t.pk), float(nearest[t.pk])) for t in tracks]


def person_vectors(library_id: int) -> PersonVectors:
    """A library's people's vectors as grouping compares them: less what each camera does to all.

    Empty where no person encoder is at work. Two queries; read anew each time, for a kept one
    would outlive the erasure of whom it shows.
    """
    encoder = current_encoder(Encoder.Space.PERSON)
    if encoder is None:
        none, numbers = np.zeros(0, np.int64), np.zeros(0, np.float64)
        return PersonVectors(
            none, none, none.astype(np.bool_), numbers, np.zeros((0, 0), np.float32)
        )
    return read_vectors(library_id, encoder, _centre_at_work())


def _centre_at_work() -> Centre | None:
    space = next((i.detail.get("centre") for i in network_infos() if i.role == "person"), None)
    found = read_centre(str(space)) if space else None
    return None if found is None else found.around


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
