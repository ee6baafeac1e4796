"""Looking for what the detector has no class for: what a library asks for, and on demand."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from ingest.models import Asset, Keyframe, Library, Role
from ingest.pipeline import retry
from ingest.selectors import User, require_role
from recognition.engine.errors import BadValue
from recognition.engine.types import Detections, OpenSetDetector
from recognition.networks import networks
from recognition.seeing.looking import sightings, words_of
from recognition.seeing.watching import Seen
from recognition.services.pictures import read_in_batches

STAGE = "recognition.stages.tracks"


def look_for_of(asset: Asset) -> tuple[str, ...]:
    """What the asset's library asks to look for, as it stands now."""
    text = Library.objects.values_list("look_for", flat=True).get(pk=asset.library_id)
    return words_of(text)


def look_through(open_set: OpenSetDetector, asset: Asset, words: Sequence[str]) -> list[Seen]:
    """The things that words name in an asset's keyframes, as tracks of their shots."""
    keyframes = list(Keyframe.objects.filter(asset=asset).order_by("pts"))
    found: list[tuple[int, int, Detections]] = []
    for images in read_in_batches([keyframe.image_key for keyframe in keyframes]):
        batch = keyframes[len(found) : len(found) + len(images)]
        seen = open_set.find(images, words)
        found += [(k.shot_id, k.pts, one) for k, one in zip(batch, seen, strict=True)]
    return sightings(found)


def look_at(keyframe_ids: Sequence[int], words: Sequence[str]) -> dict[int, Detections] | None:
    """What words name in some keyframes, now: keyframe → boxes. None: no such network is at work.

    For workers: it opens the networks. The caller has checked who asks. Raises ``BadValue``.
    """
    clean = words_of(", ".join(words))
    open_set = networks().open_set
    if open_set is None:
        return None
    keyframes = list(Keyframe.objects.filter(pk__in=keyframe_ids).order_by("pk"))
    seen: list[Detections] = []
    for images in read_in_batches([keyframe.image_key for keyframe in keyframes]):
        seen += open_set.find(images, clean) if clean else []
    return {k.pk: one for k, one in zip(keyframes, seen, strict=True)} if clean else {}


@transaction.atomic
def set_look_for(*, library: Library, user: User, text: str) -> tuple[str, ...]:
    """Say what to look for; footage that is there is looked at anew. Owners and editors.

    Raises ``NotAllowed``, or ``BadValue`` with a sentence.
    """
    require_role(user, library, Role.OWNER, Role.EDITOR)
    words = words_of(text)
    locked = Library.objects.select_for_update(no_key=True).get(pk=library.pk)
    if words_of(locked.look_for) == words:
        return words
    Library.objects.filter(pk=library.pk).update(look_for=", ".join(words))
    for asset in Asset.objects.filter(library=library).order_by("pk"):
        for run in asset.stage_runs.filter(stage=STAGE):
            retry(run)
    return words


__all__ = ["BadValue", "look_at", "look_for_of", "look_through", "set_look_for"]
