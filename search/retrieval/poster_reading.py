"""Posters of the moments on a page, by where the people and things in them are seen best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from recognition.models import Crop
from search.ranking.facts import ShotFacts
from search.ranking.moments import Moment
from search.ranking.posters import CropAt, Frames, best_poster
from search.retrieval.prepared import THE_IDS, Prepared


def with_posters(page: Sequence[Moment], shots: Mapping[int, ShotFacts]) -> list[Moment]:
    """The moments, each with a picture that shows who was found in it. One question, or none.

    ``shots`` are theirs, as they were read for ranking.
    """
    tracks = [pk for moment in page for pk in moment.asked_track_ids]
    if not tracks:
        return list(page)
    crops: dict[int, list[CropAt]] = defaultdict(list)
    for track_id, pts, quality in _CROPS.rows(tracks):
        crops[track_id].append((pts, quality))
    return [_with_poster(moment, shots, crops) for moment in page]


_CROPS = Prepared(
    lambda: (
        Crop.objects.filter(track__any=THE_IDS)
        .order_by("track_id", "-quality", "id")
        .values_list("track_id", "pts", "quality")
    )
)


def _with_poster(
    moment: Moment, shots: Mapping[int, ShotFacts], crops: Mapping[int, Sequence[CropAt]]
) -> Moment:
    own = [crops[pk] for pk in moment.asked_track_ids if pk in crops]
    shot = shots.get(moment.shot_id)
    if shot is None or not own:
        return moment
    span = moment.start_pts, moment.end_pts
    return replace(
        moment,
        keyframe_id=best_poster(
            Frames(shot.keyframes, shot.time_base), span, own, moment.keyframe_id
        ),
    )
